import { Controller } from '@nestjs/common';
import { silenceBodySchema, type SilenceBody } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, type CallOf } from '../http/endpoint.js';
import type { Reply } from '../http/reply.js';
import { Collection, collectionEndpoints } from '../registry/collection.js';
import { randomId } from '../registry/new-id.js';
import { RegistryService } from '../registry/registry.service.js';
import { MatchChecks } from './match-checks.js';

const silences = collectionEndpoints({
  name: 'silences',
  one: 'a silence: alerts that nobody is told of for a while',
  title: 'Silence',
  body: silenceBodySchema,
  writer: 'editor',
});

@Controller()
export class SilencesController {
  private readonly collection: Collection<'silence', SilenceBody>;

  constructor(registry: RegistryService, checks: MatchChecks) {
    this.collection = new Collection(registry, {
      kind: 'silence',
      newId: () => randomId('silence'),
      toBody: async ({ project }, silence) => {
        await checks.assertKnown(project, silence.match);
        return silence;
      },
    });
  }

  @Endpoint(silences.list)
  list(@Call() { params }: CallOf<typeof silences.list>): Promise<Reply> {
    return this.collection.list(params.project);
  }

  @Endpoint(silences.create)
  create(@Call() call: CallOf<typeof silences.create>): Promise<Reply> {
    return this.collection.create(call);
  }

  @Endpoint(silences.read)
  read(@Call() call: CallOf<typeof silences.read>): Promise<Reply> {
    return this.collection.read(call);
  }

  @Endpoint(silences.write)
  write(@Call() call: CallOf<typeof silences.write>): Promise<Reply> {
    return this.collection.write(call);
  }

  @Endpoint(silences.remove)
  remove(@Call() { params, intent }: CallOf<typeof silences.remove>): Promise<Reply> {
    return this.collection.remove(params, intent);
  }
}

import { Controller } from '@nestjs/common';
import { INTAKE_MONITORS, monitorBodySchema, type MonitorBody } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, type CallOf } from '../http/endpoint.js';
import { invalid } from '../http/problem.js';
import type { Reply } from '../http/reply.js';
import { Collection, collectionEndpoints } from '../registry/collection.js';
import { randomId, slug } from '../registry/new-id.js';
import { RegistryService } from '../registry/registry.service.js';
import { MonitorChecks } from './monitor-checks.js';

const monitors = collectionEndpoints({
  name: 'monitors',
  one: 'a monitor',
  title: 'Monitor',
  body: monitorBodySchema,
  writer: 'editor',
});

const RESERVED = Object.values<string>(INTAKE_MONITORS);

@Controller()
export class MonitorsController {
  private readonly collection: Collection<'monitor', MonitorBody>;

  constructor(registry: RegistryService, checks: MonitorChecks) {
    this.collection = new Collection(registry, {
      kind: 'monitor',
      newId: ({ name }) => slug(name) || randomId('monitor'),
      toBody: async ({ project, id }, monitor) => {
        if (RESERVED.includes(id))
          throw invalid({
            field: 'id',
            message: `'${id}' is what ingestion calls its own alerts; choose another`,
          });
        await checks.assertFits(project, monitor);
        return monitor;
      },
    });
  }

  @Endpoint(monitors.list)
  list(@Call() { params }: CallOf<typeof monitors.list>): Promise<Reply> {
    return this.collection.list(params.project);
  }

  @Endpoint(monitors.create)
  create(@Call() call: CallOf<typeof monitors.create>): Promise<Reply> {
    return this.collection.create(call);
  }

  @Endpoint(monitors.read)
  read(@Call() call: CallOf<typeof monitors.read>): Promise<Reply> {
    return this.collection.read(call);
  }

  @Endpoint(monitors.write)
  write(@Call() call: CallOf<typeof monitors.write>): Promise<Reply> {
    return this.collection.write(call);
  }

  @Endpoint(monitors.remove)
  remove(@Call() { params, intent }: CallOf<typeof monitors.remove>): Promise<Reply> {
    return this.collection.remove(params, intent);
  }
}

import { Controller } from '@nestjs/common';
import { routeBodySchema, type RouteBody } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, type CallOf } from '../http/endpoint.js';
import type { Reply } from '../http/reply.js';
import { Collection, collectionEndpoints } from '../registry/collection.js';
import { randomId } from '../registry/new-id.js';
import { RegistryService } from '../registry/registry.service.js';
import { MatchChecks } from './match-checks.js';

const routes = collectionEndpoints({
  name: 'routes',
  one: 'a route: which alerts go to which channels',
  title: 'Route',
  body: routeBodySchema,
  writer: 'editor',
});

@Controller()
export class RoutesController {
  private readonly collection: Collection<'route', RouteBody>;

  constructor(registry: RegistryService, checks: MatchChecks) {
    this.collection = new Collection(registry, {
      kind: 'route',
      newId: () => randomId('route'),
      toBody: async ({ project }, route) => {
        await checks.assertKnown(project, route.match, await checks.unknownChannels(project, route.channels));
        return route;
      },
    });
  }

  @Endpoint(routes.list)
  list(@Call() { params }: CallOf<typeof routes.list>): Promise<Reply> {
    return this.collection.list(params.project);
  }

  @Endpoint(routes.create)
  create(@Call() call: CallOf<typeof routes.create>): Promise<Reply> {
    return this.collection.create(call);
  }

  @Endpoint(routes.read)
  read(@Call() call: CallOf<typeof routes.read>): Promise<Reply> {
    return this.collection.read(call);
  }

  @Endpoint(routes.write)
  write(@Call() call: CallOf<typeof routes.write>): Promise<Reply> {
    return this.collection.write(call);
  }

  @Endpoint(routes.remove)
  remove(@Call() { params, intent }: CallOf<typeof routes.remove>): Promise<Reply> {
    return this.collection.remove(params, intent);
  }
}

import { Controller, Inject } from '@nestjs/common';
import { channelInputSchema, type ChannelBody, type ChannelInput } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { Problem } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { Collection, collectionEndpoints } from '../registry/collection.js';
import { randomId } from '../registry/new-id.js';
import { RegistryService } from '../registry/registry.service.js';
import { ChannelSecrets } from './channel-secrets.js';
import { ChannelTester } from './channel-tester.js';

const ROUTES_SHOWN_MAX = 10;

const channels = collectionEndpoints({
  name: 'channels',
  one: 'a channel: where notices go',
  title: 'Channel',
  body: channelInputSchema,
  shown: z.object({
    kind: z.enum(['slack', 'email', 'webhook']),
    settings: z.record(z.string(), z.unknown()),
    hint: z
      .string()
      .describe('The last characters of the address or user; the secret itself is never shown.'),
  }),
  writer: 'admin',
});
const test = endpoint({
  tag: 'channels',
  path: '/v1/projects/{project}/channels/{id}/test',
  method: 'POST',
  summary: 'Send a test message through a channel',
  role: 'admin',
  problems: [409],
  replies: {
    200: {
      description: 'What the other side said; a refusal is an answer too',
      schema: z.object({
        delivered: z.boolean(),
        retryable: z.boolean().optional(),
        reason: z.string().optional(),
      }),
    },
  },
});

const shown = ({ kind, settings, hint }: ChannelBody) => ({ kind, settings, hint });

@Controller()
export class ChannelsController {
  private readonly collection: Collection<'channel', ChannelInput>;

  constructor(
    registry: RegistryService,
    private readonly secrets: ChannelSecrets,
    private readonly tester: ChannelTester,
    @Inject(STORE) private readonly store: Store,
  ) {
    this.collection = new Collection(registry, {
      kind: 'channel',
      newId: ({ kind }) => randomId(kind),
      toBody: async (place, input, current) => {
        await secrets.assertAllowed(input);
        return secrets.toBody(place, input, current?.body ?? null);
      },
      shown,
      beforeRemove: (place) => this.assertUnused(place),
    });
  }

  @Endpoint(channels.list)
  list(@Call() { params }: CallOf<typeof channels.list>): Promise<Reply> {
    return this.collection.list(params.project);
  }

  @Endpoint(channels.create)
  create(@Call() call: CallOf<typeof channels.create>): Promise<Reply> {
    return this.collection.create(call);
  }

  @Endpoint(channels.read)
  read(@Call() call: CallOf<typeof channels.read>): Promise<Reply> {
    return this.collection.read(call);
  }

  @Endpoint(channels.write)
  write(@Call() call: CallOf<typeof channels.write>): Promise<Reply> {
    return this.collection.write(call);
  }

  @Endpoint(channels.remove)
  remove(@Call() { params, intent }: CallOf<typeof channels.remove>): Promise<Reply> {
    return this.collection.remove(params, intent);
  }

  @Endpoint(test)
  async test(@Call() { params }: CallOf<typeof test>): Promise<Reply> {
    const { body } = await this.collection.get(params);
    const result = await this.tester.send(params.project, this.secrets.opened(params, body));
    return ok(
      result.ok
        ? { delivered: true }
        : { delivered: false, retryable: result.retryable, reason: result.reason },
    );
  }

  private async assertUnused({ project, id }: { project: string; id: string }): Promise<void> {
    const routes = await this.store.documents.list(project, 'route');
    const users = routes.filter(({ body }) => body.channels.includes(id)).map((route) => route.id);
    if (users.length === 0) return;
    const names = users.slice(0, ROUTES_SHOWN_MAX).join(', ');
    throw new Problem(409, `Routes send to this channel: ${names}; change them first.`);
  }
}

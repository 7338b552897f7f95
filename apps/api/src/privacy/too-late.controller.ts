import { Controller, Inject } from '@nestjs/common';
import { tooLateCauses } from '#libs/contracts';
import { type Store, type TooLateEntry } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { paged } from '../http/paged.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema } from '../registry/view.js';
import { given, limitQuery } from '../results/query.js';

const time = z.iso.datetime();
const entrySchema = z
  .object({
    version: z.string(),
    bucket: time,
    cause: z.enum(tooLateCauses),
    id: z.string(),
    time: time.describe('Of the event or of the label.'),
    partition: z.int(),
    offset: z.string().regex(/^\d+$/),
    at: time.describe('When it was listed.'),
    cursor: z.string(),
  })
  .meta({ title: 'TooLate' });

const list = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/models/{model}/too-late',
  tag: 'privacy',
  summary: 'Events and labels that came after their bucket was sealed, newest first',
  description:
    'They are stored, and their profiles are as they were before. moved: an amended event took an id out of a sealed bucket.',
  role: 'viewer',
  query: z.object({
    before: z.string().max(1_000).optional().describe('Cursor of the last item of the page before.'),
    limit: limitQuery(50, 500),
  }),
  replies: { 200: { description: 'What came too late', schema: listSchema('TooLateList', entrySchema) } },
});

const iso = (ms: number): string => new Date(ms).toISOString();

const shown = ({ bucketMs, timeMs, atMs, offset, ...entry }: TooLateEntry) => ({
  ...entry,
  bucket: iso(bucketMs),
  time: iso(timeMs),
  offset: String(offset),
  at: iso(atMs),
});

@Controller()
export class TooLateController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(list)
  async list(
    @Call() { params: { project, model }, query: { limit, ...page } }: CallOf<typeof list>,
  ): Promise<Reply> {
    await this.registry.get({ project, kind: 'model', id: model });
    const entries = await paged(this.store.retention.tooLate(project, model, { ...given(page), limit }));
    return ok({ items: entries.map(shown) });
  }
}

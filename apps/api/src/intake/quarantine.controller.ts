import { Controller, Inject } from '@nestjs/common';
import { offsetSchema, QUARANTINE_REASONS } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { notFound } from '../http/problem.js';
import { paged } from '../http/paged.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema } from '../registry/view.js';
import { given, limitQuery } from '../results/query.js';
import { quarantineCountsSchema, quarantineSchema } from './schemas.js';
import { shownCounts, shownQuarantine } from './shown.js';

const all = { method: 'GET', tag: 'ingestion', role: 'viewer' } as const;

const list = endpoint({
  ...all,
  path: '/v1/projects/{project}/quarantine',
  summary: 'Events that were not stored, newest first',
  query: z.object({
    reason: z.enum(QUARANTINE_REASONS).optional(),
    state: z
      .enum(['waiting', 'replayed'])
      .optional()
      .describe('Only those that wait, or only those that a replay has stored.'),
    before: z.string().max(1_000).optional().describe('Cursor of the last item of the page before.'),
    limit: limitQuery(50, 500),
  }),
  replies: { 200: { description: 'Quarantined events', schema: listSchema('Quarantine', quarantineSchema) } },
});
const counts = endpoint({
  ...all,
  path: '/v1/projects/{project}/quarantine/counts',
  summary: 'How many events were not stored, by reason',
  replies: { 200: { description: 'Counts', schema: quarantineCountsSchema } },
});
const read = endpoint({
  ...all,
  path: '/v1/projects/{project}/quarantine/event',
  summary: 'One event that was not stored, whole, by its position',
  query: z.object({
    topic: z.string().min(1).max(249),
    partition: z.coerce.number().int().min(0).max(65_535),
    offset: offsetSchema,
    incarnation: z
      .string()
      .max(64)
      .optional()
      .describe('Of the newest life of the topic where it is left out.'),
  }),
  replies: { 200: { description: 'The event', schema: quarantineSchema } },
});

@Controller()
export class QuarantineController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(list)
  async list(@Call() { params, query: { limit, ...page } }: CallOf<typeof list>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const entries = await paged(this.store.intake.quarantine(params.project, { ...given(page), limit }));
    return ok({ items: entries.map((entry) => shownQuarantine(entry)) });
  }

  @Endpoint(counts)
  async counts(@Call() { params }: CallOf<typeof counts>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    return ok(shownCounts(await this.store.intake.quarantineCounts(params.project)));
  }

  @Endpoint(read)
  async read(@Call() { params, query }: CallOf<typeof read>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const { topic, partition, offset, incarnation } = query;
    const at = { topic, partition, offset, ...(incarnation === undefined ? {} : { incarnation }) };
    const entry = await this.store.intake.quarantined(params.project, at);
    if (entry === null) throw notFound('quarantined event', `${topic}/${partition}/${offset}`);
    return ok(shownQuarantine(entry, Infinity));
  }
}

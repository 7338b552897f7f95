import { Controller, Inject } from '@nestjs/common';
import { QUARANTINE_REASONS } from '#libs/contracts';
import { STORE, StoreError, type QuarantineEntry, type QuarantinePage, type Store } from '#libs/store';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema } from '../registry/view.js';
import { given, limitQuery } from './query.js';
import { accountSchema, quarantineSchema } from './schemas.js';
import { shownAccount, shownQuarantine } from './shown.js';

const ingestion = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/ingestion',
  tag: 'ingestion',
  summary: 'What became of every event, per topic partition',
  description:
    'received = accepted + quarantined, and accepted = current + duplicates + amended + erased; a gap is a run of offsets that nobody stored.',
  role: 'viewer',
  replies: { 200: { description: 'Partitions', schema: listSchema('Ingestion', accountSchema) } },
});
const quarantine = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/quarantine',
  tag: 'ingestion',
  summary: 'Events that were not stored, newest first',
  role: 'viewer',
  query: z.object({
    reason: z.enum(QUARANTINE_REASONS).optional(),
    before: z.string().max(1_000).optional().describe('Cursor of the last item of the page before.'),
    limit: limitQuery(50, 500),
  }),
  replies: { 200: { description: 'Quarantined events', schema: listSchema('Quarantine', quarantineSchema) } },
});

@Controller()
export class IngestionController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(ingestion)
  async ingestion(@Call() { params }: CallOf<typeof ingestion>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const accounts = await this.store.intake.accounting(params.project);
    return ok({ items: accounts.map(shownAccount) });
  }

  @Endpoint(quarantine)
  async quarantine(@Call() { params, query: { limit, ...page } }: CallOf<typeof quarantine>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const entries = await this.read(params.project, { ...given(page), limit });
    return ok({ items: entries.map(shownQuarantine) });
  }

  /** A cursor that is not ours is the caller's mistake, not the database's. */
  private async read(project: string, page: QuarantinePage): Promise<QuarantineEntry[]> {
    try {
      return await this.store.intake.quarantine(project, page);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'BAD_CURSOR')
        throw invalid({
          field: 'query.before',
          message: 'is not a cursor of this list; take the one of its last item',
        });
      throw error;
    }
  }
}

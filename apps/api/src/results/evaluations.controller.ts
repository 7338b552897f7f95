import { Controller, Inject } from '@nestjs/common';
import { findingStatuses, metricNameSchema, nameSchema, textSchema } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { paged } from '../http/paged.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema } from '../registry/view.js';
import { limitQuery, toStoreFilter, windowFilter } from './query.js';
import { evaluationSchema, storedFindingSchema } from './schemas.js';
import { shownEvaluation, shownFinding } from './shown.js';

const evaluations = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/evaluations',
  tag: 'results',
  summary: 'Evaluated windows, latest first; the newest revision of each',
  role: 'viewer',
  query: z.object({ ...windowFilter, limit: limitQuery(100, 1_000) }),
  replies: { 200: { description: 'Evaluations', schema: listSchema('Evaluations', evaluationSchema) } },
});
const findings = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/findings',
  tag: 'results',
  summary: 'Findings of the newest revisions, latest window first',
  role: 'viewer',
  query: z.object({
    ...windowFilter,
    segment: nameSchema.optional(),
    segmentValue: z.string().max(256).optional(),
    feature: textSchema.optional(),
    metric: metricNameSchema.optional(),
    facet: z.string().max(800).optional(),
    facetValue: z.string().max(800).optional(),
    status: z.enum(findingStatuses).optional(),
    before: z.string().max(8_192).optional().describe('Cursor of the last item of the page before.'),
    limit: limitQuery(500, 10_000),
  }),
  replies: { 200: { description: 'Findings', schema: listSchema('Findings', storedFindingSchema) } },
});

@Controller()
export class EvaluationsController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(evaluations)
  async evaluations(@Call() { params, query }: CallOf<typeof evaluations>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const items = await this.store.evaluations.list(params.project, toStoreFilter(query));
    return ok({ items: items.map(shownEvaluation) });
  }

  @Endpoint(findings)
  async findings(@Call() { params, query }: CallOf<typeof findings>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const items = await paged(this.store.evaluations.findings(params.project, toStoreFilter(query)));
    return ok({ items: items.map(shownFinding) });
  }
}

import { Controller, Inject } from '@nestjs/common';
import { nameSchema } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { notFound } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema } from '../registry/view.js';
import { given, limitQuery } from './query.js';
import { alertSchema, noticeSchema, transitionSchema } from './schemas.js';
import { shownAlert, shownNotice, shownTransition } from './shown.js';

const list = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/alerts',
  tag: 'alerts',
  summary: 'Alerts, newest first',
  role: 'viewer',
  query: z.object({
    status: z.enum(['open', 'resolved']).optional(),
    model: nameSchema.optional(),
    limit: limitQuery(100, 1_000),
  }),
  replies: { 200: { description: 'Alerts', schema: listSchema('Alerts', alertSchema) } },
});
const read = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/alerts/{alert}',
  tag: 'alerts',
  summary: 'One alert: what happened to it, and who was told',
  role: 'viewer',
  replies: {
    200: {
      description: 'The alert',
      schema: z
        .object({
          alert: alertSchema,
          transitions: z.array(transitionSchema),
          notices: z.array(noticeSchema),
        })
        .meta({ title: 'AlertHistory' }),
    },
  },
});

/** Notices are read for the newest transitions only; an alert that was told of more often than that is a problem of its own. */
const TRANSITIONS_WITH_NOTICES = 50;

@Controller()
export class AlertsController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  @Endpoint(list)
  async list(@Call() { params, query: { limit, ...filter } }: CallOf<typeof list>): Promise<Reply> {
    await this.registry.requireProject(params.project);
    const alerts = await this.store.alerts.list(params.project, { ...given(filter), limit });
    return ok({ items: alerts.map(shownAlert) });
  }

  @Endpoint(read)
  async read(@Call() { params: { project, alert: id } }: CallOf<typeof read>): Promise<Reply> {
    const found = await this.store.alerts.get(project, id);
    if (found === null) throw notFound('alert', id);
    const newest = found.transitions.slice(-TRANSITIONS_WITH_NOTICES);
    const notices = await Promise.all(
      newest.map(({ transitionId }) => this.store.notices.forTransition(project, transitionId)),
    );
    return ok({
      alert: shownAlert(found.state),
      transitions: found.transitions.map(shownTransition),
      notices: notices.flat().map(shownNotice),
    });
  }
}

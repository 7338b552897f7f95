import { Controller, Inject } from '@nestjs/common';
import { INTAKE_MONITORS, type AlertTransition } from '#libs/contracts';
import { type Gap, type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { notFound, Problem } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { CLOCK, type Clock } from '../tokens.js';
import { gapSchema } from './schemas.js';
import { shownGap } from './shown.js';

const acknowledge = endpoint({
  method: 'POST',
  path: '/v1/projects/{project}/alerts/{alert}/acknowledge',
  tag: 'alerts',
  summary: 'Take note of missing records, so that their alert ends',
  description:
    'For alerts about missing records only, which nothing else may ever end; the gap stays in the accounting. The alert is resolved within seconds. All other alerts end by themselves; to hear less of them, silence them.',
  role: 'editor',
  body: z
    .strictObject({ comment: z.string().max(1_000).default('') })
    .default({ comment: '' })
    .meta({ title: 'Acknowledgement' }),
  replies: {
    200: {
      description: 'What was acknowledged',
      schema: z.object({ items: z.array(gapSchema) }).meta({ title: 'AcknowledgedGaps' }),
    },
  },
  problems: [409],
});

@Controller()
export class AcknowledgeController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(acknowledge)
  async acknowledge(
    @Call() { params: { project, alert: id }, body, principal }: CallOf<typeof acknowledge>,
  ): Promise<Reply> {
    const found = await this.store.alerts.get(project, id);
    if (found === null) throw notFound('alert', id);
    const { state, transitions } = found;
    if (state.monitor !== INTAKE_MONITORS.gap)
      throw new Problem(409, `Alert '${id}' ends when its cause does; to hear less of it, create a silence.`);
    if (state.status === 'resolved') throw new Problem(409, `Alert '${id}' is resolved already.`);
    const newest = transitions.at(-1);
    const gaps = (await this.store.intake.gaps(project)).filter(
      (gap) => gap.acknowledged === null && newest !== undefined && wasTold(newest, gap),
    );
    const note = { author: principal.name, comment: body.comment, atMs: this.clock() };
    await this.store.intake.acknowledgeGaps(project, gaps, note);
    return ok({ items: gaps.map((gap) => shownGap({ ...gap, acknowledged: note })) });
  }
}

/** Only what the person could see: ranges that came since are another matter. An alert with more than it lists is taken as a whole. */
const wasTold = ({ notice, state }: AlertTransition, gap: Gap): boolean => {
  const missing = notice?.missing ?? [];
  if (gap.topic !== state.segment || String(gap.partition) !== state.segmentValue) return false;
  return (
    state.features.length > missing.length ||
    missing.some(
      ({ incarnation, from, to }) =>
        incarnation === gap.incarnation && BigInt(from) <= gap.first && BigInt(to) >= gap.last,
    )
  );
};

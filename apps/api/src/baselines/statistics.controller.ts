import { Controller, Inject } from '@nestjs/common';
import { baselineBodySchema, statisticsBaselineSchema } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import type { Reply } from '../http/reply.js';
import { view, viewSchema } from '../registry/view.js';
import { LOCKS, type Locks } from '../tokens.js';
import { StatisticsRegistrar } from './statistics-registrar.js';

const schema = viewSchema('Baseline', baselineBodySchema);
const give = endpoint({
  method: 'POST',
  path: '/v1/projects/{project}/models/{model}/versions/{version}/baselines/statistics',
  tag: 'baselines',
  summary: 'Register a baseline of which only statistics are left',
  description:
    'Counts per bin or category instead of rows, for example from the statistics of another product. It brings its own bins. What needs rows (segments, groups, attributions) it cannot serve; the answer lists that under `cannotServe`. A version without a schema takes it from the statistics.',
  role: 'editor',
  write: true,
  body: statisticsBaselineSchema,
  problems: [409, 413],
  replies: {
    200: { description: 'The same statistics were registered under this name before', schema },
    201: { description: 'Registered', schema },
  },
});

@Controller()
export class StatisticsController {
  constructor(
    private readonly registrar: StatisticsRegistrar,
    @Inject(LOCKS) private readonly locks: Locks,
  ) {}

  @Endpoint(give)
  async give(@Call() { params, body: statistics, intent }: CallOf<typeof give>): Promise<Reply> {
    const { project, model, version } = params;
    const { baseline, existed } = await this.locks(`baselines/${project}/${model}/${version}`, () =>
      this.registrar.register({ project, model, version, statistics, intent }),
    );
    const shown = view(baseline);
    return {
      status: existed ? 200 : 201,
      revision: baseline.revision,
      location: `/v1/projects/${project}/models/${model}/versions/${version}/baselines/${shown.id}`,
      body: shown,
    };
  }
}

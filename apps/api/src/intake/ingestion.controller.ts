import { Controller, Inject } from '@nestjs/common';
import type { Config } from '#libs/platform';
import { type ModelArrivals, type Store } from '#libs/store';
import { STORE } from '#libs/service';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { CLOCK, CONFIG, type Clock } from '../tokens.js';
import { ingestionSchema } from './schemas.js';
import { shownAccount, shownGap, shownHour, shownTotals } from './shown.js';

const HOUR_MS = 3_600_000;
const HOURS_MAX = 744;
/** As the worker has it: without records for this long, and with none waiting, a partition is idle. */
const IDLE_MS = 30_000;

const ingestion = endpoint({
  method: 'GET',
  path: '/v1/projects/{project}/ingestion',
  tag: 'ingestion',
  summary: 'What became of every event: totals, per topic partition, per hour, per model',
  description:
    'received = accepted + quarantined, and accepted = current + duplicates + amended + erased for predictions whose rows are kept; a gap is a run of offsets that nobody stored.',
  role: 'viewer',
  query: z.object({
    hours: z.coerce
      .number()
      .int()
      .min(0)
      .max(HOURS_MAX)
      .default(0)
      .describe(`Also by hour, for this many of the last hours; at most ${HOURS_MAX}.`),
  }),
  replies: { 200: { description: 'The account', schema: ingestionSchema } },
});

@Controller()
export class IngestionController {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(ingestion)
  async ingestion(@Call() { params: { project }, query }: CallOf<typeof ingestion>): Promise<Reply> {
    await this.registry.requireProject(project);
    const { intake } = this.store;
    const [accounts, gaps, models, hours] = await Promise.all([
      intake.accounting(project),
      intake.gaps(project),
      this.models(project),
      this.hours(project, query.hours),
    ]);
    return ok({
      items: accounts.map(shownAccount),
      totals: shownTotals(accounts, gaps),
      gaps: gaps.map(shownGap),
      models,
      ...hours,
    });
  }

  private async hours(project: string, count: number) {
    if (count === 0) return {};
    const toMs = Math.floor(this.clock() / HOUR_MS) * HOUR_MS + HOUR_MS;
    const hours = await this.store.intake.hours(project, { fromMs: toMs - count * HOUR_MS, toMs });
    return { hours: hours.map(shownHour) };
  }

  /** Models of a project share its topic, so they share its lag and its watermark. */
  private async models(project: string) {
    const { intake, documents } = this.store;
    const topic = this.config.topics.projects[project]?.predictions ?? '';
    const [known, lags, arrivals, { watermarkMs, behindSinceMs }] = await Promise.all([
      documents.list(project, 'model'),
      intake.lags(project),
      intake.arrivals(project),
      intake.watermark(project, topic, this.clock(), IDLE_MS),
    ]);
    const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
    return known.map(({ id: model }) => ({
      model,
      ...{ watermark: iso(watermarkMs), behindSince: iso(behindSinceMs), lagRecords: lags.get(topic) ?? 0 },
      lastEvent: iso(lastOf(arrivals, model)),
    }));
  }
}

const lastOf = (arrivals: readonly ModelArrivals[], model: string): number | null => {
  const own = arrivals.filter((each) => each.model === model).map(({ lastMs }) => lastMs);
  return own.length === 0 ? null : Math.max(...own);
};

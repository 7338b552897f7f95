import { monitorBodySchema, type MonitorBody } from '#libs/contracts';
import { evaluate } from '#libs/monitoring';
import { binningHash, createStore, migrate, type ProfilePlan, type Store } from '#libs/store';
import { z } from 'zod';
import { createDatabase, integer, type Database } from '../../libs/store/src/client/index.js';
import { countFeatures } from '../../libs/store/src/profiles/counting.js';
import { features, fill, HOUR_MS, name, NUMERIC, REGIONS, ROWS, segments } from './million-events.js';
import { timed, withServices, type BenchRow } from './services.js';

/** One bucket of 1,000,000 rows × 20 numeric features, `all` and five dimensions (23 values): its profile, then one evaluation of it. */
export const profileBench = (): Promise<BenchRow[]> =>
  withServices(
    ['clickhouse'],
    async ({ clickhouseUrl: url, clickhouseUser: user, clickhousePassword: password }) => {
      const config = { url, user, password, database: 'bench' };
      await migrate(config);
      const [store, database] = [createStore(config), createDatabase(config)];
      try {
        return await measure(store, database);
      } finally {
        await Promise.all([store.close(), database.close()]);
      }
    },
  );

const cpuRow = z.object({ microseconds: integer });

/** CPU seconds that statements have taken so far, over all their threads. */
async function engineCpu(database: Database): Promise<number> {
  const [row] = await database.query({
    name: 'bench-cpu',
    sql: `SELECT sum(value) AS microseconds FROM system.events WHERE event = 'OSCPUVirtualTimeMicroseconds'`,
    params: {},
    row: cpuRow,
  });
  return (row?.microseconds ?? 0) / 1e6;
}

/** The statement that counts the numeric features alone, on one core; what it counted goes nowhere. */
async function countNumeric(database: Database, plan: ProfilePlan, bucketMs: number): Promise<void> {
  const numeric = plan.binning.features.filter(({ kind }) => kind === 'numeric');
  const pass = {
    buckets: [{ startMs: bucketMs, run: 1n }],
    part: { segments: plan.segments, withAll: true },
  };
  const { sql, settings, ...statement } = countFeatures(plan, numeric, pass);
  const select = `${sql.slice(sql.indexOf('SELECT'))} FORMAT Null`;
  await database.command({ ...statement, sql: select, settings: { ...settings, max_threads: 1 } });
}

async function measure(store: Store, database: Database): Promise<BenchRow[]> {
  const bucketMs = Math.floor(Date.now() / HOUR_MS - 48) * HOUR_MS;
  const inserted = await timed(() => fill(store, bucketMs));
  const edges = Array.from({ length: 100 }, (_, i) => (i * 3) / 100);
  const binningFeatures = [
    ...features
      .slice(0, NUMERIC)
      .map(({ name: feature }) => ({ feature, kind: 'numeric' as const, edges, max: 3 })),
    { feature: 'region', kind: 'categorical' as const, categories: REGIONS },
  ];
  const plan: ProfilePlan = {
    ...name,
    origin: '',
    binning: {
      model: name.model,
      version: name.version,
      hash: binningHash(binningFeatures),
      features: binningFeatures,
    },
    features,
    segments,
    bucket: 'PT1H',
    timeZone: 'UTC',
  };
  const dirty = await store.profiles.dirtyBuckets(plan, 10);
  const cpuBefore = await engineCpu(database);
  const profiled = await timed(() => store.profiles.compute(plan, dirty));
  const profileCpu = (await engineCpu(database)) - cpuBefore;
  const numeric = await timed(() => countNumeric(database, plan, bucketMs));
  const window = { startMs: bucketMs, endMs: bucketMs + HOUR_MS };
  const read = await timed(() => store.profiles.read(plan, window));
  const settings: MonitorBody = monitorBodySchema.parse({
    name: 'bench',
    kind: 'drift',
    model: name.model,
    version: name.version,
    thresholds: { psi: 0.2 },
  });
  const evaluated = await timed(async () =>
    Promise.resolve(
      evaluate({
        baseline: read.result,
        baselineChunks: [],
        window: read.result,
        binning: plan.binning,
        features,
        settings,
      }),
    ),
  );
  const figure = (
    what: string,
    { seconds, cpuSeconds }: { seconds: number; cpuSeconds: number },
    size: string,
  ): BenchRow => ({ what, seconds: round(seconds), 'node CPU s': round(cpuSeconds), size });
  return [
    figure('insert rows, arrivals, marks, ledger', inserted, `${ROWS.toLocaleString('en')} events`),
    {
      ...figure('profile of the bucket', profiled, `${NUMERIC} × 100 bins × 24 segment values`),
      'engine CPU s': round(profileCpu),
    },
    figure('its numeric features alone, one core', numeric, '24 segment values'),
    figure('read the merged profile', read, `${read.result.cells.length} cells`),
    figure('evaluate one window', evaluated, `${evaluated.result.length} findings`),
  ];
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

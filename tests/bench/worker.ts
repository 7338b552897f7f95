import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import {
  baselineOrigin,
  documentId,
  documentSchemas,
  type DocumentBody,
  type DocumentKind,
} from '#libs/contracts';
import { createStore, loadPlan, migrate, type Store } from '#libs/store';
import { cpuSeconds, peakMib, withApp } from './app-process.js';
import {
  features,
  fill,
  HOUR_MS,
  name,
  NUMERIC,
  REGIONS,
  ROWS,
  segments,
  uniform,
} from './million-events.js';
import { withServices, type BenchRow } from './services.js';

const BASELINE_DAYS = 30;
const BASELINE_ROWS = 50_000;
const DEADLINE_MS = 300_000;
const origin = baselineOrigin('first');

async function put(store: Store, kind: DocumentKind, id: string, body: unknown): Promise<void> {
  const parsed = documentSchemas[kind].parse(body) as DocumentBody<typeof kind>;
  const at = new Date().toISOString();
  await store.documents.append({
    ...{ project: name.project, kind, id, revision: 1, body: parsed, deleted: false },
    ...{ author: 'bench', reason: '', at },
  });
}

const tags = Object.fromEntries(['a', 'b', 'c', 'd'].map((tag) => [tag, tag]));
const columns = ['time', ...features.map((feature) => feature.name), ...Object.keys(tags)];

function* training(endMs: number): Generator<string> {
  const random = uniform(7);
  const next = () => random.next().value;
  yield `${columns.join(',')}\n`;
  for (let row = 0; row < BASELINE_ROWS; row++) {
    const time = new Date(endMs - (1 - row / BASELINE_ROWS) * BASELINE_DAYS * 24 * HOUR_MS).toISOString();
    const numbers = Array.from({ length: NUMERIC }, () => (next() + next() + next()).toFixed(6));
    const texts = [REGIONS[row % REGIONS.length], `a${row % 3}`, `b${row % 4}`, `c${row % 5}`, `d${row % 6}`];
    yield `${[time, ...numbers, ...texts].join(',')}\n`;
  }
}

/** Registers what the worker works by, as the API does. */
async function register(store: Store, endMs: number): Promise<void> {
  const { project, model, version } = name;
  const of = { model, version };
  await put(store, 'project', project, {});
  await put(store, 'model', model, { problem: 'binary', positiveLabel: 'yes' });
  await put(store, 'version', documentId(model, version), { ...of, status: 'registered', features });
  for (const segment of segments) await put(store, 'segment', documentId(model, segment.name), segment.body);
  const inserted = await store.baselines.insert({
    ...{ ...name, origin, features, schema: 1, format: 'csv', bucketMs: HOUR_MS },
    ...{ columns: { time: 'time', tags }, fileColumns: columns },
    file: () => Readable.from(training(endMs), { objectMode: false }),
  });
  if (!inserted.ok) throw new Error(inserted.message);
  const binning = await store.baselines.createBinning(project, model, version, origin, features);
  await put(store, 'binning', documentId(model, version, binning.hash), { ...of, ...binning });
  await put(store, 'baseline', documentId(model, version, 'first'), {
    ...{ ...of, origin, binning: binning.hash, rows: inserted.rows, contentHash: 'c'.repeat(64) },
    ...{ source: { format: 'csv', name: 'first.csv', bytes: 1 }, hasTime: true, hasLabels: false },
    cannotServe: [],
  });
  const plan = await loadPlan(store, { ...name, origin });
  if (plan === null) throw new Error('the baseline has no plan');
  await store.profiles.computeBaseline(plan);
  for (const kind of ['drift', 'data_quality'])
    await put(store, 'monitor', kind, {
      ...{ name: kind, kind, ...of, window: { every: 'PT1H', settle: 'PT0S' } },
      ...(kind === 'drift' && { thresholds: { psi: 0.2 } }),
    });
}

/** A worker as it is shipped meets a million events of one hour: profiled and compared by two monitors, in every segment value. */
export const workerBench = (): Promise<BenchRow[]> =>
  withServices(['clickhouse', 'redis'], async (addresses) => {
    const { clickhouseUrl: url, clickhouseUser: user, clickhousePassword: password } = addresses;
    const config = { url, user, password, database: 'worker' };
    await migrate(config);
    const store = createStore(config);
    const bucketMs = Math.floor(Date.now() / HOUR_MS - 3) * HOUR_MS;
    await register(store, bucketMs);
    await fill(store, bucketMs);
    try {
      return await withApp('worker', { addresses, database: config.database }, async ({ pid }) => {
        const startedMs = performance.now();
        const findings = await evaluated(store, bucketMs);
        const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
        const counts = { events: ROWS.toLocaleString('en'), findings };
        return [
          {
            ...counts,
            seconds,
            'CPU s of the worker': await cpuSeconds(pid),
            'peak MiB': await peakMib(pid),
          },
        ];
      });
    } finally {
      await store.close();
    }
  });

/** Waits until both monitors have evaluated the hour, and counts what they found. */
async function evaluated(store: Store, bucketMs: number): Promise<number> {
  const window = { fromMs: bucketMs, toMs: bucketMs + HOUR_MS };
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (performance.now() < deadlineMs) {
    const found = await store.evaluations.list(name.project, { ...window, limit: 10 });
    if (found.length === 2) return found.reduce((sum, { findings }) => sum + findings, 0);
    await delay(200);
  }
  throw new Error(`nothing was evaluated within ${DEADLINE_MS} ms`);
}

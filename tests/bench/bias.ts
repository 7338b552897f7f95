import {
  biasPlan,
  biasSettingsSchema,
  modelBodySchema,
  monitorBodySchema,
  type BiasPlan,
  type Feature,
} from '#libs/contracts';
import { evaluate } from '#libs/monitoring';
import {
  createStore,
  loadBaselineProfile,
  loadEvaluationInputs,
  migrate,
  type MonitorContext,
  type ProfilePlan,
  type Store,
} from '#libs/store';
import { createDatabase } from '../../libs/store/src/client/index.js';
import { timed, withServices, type BenchRow } from './services.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 3, 1);
const RUNS = 5;
const name = { project: 'bench', model: 'loans', version: '1' };
const features: Feature[] = [
  { name: 'age', type: 'numeric', role: 'input' },
  { name: 'race', type: 'categorical', role: 'input' },
  { name: 'sex', type: 'categorical', role: 'input' },
];

/** Three facets of 3, 4 and 3 groups, all of them crossed: 35 intersections beside the 7 groups of the facets alone. */
const settings = biasSettingsSchema.parse({
  facets: [
    { name: 'sex', feature: 'sex', disfavoured: ['f', 'x'], favoured: ['m'] },
    { name: 'race', feature: 'race', disfavoured: ['b', 'c', 'd'] },
    {
      name: 'age',
      feature: 'age',
      ranges: [
        { value: 'young', below: 30 },
        { value: 'middle', from: 30, below: 50, disfavoured: false },
        { value: 'old', from: 50 },
      ],
    },
  ],
  intersections: [['sex', 'race', 'age']],
});
const model = modelBodySchema.parse({ problem: 'binary', positiveLabel: 'yes', bias: settings });

const planOf = (origin: string, bias: BiasPlan | null): ProfilePlan => ({
  ...name,
  origin,
  binning: { model: name.model, version: name.version, hash: 'b1a5'.repeat(4), features: [] },
  features,
  segments: [
    {
      name: 'region',
      body: { kind: 'dimension', model: name.model, tag: 'region', values: ['a', 'b', 'c', 'd'] },
    },
  ],
  ...{ bucket: 'PT1H', timeZone: 'UTC', bias },
});

/** Rows are made inside ClickHouse, labels among them as a baseline's: what is measured is counting and reading, not the way in. */
const insertSql = (origin: string, rows: number): string => `
INSERT INTO predictions (project, model, version, origin, bucket, id, time, schema, num, cat, label, score, value, tags, truth, truth_value, row_version, expires)
SELECT 'bench', 'loans', '1', '${origin}', toDateTime(${START_MS / 1_000} + intDiv(number * 24, ${rows}) * 3600, 'UTC'), toString(number),
  toDateTime64(${START_MS / 1_000} + intDiv(number * 24, ${rows}) * 3600, 3, 'UTC'), 1, [20. + h % 50],
  [['a', 'b', 'c', 'd'][1 + intDiv(h, 7) % 4], ['m', 'f', 'x'][1 + intDiv(h, 31) % 3]],
  if(intDiv(h, 997) % 10 < 6, 'yes', 'no'), nan, nan, map('region', ['a', 'b', 'c', 'd', 'e'][1 + intDiv(h, 101) % 5]),
  if(intDiv(h, 5003) % 10 < 6, 'yes', 'no'), nan, number, toDateTime(4102444800, 'UTC')
FROM (SELECT number, cityHash64(number, '${origin}') AS h FROM numbers(${rows}))`;

async function measure(store: Store, rows: number, bias: BiasPlan): Promise<BenchRow> {
  const [baseline, live] = [planOf('baseline:first', bias), planOf(`baseline:window-${rows}`, bias)];
  const profiled = await timed(() => store.profiles.computeBaseline(live));
  const monitor = monitorBodySchema.parse({
    ...{ name: 'bias', kind: 'bias', model: name.model, version: name.version },
    thresholds: { dppl: 0.1, di: 0.8, rd: 0.1 },
  });
  const context = {
    monitor: { body: monitor },
    plan: live,
    baseline: { plan: baseline, document: { body: { hasTime: false } } },
  } as unknown as MonitorContext;
  const window = { startMs: START_MS, endMs: START_MS + DAY_MS };
  // The worker keeps the baseline from window to window.
  const reference = await loadBaselineProfile(store, context);
  const times: { read: number; evaluated: number; cpu: number; findings: number }[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const reading = await timed(() => loadEvaluationInputs(store, context, { window, reference }));
    const evaluating = await timed(() => Promise.resolve(evaluate(reading.result)));
    const cpu = reading.cpuSeconds + evaluating.cpuSeconds;
    times.push({
      read: reading.seconds,
      evaluated: evaluating.seconds,
      cpu,
      findings: evaluating.result.length,
    });
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const read = median(times.map((one) => one.read));
  const evaluated = median(times.map((one) => one.evaluated));
  return {
    events: rows,
    'profile s': Number(profiled.seconds.toFixed(2)),
    'read ms': Math.round(read * 1_000),
    'evaluate ms': Math.round(evaluated * 1_000),
    'together ms': Math.round((read + evaluated) * 1_000),
    'CPU ms of Node': Math.round(median(times.map(({ cpu }) => cpu)) * 1_000),
    findings: times[0]?.findings ?? 0,
  };
}

/** biasBench: a day of 1 M and of 10 M events, three facets and their 35 intersections, `all` and five segment values, against a baseline. */
export const biasBench = (): Promise<BenchRow[]> =>
  withServices(['clickhouse'], async ({ clickhouseUrl, clickhouseUser, clickhousePassword }) => {
    const config = {
      url: clickhouseUrl,
      user: clickhouseUser,
      password: clickhousePassword,
      database: 'bench',
    };
    await migrate(config);
    const [store, raw] = [createStore(config), createDatabase(config)];
    const bias = biasPlan(model, []);
    if (bias === null) throw new Error('the settings name no favourable outcome');
    try {
      const rows: BenchRow[] = [];
      const fill = (origin: string, count: number) =>
        raw.command({ name: 'bench-rows', sql: insertSql(origin, count), timeoutMs: 600_000 });
      await fill('baseline:first', 1_000_000);
      await store.profiles.computeBaseline(planOf('baseline:first', bias));
      for (const events of [1_000_000, 10_000_000]) {
        await fill(`baseline:window-${events}`, events);
        rows.push(await measure(store, events, bias));
      }
      return rows;
    } finally {
      await Promise.all([store.close(), raw.close()]);
    }
  });

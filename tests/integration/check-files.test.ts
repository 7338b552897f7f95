import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPage } from '../../apps/cli/src/check/page/page.js';
import { breached, checkFixture, csv, findingOf, parsed, rows, type CheckFixture } from './check-fixture.js';

let fixture: CheckFixture;
beforeAll(async () => {
  fixture = await checkFixture();
});
afterAll(() => fixture.remove());

/** Without chance: a spread of values that is the same in every run. */
const spread = (i: number): number => ((i * 7_919) % 1_000) / 100;
const REGIONS = ['EU', 'US', 'APAC'];
const header = 'id,ts,region,age,state,score,prediction,y';
const row = (shift: (region: string) => number) => (i: number) => {
  const region = REGIONS[i % 3] ?? '';
  const time = new Date(Date.UTC(2026, 2, 28) + i * 60_000).toISOString();
  return `${9_007_199_254_740_993n + BigInt(i)},${time},${region},${spread(i) + shift(region)},s${i % 5},${(i % 100) / 100},${i % 2 === 0 ? 'yes' : 'no'},${i % 3 === 0 ? 'yes' : 'no'}`;
};
const still = rows(
  header,
  6_000,
  row(() => 0),
);
const moved = rows(
  header,
  6_000,
  row((region) => (region === 'EU' ? 4 : 0)),
);
const bySegment = `segments: [{ name: region, by: region }, { name: eu_even, where: { all: [{ column: region, equals: EU }, { column: state, in: [s0, s2] }] } }]`;

describe('two files', () => {
  test('the same rows breach nothing, and what was inferred is said', async () => {
    const report = parsed(
      await fixture.check({ baseline: csv('a.csv', still), current: csv('b.csv', still) }),
    );
    expect(breached(report)).toEqual([]);
    expect(report.baseline.rows).toBe(6_000);
    expect(report.windows).toEqual([
      { index: 0, start: '2026-03-28T00:00:00.000Z', end: '2026-04-01T03:59:00.001Z', rows: 6_000 },
    ]);
    expect(report.summary.columns.map(({ name, part, type }) => `${name} ${part} ${type}`)).toEqual([
      'id id text',
      'ts time text',
      'region feature categorical',
      'age feature numeric',
      'state feature categorical',
      'score score text',
      'prediction prediction text',
      'y label text',
    ]);
    expect(new Set(report.findings.map(({ monitor }) => monitor))).toEqual(
      new Set(['data_quality', 'drift', 'prediction_drift', 'quality']),
    );
  });

  test('drift in one segment value is named there and nowhere else', async () => {
    const report = parsed(
      await fixture.check({
        baseline: csv('a.csv', still),
        current: csv('b.csv', moved),
        config: `${bySegment}\nmonitors: [{ kind: drift, thresholds: { psi: 0.5 } }]\n`,
      }),
    );
    expect(breached(report)).toEqual(['eu_even=in age psi', 'region=EU age psi']);
    expect(report.summary.breached_features).toHaveLength(2);
    expect(
      findingOf(report, { segment: 'region', segment_value: 'EU', feature: 'age', metric: 'psi' }),
    ).toMatchObject({
      rows: 2_000,
      threshold: 0.5,
      q: expect.any(Number) as number,
    });
  });

  test('the page stands alone and says what moved first', async () => {
    const checked = await fixture.check({
      baseline: csv('a.csv', still),
      current: csv('b.csv', moved),
      config: bySegment,
    });
    const page = await checkPage({ names: { baseline: '<a>.csv', current: 'b.csv' }, checked });
    expect(page).not.toMatch(/<script|<link|src=|url\(|https?:|NaN|Infinity|undefined/);
    expect(page).toContain('&lt;a>.csv');
    expect(page).toMatch(/<details open[^>]*><summary><span class="name">age</);
  });

  test('formats are read alike: CSV, packed CSV, JSON lines and Parquet give the same findings', async () => {
    const objects = moved.slice(1).map((line) => {
      const [id = '', ts, region, age, state, score, prediction, y] = line.split(',');
      return JSON.stringify({ id, ts, region, age: Number(age), state, score: Number(score), prediction, y });
    });
    const parquet = `${fixture.folder}/b.parquet`;
    fixture.write(csv('src.csv', moved));
    await fixture.sql(
      `INSERT INTO FUNCTION file('${parquet}', 'Parquet') SELECT * FROM file('${fixture.folder}/src.csv', 'CSVWithNames')`,
    );
    const baseline = fixture.write(csv('a.csv', still));
    const currents = [
      fixture.write(csv('b.csv', moved)),
      fixture.write({ name: 'b.csv.gz', text: gzipSync(`${moved.join('\n')}\n`) }),
      fixture.write({ name: 'b.jsonl', text: `${objects.join('\n')}\n` }),
      parquet,
    ];
    const config = fixture.write({ name: 'm.yaml', text: bySegment });
    const [first, ...others] = await currents.reduce<Promise<unknown[]>>(async (before, current) => {
      const done = await before;
      const { findings, windows } = parsed(await fixture.checkPaths({ baseline, current, config }));
      return [...done, { findings, windows }];
    }, Promise.resolve([]));
    for (const other of others) expect(other).toEqual(first);
  });

  test('ids and whole numbers beyond 2^53 stay apart as segment values', async () => {
    const ids = ['9007199254740992', '9007199254740993'];
    const lines = rows('account,x', 1_000, (i) => `${ids[i % 2] ?? ''},${spread(i)}`);
    const report = parsed(
      await fixture.check({
        baseline: csv('a.csv', lines),
        current: csv('b.csv', lines),
        config: 'segments: [{ name: account, by: account }]',
      }),
    );
    expect([...new Set(report.findings.map((f) => f.segment_value))].toSorted()).toEqual(
      [...ids, 'in'].toSorted(),
    );
  });
});

describe('windows', () => {
  test('of rows, in the order of the file', async () => {
    const numbers = (shift: (i: number) => number) => rows('x', 2_500, (i) => `${spread(i) + shift(i)}`);
    const report = parsed(
      await fixture.check({
        baseline: csv(
          'a.csv',
          numbers(() => 0),
        ),
        current: csv(
          'b.csv',
          numbers((i) => (i >= 1_000 && i < 2_000 ? 5 : 0)),
        ),
        config: 'window: { rows: 1000 }\nmonitors: [{ kind: drift, thresholds: { psi: 0.5 } }]',
      }),
    );
    expect(report.windows.map(({ rows: count, start }) => [count, start])).toEqual([
      [1_000, null],
      [1_000, null],
      [500, null],
    ]);
    expect(report.findings.filter(({ status }) => status === 'breached').map(({ window }) => window)).toEqual(
      [1],
    );
  });

  test.each([
    { zone: 'Europe/Berlin', from: '2024-10-26T22:00:00Z', every: 'P1D', rows: [250, 240] },
    { zone: 'Europe/Berlin', from: '2024-03-30T23:00:00Z', every: 'P1D', rows: [230, 240] },
    { zone: 'Europe/Berlin', from: '2024-10-26T22:00:00Z', every: 'PT12H', rows: [120, 120, 10, 120, 120] },
    { zone: 'Australia/Lord_Howe', from: '2024-04-06T13:00:00Z', every: 'P1D', rows: [245, 240] },
    { zone: 'America/Sao_Paulo', from: '2018-11-03T03:00:00Z', every: 'P1D', rows: [240, 230, 240] },
    { zone: 'Asia/Kolkata', from: '2024-10-26T18:30:00Z', every: 'P1D', rows: [240, 240] },
  ])(
    'of time are those of the service where clocks change: $zone, $every, from $from',
    async ({ zone, from, every, rows: counts }) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const lines = rows(
        'ts,x',
        total,
        (i) => `${new Date(Date.parse(from) + i * 360_000).toISOString()},${spread(i)}`,
      );
      const report = parsed(
        await fixture.check({
          baseline: csv('a.csv', lines),
          current: csv('b.csv', lines),
          config: `window: { every: ${every}, timezone: ${zone} }`,
        }),
      );
      expect(report.windows.map((window) => window.rows)).toEqual(counts);
      const ends = report.windows.map(({ end }) => end);
      expect(report.windows.slice(1).map(({ start }) => start)).toEqual(ends.slice(0, -1));
    },
  );

  test('of time, as days of a zone are: 23 hours where clocks go forward', async () => {
    const report = parsed(
      await fixture.check({
        baseline: csv('a.csv', still),
        current: csv('b.csv', moved),
        config:
          'window: { every: P1D, timezone: Europe/Berlin }\nmonitors: [{ kind: drift, metrics: [psi], thresholds: { default: auto } }]',
      }),
    );
    expect(report.windows.map(({ start, end, rows: count }) => [start, end, count]).slice(0, 3)).toEqual([
      ['2026-03-27T23:00:00.000Z', '2026-03-28T23:00:00.000Z', 1_380],
      ['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', 1_380],
      ['2026-03-29T22:00:00.000Z', '2026-03-30T22:00:00.000Z', 1_440],
    ]);
  });

  test("parts of a day are compared with that part of the baseline's days", async () => {
    const wave = (hour: number): number => 1_000 * Math.sin((2 * Math.PI * hour) / 24);
    const hourly = (days: number, hourOf: (hour: number) => number): string[] =>
      rows('ts,x', days * 24 * 60, (i) => {
        const time = new Date(Date.UTC(2026, 2, 2) + i * 60_000).toISOString();
        return `${time},${spread(i) + wave(hourOf(Math.floor(i / 60)))}`;
      });
    // In the last quarter of its second day the file goes on as in the third.
    const isStuck = (hour: number): boolean => hour >= 24 + 18;
    const report = parsed(
      await fixture.check({
        baseline: csv(
          'a.csv',
          hourly(28, (hour) => hour),
        ),
        current: csv(
          'b.csv',
          hourly(2, (hour) => (isStuck(hour) ? hour - 6 : hour)),
        ),
        config:
          'window: { every: PT6H }\nmonitors: [{ kind: drift, metrics: [mean_shift], thresholds: { mean_shift: 0.1 } }]',
      }),
    );
    const found = report.findings.filter(({ feature }) => feature === 'x');
    expect(found.filter(({ q }) => q !== null && q < 0.05).map(({ window }) => window)).toEqual([7]);
  });

  test('a baseline that is shorter than a window is compared, and said to be short', async () => {
    const report = parsed(
      await fixture.check({
        baseline: csv(
          'a.csv',
          rows('x', 300, (i) => `${spread(i)}`),
        ),
        current: csv(
          'b.csv',
          rows('x', 2_000, (i) => `${spread(i)}`),
        ),
        config: 'window: { rows: 1000 }\nmonitors: [{ kind: drift, thresholds: { default: auto } }]',
      }),
    );
    expect(report.summary.warnings.join()).toContain('less than one window of 1,000');
    expect(report.summary.by_status).not.toHaveProperty('failed');
  });
});

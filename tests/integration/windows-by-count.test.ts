import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, type Evaluation, type Service } from './service-fixture.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';
import { ticksGoBy } from './worker-fixture.js';

/** The clock stands still, ten hours after the last rows of this file. */
const START_MS = Date.UTC(2026, 5, 1);
const now = () => START_MS + 3 * DAY_MS;
const HOURS_OF_ROWS = 10;

let at: Service;

const distanceOf = (row: number): number => 300 + ((row * 7_919) % 1_000);
let sent = 0;
/** As many rows as are said, evenly over one bucket. */
const hour = (index: number, rows: number) =>
  Array.from({ length: rows }, (_, row) => ({
    timeMs: START_MS + index * HOUR_MS + Math.floor((row / rows) * HOUR_MS),
    num: [distanceOf((sent += 1))],
    cat: [],
  }));
const training = (): string => {
  const rows = Array.from({ length: HOURS_OF_ROWS * 24 * 20 }, (_, row) => {
    const time = START_MS - 30 * DAY_MS + Math.floor(row / 20) * HOUR_MS;
    return `${new Date(time).toISOString()},${distanceOf(row)}`;
  });
  return ['time,distance', ...rows].join('\n');
};
const bounds = (evaluations: readonly Evaluation[]) =>
  evaluations.map(({ windowStart, windowEnd, revision }) => [
    ...[windowStart, windowEnd].map((time) => (Date.parse(time) - START_MS) / HOUR_MS),
    revision,
  ]);

beforeAll(async () => {
  at = await openService(6);
  await at.ok('PUT', '/models/m', { body: { problem: 'regression' } });
  await at.ok('PUT', '/models/m/versions/1', {
    body: { status: 'registered', features: [{ name: 'distance', type: 'numeric' }] },
  });
  await at.baseline('m/1', training());
  for (const [name, rows] of [
    ['few', 500],
    ['endless', 1_000_000_000],
  ] as const)
    await at.ok('PUT', `/monitors/${name}`, {
      body: {
        ...{ name, kind: 'drift', model: 'm', version: '1', thresholds: { psi: 'auto' }, minRows: 100 },
        window: { rows, settle: 'PT0S' },
      },
    });
});
afterAll(() => at.stop());

const few = (count: number) => at.evaluated('few', count).then(bounds);

test('windows close at the end of the bucket that fills them, a silent stretch lies in the next one', async () => {
  const [first, second] = [hour(0, 200), hour(1, 200)];
  await at.write([...first, ...second, ...hour(2, 200), ...hour(3, 700), ...hour(28, 100)]);
  const worker = await at.worker(now);
  expect(await few(2)).toEqual([
    [0, 3, 1],
    [3, 4, 1],
  ]);
  await ticksGoBy(worker);
  expect(await few(2)).toHaveLength(2);
  await at.write([...hour(29, 450), ...hour(30, 499)]);
  expect(await few(3)).toEqual([
    [0, 3, 1],
    [3, 4, 1],
    [4, 30, 1],
  ]);
  const [newest] = await at.findings('monitor=few&metric=psi');
  expect(newest).toMatchObject({ rows: 550, status: 'ok', threshold: expect.any(Number) as number });
  expect(await worker.stop()).toBe(true);
});

test('rows that come late make a revision of the same bounds, in a second life of the worker', async () => {
  // Alone they would fill the first window within its first hour, and cut the third in the middle of its silence.
  await at.write([...hour(0, 2_000), ...hour(5, 3_000)]);
  const worker = await at.worker(now);
  await at.evaluated('few', 2, 2);
  expect(await few(3)).toEqual([
    [0, 3, 2],
    [3, 4, 1],
    [4, 30, 2],
  ]);
  const rows = (await at.findings('monitor=few&metric=psi')).map((finding) => finding['rows']);
  expect(rows).toEqual([3_550, 700, 2_600]);
  await ticksGoBy(worker);
  expect((await few(3)).map(([, , revision]) => revision)).toEqual([2, 1, 2]);
});

test('goes on where it stopped; what is older than the first window belongs to none', async () => {
  await at.write([...hour(-5, 5_000), ...hour(30, 1), ...hour(31, 900)]);
  expect(await few(5)).toEqual([
    [0, 3, 2],
    [3, 4, 1],
    [4, 30, 2],
    [30, 31, 1],
    [31, 32, 1],
  ]);
});

test('a window waits for the clock', async () => {
  await at.write(hour(80, 600));
  const early = await at.worker(now);
  await ticksGoBy(early);
  expect(await few(5)).toHaveLength(5);
});

test('more rows than there are close no window; trying one takes all there is', async () => {
  expect(await at.evaluations('monitor=endless')).toEqual([]);
  const run = await at.ok('POST', '/monitors/endless/run');
  expect(run).toMatchObject({ window: { start: new Date(START_MS - 5 * HOUR_MS).toISOString() } });
  const next = await at.ok('POST', '/monitors/few/run');
  expect(next).toMatchObject({
    rows: 600,
    window: { start: new Date(START_MS + 32 * HOUR_MS).toISOString() },
  });
});

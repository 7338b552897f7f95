import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorsOf } from './api-fixture.js';
import { openService, type Evaluation, type Service } from './service-fixture.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';
import { ticksGoBy, type WorkerUnderTest } from './worker-fixture.js';

const ROWS_PER_HOUR = 4;
const SETTLE_MS = 2 * HOUR_MS;

let at: Service;
let worker: WorkerUnderTest;
let nowMs = 0;

const valueOf = (row: number): number => (row * 7_919) % 1_000;
const training = (endMs: number): string => {
  const rows = Array.from({ length: 10 * 24 * ROWS_PER_HOUR }, (_, row) => {
    const time = endMs - 10 * DAY_MS + (row * HOUR_MS) / ROWS_PER_HOUR;
    return `${new Date(time).toISOString()},${valueOf(row)}`;
  });
  return ['time,x', ...rows].join('\n');
};
const WINDOWS = {
  days: { every: 'P1D' },
  parts: { every: 'PT6H' },
  threes: { every: 'P1D', size: 'P3D' },
};

beforeAll(async () => {
  at = await openService(5);
  worker = await at.worker(() => nowMs);
});
afterAll(() => at.stop());

async function register(model: string, { timeZone, bucket, startMs }: Case & { startMs: number }) {
  await at.ok('PUT', `/models/${model}`, { body: { problem: 'regression', timeZone, bucket } });
  await at.ok('PUT', `/models/${model}/versions/1`, {
    body: { status: 'registered', features: [{ name: 'x', type: 'numeric' }] },
  });
  await at.baseline(`${model}/1`, training(startMs));
  const monitors = await at.ok('GET', '/monitors');
  for (const { id } of monitors['items'] as { id: string }[]) await at.ok('DELETE', `/monitors/${id}`);
  for (const [name, window] of Object.entries(WINDOWS))
    await at.ok('PUT', `/monitors/${model}-${name}`, {
      body: {
        ...{ name, kind: 'drift', model, version: '1', metrics: ['psi'], minRows: 1 },
        window: { ...window, settle: 'PT2H' },
      },
    });
}

const hoursOf = ({ windowStart, windowEnd }: Evaluation): number =>
  (Date.parse(windowEnd) - Date.parse(windowStart)) / HOUR_MS;

type Case = { timeZone: string; bucket: string; start: string; days: number[]; parts: number[] };
const QUARTERS = [6, 6, 6, 6];
/** An odd day between two of 24 hours. */
const around = (odd: number): number[] => [24, odd, 24];
const parts = (odd: number[]): number[] => [QUARTERS, odd, QUARTERS].flat();

/** Three local days each, in order of time: the clock only goes forward. */
const CASES: [string, Case][] = [
  [
    'a Saturday of 25 hours that ends twice',
    {
      ...{ timeZone: 'America/Sao_Paulo', bucket: 'PT1H', start: '2018-02-16T02:00Z' },
      ...{ days: around(25), parts: parts([...QUARTERS, 1]) },
    },
  ],
  [
    'a Sunday of 23 hours without a midnight',
    {
      ...{ timeZone: 'America/Sao_Paulo', bucket: 'PT1H', start: '2018-11-03T03:00Z' },
      ...{ days: around(23), parts: parts([6, 6, 6, 5]) },
    },
  ],
  [
    'a day of 23 hours',
    {
      ...{ timeZone: 'Europe/Berlin', bucket: 'PT1H', start: '2026-03-27T23:00Z' },
      ...{ days: around(23), parts: parts([6, 6, 6, 5]) },
    },
  ],
  [
    'days that begin at half past, of quarters of an hour',
    {
      ...{ timeZone: 'Asia/Kolkata', bucket: 'PT15M', start: '2026-05-03T18:30Z' },
      ...{ days: around(24), parts: parts(QUARTERS) },
    },
  ],
  [
    'a day of 25 hours',
    {
      ...{ timeZone: 'Europe/Berlin', bucket: 'PT1H', start: '2026-10-23T22:00Z' },
      ...{ days: around(25), parts: parts([...QUARTERS, 1]) },
    },
  ],
];

test.each(CASES.map(([name, value], index) => ({ name, value, model: `m${index}` })))(
  'windows follow the clocks of $value.timeZone through $name',
  async ({ value, model }) => {
    const startMs = Date.parse(value.start);
    const hours = value.days.reduce((sum, length) => sum + length, 0);
    const endMs = startMs + hours * HOUR_MS;
    await register(model, { ...value, startMs });
    const bucketMs = { PT1H: HOUR_MS, PT15M: HOUR_MS / 4 }[value.bucket]!;
    const rows = Array.from({ length: hours * ROWS_PER_HOUR }, (_, row) => {
      const timeMs = startMs + (row * HOUR_MS) / ROWS_PER_HOUR;
      return { model, timeMs, bucketMs: timeMs - (timeMs % bucketMs), num: [valueOf(row)], cat: [] };
    });
    await at.write(rows);

    // A moment before the last day has settled.
    nowMs = endMs + SETTLE_MS - 1;
    await at.evaluated(`${model}-days`, 2);
    await ticksGoBy(worker);
    expect(await at.evaluations(`monitor=${model}-threes`)).toEqual([]);
    nowMs += 1;
    const [days, quarters, threes] = await Promise.all([
      at.evaluated(`${model}-days`, 3),
      at.evaluated(`${model}-parts`, value.parts.length),
      at.evaluated(`${model}-threes`, 1),
    ]);
    expect(days[0]!.windowStart).toBe(new Date(startMs).toISOString());
    expect([days, quarters, threes].map((each) => each.map(hoursOf))).toEqual([
      value.days,
      value.parts,
      [hours],
    ]);
    for (const monitor of Object.keys(WINDOWS)) {
      const found = await at.findings(`monitor=${model}-${monitor}&metric=psi`);
      expect(found.toReversed().map((finding) => finding['rows'])).toEqual(
        { days, parts: quarters, threes }[monitor]!.map((each) => hoursOf(each) * ROWS_PER_HOUR),
      );
    }
  },
);

test.each([
  ['window.every', { every: 'PT7H' }, 'divides a day'],
  ['window.every', { every: 'PT30M' }, 'whole number of buckets (PT1H)'],
  ['window.every', { every: 'PT0S' }, 'whole number of buckets'],
  ['window.every', { every: 'P1M' }, 'ISO-8601'],
  ['window.every', { every: 'daily' }, 'ISO-8601'],
  ['window.size', { every: 'PT6H', size: 'PT8H' }, 'whole number of steps'],
  ['window.size', { rows: 500, size: 'P7D' }, 'by size or by rows'],
  ['window.settle', { settle: '-PT1H' }, 'ISO-8601'],
  ['window.rows', { rows: 0 }, '1'],
])('refuses %s of %j', async (field, window, message) => {
  const answer = await at.call('PUT', '/v1/projects/default/monitors/bad', {
    body: { name: 'bad', kind: 'drift', model: 'm0', version: '1', window },
  });
  expect(answer.status, answer.text).toBe(422);
  expect(errorsOf(answer).map((error) => error.field)).toEqual([field]);
  expect(errorsOf(answer)[0]!.message).toContain(message);
});

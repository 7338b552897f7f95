import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStore, type LabelRow, type PredictionRow, type Store } from '#libs/store';
import { comparable, expectedCells, SEGMENTS, type Row } from './profiles-model.js';
import { PLAN, randomRow, seeded, stored, truthOf } from './profiles-rows.js';
import { batch, DAY_MS, freshDatabase, HOUR_MS } from './store-fixture.js';

/** Three days in Berlin around the spring change: the 29th has 23 hours. */
const FIRST_MS = Date.UTC(2026, 2, 27, 23);
const DAY_STARTS = [FIRST_MS, FIRST_MS + DAY_MS, FIRST_MS + 2 * DAY_MS - HOUR_MS];
const BUCKETS = 71;
const LAST_MS = FIRST_MS + BUCKETS * HOUR_MS;

let drop: () => Promise<void>;
let store: Store;
const rows = new Map<string, Row>();

/** Rows, amendments, moves to another bucket, labels and retractions, all in the order of their offsets. */
function traffic(): { predictions: PredictionRow[]; labels: LabelRow[] } {
  const random = seeded(17);
  const anyBucket = (): number => FIRST_MS + Math.floor(random() * BUCKETS) * HOUR_MS;
  const predictions: PredictionRow[] = [];
  const labels: LabelRow[] = [];
  const send = (row: Row, short: boolean): void => {
    if (short) Object.assign(row, { numbers: { ...row.numbers, 'late addition': NaN } });
    if (short) Object.assign(row, { texts: { ...row.texts, "o'brien\\`{x: String}": '\0', plate: '\0' } });
    predictions.push(stored(row, predictions.length, { short }));
    rows.set(row.id, row);
  };
  for (let at = 0; at < 1_500; at += 1) send(randomRow(random, `id-${at}`, anyBucket()), at < 300);
  for (let at = 0; at < 300; at += 3)
    send(randomRow(random, `id-${at}`, rows.get(`id-${at}`)!.bucketMs), false);
  for (let at = 1; at < 300; at += 3) send(randomRow(random, `id-${at}`, anyBucket()), false);
  for (const [at, row] of [...rows.values()].entries()) {
    if (random() < 0.4) continue;
    row.truth = random() < 0.5 ? 'late' : 'punctual';
    labels.push(truthOf(row, predictions.length + labels.length));
    if (at % 7 !== 0) continue;
    labels.push(
      truthOf(row, predictions.length + labels.length, {
        retracted: true,
        label: '',
        timeMs: LAST_MS + 30 * DAY_MS,
      }),
    );
    row.truth = '';
  }
  return { predictions, labels };
}

async function settle(plan = PLAN): Promise<void> {
  for (;;) if (!(await store.labels.link('p', 100_000)).more) break;
  for (;;) {
    const dirty = await store.profiles.dirtyBuckets(plan, 10);
    if (dirty.length === 0) return;
    await store.profiles.compute(plan, dirty);
  }
}

beforeAll(async () => {
  const fresh = await freshDatabase();
  ({ drop } = fresh);
  store = createStore(fresh.config);
  const { predictions, labels } = traffic();
  await store.intake.write(batch({ predictions }));
  await store.intake.write(batch({ labels }));
  await settle();
});
afterAll(async () => {
  await store.close();
  await drop();
});

const within = (startMs: number, endMs: number): Row[] =>
  [...rows.values()].filter(({ bucketMs }) => bucketMs >= startMs && bucketMs < endMs);

test.each([
  { name: 'everything', startMs: FIRST_MS, endMs: LAST_MS },
  { name: 'the day of 23 hours', startMs: DAY_STARTS[1]!, endMs: DAY_STARTS[2]! },
  { name: 'one bucket', startMs: FIRST_MS + 5 * HOUR_MS, endMs: FIRST_MS + 6 * HOUR_MS },
  { name: 'days cut in two', startMs: FIRST_MS + 7 * HOUR_MS, endMs: LAST_MS - 3 * HOUR_MS },
  { name: 'nothing', startMs: LAST_MS, endMs: LAST_MS + DAY_MS },
])('a profile is a recount: $name', async ({ startMs, endMs }) => {
  const { cells } = await store.profiles.read(PLAN, { startMs, endMs });
  expect(comparable(cells)).toEqual(comparable(expectedCells(within(startMs, endMs))));
});

test('of few segments, whose rows are counted by combinations of their values first', async () => {
  const few = SEGMENTS.filter(({ name }) => ['region', 'part', 'south'].includes(name));
  const plan = { ...PLAN, segments: few.map(({ name, body }) => ({ name, body })) };
  await settle(plan);
  const { cells } = await store.profiles.read(plan, { startMs: FIRST_MS, endMs: LAST_MS });
  expect(comparable(cells)).toEqual(comparable(expectedCells([...rows.values()], few)));
  await settle();
});

test('days are those of the time zone, buckets are hours, and both add up to the whole', async () => {
  const days = await store.profiles.chunks(PLAN, 'all');
  expect(days.map(({ startMs }) => startMs)).toEqual(DAY_STARTS);
  for (const [at, day] of days.entries())
    expect(comparable(day.cells)).toEqual(
      comparable(expectedCells(within(DAY_STARTS[at]!, DAY_STARTS[at + 1] ?? LAST_MS))),
    );
  const hours = await store.profiles.chunks(PLAN, 'all', ['all'], 'bucket');
  expect(hours.length).toBe(new Set([...rows.values()].map(({ bucketMs }) => bucketMs)).size);
  for (const { startMs, cells } of hours)
    expect(comparable(cells)).toEqual(comparable(expectedCells(within(startMs, startMs + HOUR_MS), [])));
});

test('windows are cut from buckets, and what lies between them is left out', async () => {
  const windows = [0, 30].map((hour) => ({
    startMs: FIRST_MS + hour * HOUR_MS,
    endMs: FIRST_MS + (hour + 6) * HOUR_MS,
  }));
  const parts = await store.profiles.chunks(PLAN, 'all', ['all', 'part'], windows);
  expect(parts.map(({ startMs }) => startMs)).toEqual(windows.map(({ startMs }) => startMs));
  for (const [at, { startMs, endMs }] of windows.entries())
    expect(comparable(parts[at]!.cells.filter(({ segment }) => segment === 'all'))).toEqual(
      comparable(expectedCells(within(startMs, endMs), [])),
    );
  expect(await store.profiles.chunks(PLAN, 'all', ['all'], [])).toEqual([]);
});

test('asked for some segments, gives those alone', async () => {
  const { cells } = await store.profiles.read(PLAN, 'all', ['south', 'part', 'unknown']);
  expect(
    [...new Set(cells.map(({ segment, segmentValue }) => `${segment}=${segmentValue}`))].toSorted(),
  ).toEqual(['part=day', 'part=night', 'part=other', 'south=in']);
});

test('the first and last bucket, and the number of rows, are those that arrived', async () => {
  const starts = [...rows.values()].map(({ bucketMs }) => bucketMs);
  expect(await store.profiles.firstAndLast('p', 'm', '1')).toEqual({
    firstMs: Math.min(...starts),
    lastMs: Math.max(...starts),
  });
  expect(await store.profiles.firstAndLast('p', 'm', '2')).toBeNull();
  expect(await store.profiles.inputsHash(PLAN, 'all')).toMatchObject({ rows: rows.size, complete: true });
});

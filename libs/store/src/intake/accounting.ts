import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { countTooLate } from '../retention/too-late.js';
import { readEventCounts, type EventCounts } from './event-counts.js';
import { lostEnd, readStandings, type Standing } from './lost-ends.js';
import type { TopicPartition } from './rows.js';
import { sweepRanges, type Counted, type TimedRange } from './sweep.js';

/**
 * What became of every record of a partition: received = accepted + quarantined, and for predictions accepted = current +
 * duplicates + amended + erased, as long as their rows are kept. The first three are 0 for ground truth.
 */
export type PartitionAccount = EventCounts & {
  first: bigint;
  last: bigint;
  received: number;
  accepted: number;
  quarantined: number;
  /** Accepted for a bucket that was sealed before; part of the others. */
  tooLate: number;
  /** Offsets between the ranges, or behind the last one, that nobody stored or will store; both ends included, at most 1,000 are listed. */
  gaps: [from: bigint, to: bigint][];
};

/** What was received of one partition in one hour by the broker's clock; a batch counts in the hour of its newest record. */
export type HourAccount = TopicPartition & {
  hourMs: number;
  received: number;
  accepted: number;
  quarantined: number;
};

const TIMEOUT_MS = 120_000;

/** Each range with how far the ones before it reach and where the next one begins. */
const RANGES = `
  SELECT
    topic, incarnation, partition, first, last, received, holes, rejected, last_broker_time,
    row_number() OVER earlier AS position,
    max(last) OVER before AS reach,
    min(first) OVER after AS next_first,
    count() OVER (PARTITION BY topic, incarnation, partition) AS ranges,
    position > 1 AND first <= reach OR position < ranges AND next_first <= last AS overlaps
  FROM range_ledger FINAL
  WHERE project = {project: String}
  WINDOW
    earlier AS (PARTITION BY topic, incarnation, partition ORDER BY first, last, digest),
    before AS (PARTITION BY topic, incarnation, partition ORDER BY first, last, digest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    after AS (PARTITION BY topic, incarnation, partition ORDER BY first, last, digest ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)`;

const SUMS = `
SELECT
  topic, incarnation, partition, min(first) AS lowest, max(last) AS highest,
  sumIf(received, NOT overlaps) AS received_once,
  sumIf(length(rejected), NOT overlaps) AS quarantined,
  groupArrayIf(1000)([reach + 1, first - 1], position > 1 AND first > reach + 1) AS gaps
FROM (${RANGES})
GROUP BY topic, incarnation, partition
ORDER BY topic, incarnation, partition`;

const OVERLAPPING = `
SELECT
  topic, incarnation, partition, first, last, arrayMap(hole -> [hole.1, hole.2], holes) AS holes, rejected,
  toUnixTimestamp64Milli(last_broker_time) AS broker_ms
FROM (${RANGES})
WHERE overlaps`;

const HOURS = `
SELECT
  topic, incarnation, partition, toUnixTimestamp(toStartOfHour(last_broker_time)) * 1000 AS hour_ms,
  sum(received) AS received_once, sum(length(rejected)) AS quarantined
FROM (${RANGES})
WHERE NOT overlaps
GROUP BY topic, incarnation, partition, hour_ms`;

const partitionRow = { topic: z.string(), incarnation: z.string(), partition: integer };
const pair = z.tuple([bigInteger, bigInteger]);
const sumRow = z.object({
  ...partitionRow,
  lowest: bigInteger,
  highest: bigInteger,
  received_once: integer,
  quarantined: integer,
  gaps: z.array(pair),
});
const rangeRow = z
  .object({
    ...partitionRow,
    first: bigInteger,
    last: bigInteger,
    holes: z.array(pair),
    rejected: z.array(bigInteger),
    broker_ms: integer,
  })
  .transform(({ broker_ms: brokerMs, ...range }) => ({ ...range, brokerMs }));
const hourRow = z.object({ ...partitionRow, hour_ms: integer, received_once: integer, quarantined: integer });

/**
 * readAccounting: per partition, from the ledger of ranges (ClickHouse adds those that stand alone, overlapping ones are swept here) and
 * from the arrivals. The ledger grows with hours (see `compactLedger`), the arrivals with the rows that are kept: it is for people and
 * tests, not for every tick.
 */
export async function readAccounting(database: Database, project: string): Promise<PartitionAccount[]> {
  const params = { project };
  const bounds = { params, timeoutMs: TIMEOUT_MS };
  const [sums, overlapping, events, standings, late] = await Promise.all([
    database.query({ name: 'account-ranges', sql: SUMS, row: sumRow, ...bounds }),
    database.query({ name: 'account-overlaps', sql: OVERLAPPING, row: rangeRow, ...bounds }),
    readEventCounts(database, project),
    readStandings(database, project),
    countTooLate(database, project),
  ]);
  const swept = Map.groupBy(overlapping, keyOf);
  const counted = new Map(events.map((row) => [keyOf(row), row]));
  const standing = new Map(standings.map((row) => [keyOf(row), row]));
  const tooLate = new Map(late.map((row) => [keyOf(row), row.count]));
  return sums.map((sum) => ({
    ...account(sum, swept.get(keyOf(sum)) ?? [], counted.get(keyOf(sum))),
    tooLate: tooLate.get(keyOf(sum)) ?? 0,
    gaps: gapsOf(sum, standing.get(keyOf(sum))),
  }));
}

/** readHours: the hours that begin in [fromMs, toMs), oldest first; each offset counts in one hour. */
export async function readHours(
  database: Database,
  project: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<HourAccount[]> {
  const bounds = { params: { project }, timeoutMs: TIMEOUT_MS };
  const [alone, overlapping] = await Promise.all([
    database.query({ name: 'account-hours', sql: HOURS, row: hourRow, ...bounds }),
    database.query({ name: 'account-overlaps', sql: OVERLAPPING, row: rangeRow, ...bounds }),
  ]);
  const hours = new Map<string, HourAccount>();
  const add = ({ topic, incarnation, partition }: TopicPartition, hourMs: number, count: Counted): void => {
    if (hourMs < fromMs || hourMs >= toMs || count.received === 0) return;
    const key = `${hourMs} ${keyOf({ topic, incarnation, partition })}`;
    const known = hours.get(key) ?? emptyHour({ topic, incarnation, partition }, hourMs);
    hours.set(key, known);
    known.received += count.received;
    known.quarantined += count.quarantined;
    known.accepted = known.received - known.quarantined;
  };
  for (const row of alone)
    add(row, row.hour_ms, { received: row.received_once, quarantined: row.quarantined });
  for (const ranges of Map.groupBy(overlapping, keyOf).values())
    for (const [hourMs, count] of sweepRanges(ranges).hours) if (ranges[0]) add(ranges[0], hourMs, count);
  return [...hours.values()].sort(
    (a, b) =>
      a.hourMs - b.hourMs || (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition),
  );
}

const emptyHour = (of: TopicPartition, hourMs: number): HourAccount => ({
  ...of,
  hourMs,
  received: 0,
  accepted: 0,
  quarantined: 0,
});

const keyOf = ({ topic, incarnation, partition }: TopicPartition): string =>
  JSON.stringify([topic, incarnation, partition]);

function gapsOf(
  { gaps, highest }: z.output<typeof sumRow>,
  standing: Standing | undefined,
): PartitionAccount['gaps'] {
  const end = lostEnd(highest, standing);
  return end === undefined ? gaps : [...gaps, end];
}

function account(
  sum: z.output<typeof sumRow>,
  overlapping: readonly TimedRange[],
  events: EventCounts | undefined,
): Omit<PartitionAccount, 'gaps' | 'tooLate'> {
  const overlap = sweepRanges(overlapping);
  const received = sum.received_once + overlap.received;
  const quarantined = sum.quarantined + overlap.quarantined;
  return {
    topic: sum.topic,
    incarnation: sum.incarnation,
    partition: sum.partition,
    first: sum.lowest,
    last: sum.highest,
    received,
    accepted: received - quarantined,
    quarantined,
    current: events?.current ?? 0,
    duplicates: events?.duplicates ?? 0,
    amended: events?.amended ?? 0,
    erased: events?.erased ?? 0,
  };
}

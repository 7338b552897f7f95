import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { countTooLate } from '../retention/too-late.js';
import { readEventCounts, type EventCounts } from './event-counts.js';
import type { TopicPartition } from './rows.js';
import { sweepRanges, type LedgerRange } from './sweep.js';

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
  /** Offsets between the ranges that nobody stored, both ends included; at most 1,000 are listed. */
  gaps: [from: bigint, to: bigint][];
};

const TIMEOUT_MS = 120_000;

/** Each range with how far the ones before it reach and where the next one begins. */
const RANGES = `
  SELECT
    topic, incarnation, partition, first, last, received, holes, rejected,
    row_number() OVER earlier AS position,
    max(last) OVER before AS reach,
    min(first) OVER after AS next_first,
    count() OVER (PARTITION BY topic, incarnation, partition) AS ranges,
    position > 1 AND first <= reach OR position < ranges AND next_first <= last AS overlaps
  FROM range_ledger FINAL
  WHERE project = {project: String}
  WINDOW
    earlier AS (PARTITION BY topic, incarnation, partition ORDER BY first, last),
    before AS (PARTITION BY topic, incarnation, partition ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
    after AS (PARTITION BY topic, incarnation, partition ORDER BY first, last ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)`;

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
SELECT topic, incarnation, partition, first, last, arrayMap(hole -> [hole.1, hole.2], holes) AS holes, rejected
FROM (${RANGES})
WHERE overlaps`;

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
const rangeRow = z.object({
  ...partitionRow,
  first: bigInteger,
  last: bigInteger,
  holes: z.array(pair),
  rejected: z.array(bigInteger),
});
/**
 * readAccounting: per partition, from the ledger of ranges (ClickHouse adds those that stand alone, overlapping ones are swept here) and
 * from the arrivals. Cost grows with what is stored; it is for people and tests, not for every tick.
 */
export async function readAccounting(database: Database, project: string): Promise<PartitionAccount[]> {
  const params = { project };
  const bounds = { params, timeoutMs: TIMEOUT_MS };
  const [sums, overlapping, events, late] = await Promise.all([
    database.query({ name: 'account-ranges', sql: SUMS, row: sumRow, ...bounds }),
    database.query({ name: 'account-overlaps', sql: OVERLAPPING, row: rangeRow, ...bounds }),
    readEventCounts(database, project),
    countTooLate(database, project),
  ]);
  const swept = Map.groupBy(overlapping, keyOf);
  const counted = new Map(events.map((row) => [keyOf(row), row]));
  const tooLate = new Map(late.map((row) => [keyOf(row), row.count]));
  return sums.map((sum) => {
    const key = keyOf(sum);
    return account(sum, swept.get(key) ?? [], { events: counted.get(key), tooLate: tooLate.get(key) ?? 0 });
  });
}

const keyOf = ({ topic, incarnation, partition }: TopicPartition): string =>
  JSON.stringify([topic, incarnation, partition]);

function account(
  sum: z.output<typeof sumRow>,
  overlapping: readonly LedgerRange[],
  { events, tooLate }: { events: EventCounts | undefined; tooLate: number },
): PartitionAccount {
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
    gaps: sum.gaps,
    current: events?.current ?? 0,
    duplicates: events?.duplicates ?? 0,
    amended: events?.amended ?? 0,
    erased: events?.erased ?? 0,
    tooLate,
  };
}

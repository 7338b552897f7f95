import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import type { TopicPartition } from './rows.js';
import { sweepRanges, type LedgerRange } from './sweep.js';

/** What became of every record of a partition: received = accepted + quarantined, and for predictions accepted = current + duplicates + amended. */
export type PartitionAccount = TopicPartition & {
  first: bigint;
  last: bigint;
  received: number;
  accepted: number;
  quarantined: number;
  /** Offsets between the ranges that nobody stored, both ends included; at most 1,000 are listed. */
  gaps: [from: bigint, to: bigint][];
  /** Prediction events that are the newest of their id. These three are 0 for ground truth, and shrink as rows expire. */
  current: number;
  /** Replaced by an event of the same content. */
  duplicates: number;
  /** Replaced by an event of other content. */
  amended: number;
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

const EVENTS = `
SELECT
  event.1 AS topic, event.2 AS incarnation, event.3 AS partition,
  countIf(event.4 = newest.1) AS current,
  countIf(event.4 != newest.1 AND event.5 = newest.2) AS duplicates,
  countIf(event.4 != newest.1 AND event.5 != newest.2) AS amended
FROM (
  SELECT
    groupUniqArray((topic, incarnation, partition, row_version, content_hash)) AS events,
    max((row_version, content_hash)) AS newest
  FROM arrivals
  WHERE project = {project: String}
  GROUP BY project, model, id_hash, version
)
ARRAY JOIN events AS event
GROUP BY topic, incarnation, partition`;

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
const eventRow = z.object({ ...partitionRow, current: integer, duplicates: integer, amended: integer });

/**
 * readAccounting: per partition, from the ledger of ranges (ClickHouse adds those that stand alone, overlapping ones are swept here) and
 * from the arrivals. Cost grows with what is stored; it is for people and tests, not for every tick.
 */
export async function readAccounting(database: Database, project: string): Promise<PartitionAccount[]> {
  const params = { project };
  const bounds = { params, timeoutMs: TIMEOUT_MS };
  const [sums, overlapping, events] = await Promise.all([
    database.query({ name: 'account-ranges', sql: SUMS, row: sumRow, ...bounds }),
    database.query({ name: 'account-overlaps', sql: OVERLAPPING, row: rangeRow, ...bounds }),
    database.query({
      name: 'account-events',
      sql: EVENTS,
      row: eventRow,
      ...bounds,
      // The key begins with the groups, so they stream by instead of filling memory.
      settings: { optimize_aggregation_in_order: 1 },
    }),
  ]);
  const swept = Map.groupBy(overlapping, keyOf);
  const counted = new Map(events.map((row) => [keyOf(row), row]));
  return sums.map((sum) => account(sum, swept.get(keyOf(sum)) ?? [], counted.get(keyOf(sum))));
}

const keyOf = ({ topic, incarnation, partition }: TopicPartition): string =>
  JSON.stringify([topic, incarnation, partition]);

function account(
  sum: z.output<typeof sumRow>,
  overlapping: readonly LedgerRange[],
  events: z.output<typeof eventRow> | undefined,
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
  };
}

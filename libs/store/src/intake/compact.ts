import { z } from 'zod';
import { bigInteger, integer, type Database } from '../client/index.js';
import { keyOfRange } from './ledger.js';
import type { TopicPartition } from './rows.js';
import { mergeRanges } from './sweep.js';
import { writeRanges } from './write.js';

const TIMEOUT_MS = 120_000;
/** Keys of one DELETE: its text stays below the server's limit for a query. */
const KEYS_PER_DELETE = 2_000;

/** A partition needs as many ranges as it has hours and gaps. */
const GROWN = `
SELECT topic, incarnation, partition, count() AS ranges, uniqExact(toStartOfHour(last_broker_time)) AS hours
FROM range_ledger FINAL
WHERE project = {project: String}
GROUP BY topic, incarnation, partition
HAVING ranges > hours`;

const RANGES = `
SELECT
  first, last, arrayMap(hole -> [hole.1, hole.2], holes) AS holes, rejected, toUnixTimestamp64Milli(last_broker_time) AS broker_ms,
  digest
FROM range_ledger FINAL
WHERE project = {project: String} AND topic = {topic: String} AND incarnation = {incarnation: String} AND partition = {partition: UInt16}`;

const grownRow = z.object({
  ...{ topic: z.string(), incarnation: z.string(), partition: integer },
  ranges: integer,
  hours: integer,
});
const rangeRow = z
  .object({
    first: bigInteger,
    last: bigInteger,
    holes: z.array(z.tuple([bigInteger, bigInteger])),
    rejected: z.array(bigInteger),
    broker_ms: integer,
    digest: bigInteger,
  })
  .transform(({ broker_ms: brokerMs, ...range }) => ({ ...range, brokerMs }));
type StoredRange = z.output<typeof rangeRow>;

/** Ranges per partition after its last merge, so that one that cannot be merged further is not read again and again. */
export type MergeMemory = Map<string, number>;

/**
 * compactLedger: merges ranges of one hour that touch or overlap, so that the ledger grows with hours and gaps, not with batches. The merged
 * ranges are written before those that they cover are deleted: the union is the same at every moment, and after a crash in between.
 * What is deleted is named by content: a range that a redelivery writes meanwhile is another row, or says what the merged one says.
 * Gives how many ranges are gone.
 */
export async function compactLedger(
  database: Database,
  project: string,
  memory: MergeMemory = new Map(),
): Promise<number> {
  const grown = await database.query({
    name: 'ledger-grown',
    sql: GROWN,
    params: { project },
    timeoutMs: TIMEOUT_MS,
    row: grownRow,
  });
  let gone = 0;
  for (const { ranges, hours, ...partition } of grown) {
    const key = JSON.stringify([project, partition]);
    if (memory.get(key) === ranges) continue;
    const left = await compactPartition(database, { project, ...partition });
    memory.set(key, Math.max(left, hours));
    gone += ranges - left;
  }
  return gone;
}

type Place = TopicPartition & { project: string };

async function compactPartition(database: Database, place: Place): Promise<number> {
  const stored = await database.query({
    name: 'ledger-ranges',
    sql: RANGES,
    params: place,
    timeoutMs: TIMEOUT_MS,
    row: rangeRow,
  });
  const merged = mergeRanges(stored);
  const [before, after] = [new Set(stored.map(keyOf)), new Set(merged.map(keyOfRange))];
  const fresh = merged.filter((range) => !before.has(keyOfRange(range)));
  const covered = stored.filter((range) => !after.has(keyOf(range)));
  if (fresh.length > 0) await writeRanges(database, place, fresh);
  await remove(database, place, covered);
  return merged.length;
}

/** By the digest as it is stored: one that an older release wrote says nothing of its exceptions. */
const keyOf = ({ first, last, digest }: StoredRange): string => `${first},${last},${digest}`;

async function remove(database: Database, place: Place, ranges: readonly StoredRange[]): Promise<void> {
  for (let at = 0; at < ranges.length; at += KEYS_PER_DELETE) {
    const keys = ranges.slice(at, at + KEYS_PER_DELETE).map((range) => `(${keyOf(range)})`);
    await database.command({
      name: 'ledger-forget',
      sql:
        'DELETE FROM range_ledger WHERE project = {project: String} AND topic = {topic: String} ' +
        `AND incarnation = {incarnation: String} AND partition = {partition: UInt16} AND (first, last, digest) IN (${keys.join(', ')})`,
      params: place,
      timeoutMs: TIMEOUT_MS,
    });
  }
}

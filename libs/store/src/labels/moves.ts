import { createHash } from 'node:crypto';
import { z } from 'zod';
import { integer, RowBinary, type Database } from '../client/index.js';
import type { BucketMark } from '../intake/marks.js';
import { FRESH_IDS, spanParams, type FreshMark } from './fresh-marks.js';

const LOOKUP_TIMEOUT_MS = 120_000;

/** Ids that have left (version, bucket), and how many ids of it live elsewhere too. */
export type Departure = {
  version: string;
  bucketMs: number;
  idHashes: string[];
  /** Row versions of the events that took them away, as decimal text. */
  successors: string[];
  expiresMs: number;
};

const DEPARTURES = `
WITH fresh AS (${FRESH_IDS})
SELECT
  version,
  toUnixTimestamp(bucket) * 1000 AS bucket_ms,
  groupArrayIf(toString(id_hash), left) AS id_hashes,
  groupArrayIf(toString(current), left) AS successors,
  toUnixTimestamp(max(kept_until)) * 1000 AS expires_ms
FROM (
  SELECT
    id_hash, version, bucket, kept_until,
    max(own) OVER (PARTITION BY id_hash, version) AS current,
    own < current AS left,
    count() OVER (PARTITION BY id_hash) AS places
  FROM (
    SELECT id_hash, version, bucket, max(row_version) AS own, max(expires) AS kept_until
    FROM arrivals
    WHERE project = {project: String} AND model = {model: String} AND id_hash IN (SELECT id_hash FROM fresh)
    GROUP BY id_hash, version, bucket
  )
)
WHERE places > 1
GROUP BY version, bucket`;

const departureRow = z
  .object({
    version: z.string(),
    bucket_ms: integer,
    id_hashes: z.array(z.string()),
    successors: z.array(z.string()),
    expires_ms: integer,
  })
  .transform(
    ({
      version,
      bucket_ms: bucketMs,
      id_hashes: idHashes,
      successors,
      expires_ms: expiresMs,
    }): Departure => ({
      version,
      bucketMs,
      idHashes,
      successors,
      expiresMs,
    }),
  );

/**
 * findDepartures: the places of all freshly arrived ids that have more than one place, with those that lost their id to a newer event.
 * No rows: every fresh id is where it always was. Departures that are known already come again: whoever wrote them may have died before the mark.
 */
export const findDepartures = (
  database: Database,
  { project, model, marks }: { project: string; model: string; marks: readonly FreshMark[] },
): Promise<Departure[]> =>
  database.query({
    name: 'find-departures',
    sql: DEPARTURES,
    params: { ...spanParams(marks), project, model },
    timeoutMs: LOOKUP_TIMEOUT_MS,
    row: departureRow,
  });

export const MOVED_COLUMNS = [
  'project',
  'model',
  'version',
  'bucket',
  'id_hash',
  'row_version',
  'expires',
] as const;
const LOW_64 = (1n << 64n) - 1n;

/**
 * writeMoves: from now on profiles of these buckets leave out the rows that are older than their successors. A row that comes back into
 * the bucket is newer than that, so it counts again.
 */
export async function writeMoves(
  database: Database,
  { project, model }: { project: string; model: string },
  departures: readonly Departure[],
): Promise<void> {
  const writer = new RowBinary();
  for (const { version, bucketMs, idHashes, successors, expiresMs } of departures)
    for (const [at, idHash] of idHashes.entries()) {
      const successor = BigInt(successors[at] ?? 0);
      writer.string(project);
      writer.string(model);
      writer.string(version);
      writer.dateTime(bucketMs);
      writer.uint64(BigInt(idHash));
      writer.uint64(successor & LOW_64);
      writer.uint64(successor >> 64n);
      writer.dateTime(expiresMs);
    }
  await database.insertRowBinary({ table: 'moved', columns: MOVED_COLUMNS, data: writer.chunks() });
}

/** A mark that no partition made: what it is about takes the place of where it came from, so the same change is the same mark. */
export function contentMark(
  place: Pick<BucketMark, 'model' | 'version' | 'bucketMs' | 'cause'>,
  content: readonly string[],
): BucketMark {
  const hash = createHash('sha256').update(content.toSorted().join(' ')).digest('hex').slice(0, 16);
  return { ...place, topic: '', incarnation: hash, partition: 0, first: 0n, last: 0n, rows: content.length };
}

export const moveMarks = (model: string, departures: readonly Departure[]): BucketMark[] =>
  departures.map(({ version, bucketMs, idHashes, successors }) =>
    contentMark(
      { model, version, bucketMs, cause: 'moved' },
      idHashes.map((idHash, at) => `${idHash}:${successors[at] ?? ''}`),
    ),
  );

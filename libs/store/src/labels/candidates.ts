import { z } from 'zod';
import { bigInteger, flag, float, integer, type Database } from '../client/index.js';
import { FRESH_IDS, SPANS, spanParams, type FreshMark } from './fresh-marks.js';
import type { Label } from './label-rows.js';

const LOOKUP_TIMEOUT_MS = 120_000;

const COLUMNS = `
  model, named, id, toUnixTimestamp64Milli(time) AS time_ms, label, value, retracted,
  toUnixTimestamp64Milli(predicted_at) AS predicted_at_ms, toUnixTimestamp64Milli(broker_time) AS broker_time_ms,
  partition, offset, toUnixTimestamp(expires) * 1000 AS expires_ms`;

const labelRow = z
  .object({
    model: z.string(),
    named: z.string(),
    id: z.string(),
    time_ms: integer,
    label: z.string(),
    value: float,
    retracted: flag,
    predicted_at_ms: integer.nullable(),
    broker_time_ms: integer,
    partition: integer,
    offset: bigInteger,
    expires_ms: integer,
  })
  .transform((row): Label => ({
    model: row.model,
    version: row.named,
    id: row.id,
    timeMs: row.time_ms,
    label: row.label,
    value: row.value,
    retracted: row.retracted,
    predictedAtMs: row.predicted_at_ms,
    brokerTimeMs: row.broker_time_ms,
    partition: row.partition,
    offset: row.offset,
    expiresMs: row.expires_ms,
  }));

const lastRow = z.object({ last: bigInteger, ids: integer });

/** Waiting labels whose prediction is among the fresh ones. */
const EXPECTED = `
WITH fresh AS (${FRESH_IDS})
SELECT ${COLUMNS}
FROM labels FINAL
WHERE project = {project: String} AND model = {model: String} AND bucket = toDateTime(0)
  AND (version = '' OR version IN {versions: Array(String)})
  AND id IN (SELECT id FROM fresh)`;

/** Waiting labels that came after the predictions were last compared. */
const NEWLY_WAITING = `
SELECT ${COLUMNS}
FROM (
  SELECT * FROM labels FINAL
  WHERE project = {project: String} AND model = {model: String} AND bucket = toDateTime(0)
) AS l
INNER JOIN (${SPANS}) AS s ON l.partition = s.partition AND l.version = s.version
WHERE l.offset BETWEEN s.first AND s.last`;

/** Labels of fresh ids that lie at another place of the same id: another version, or the bucket that it left. */
const ELSEWHERE = `
WITH
  fresh AS (${FRESH_IDS}),
  places AS (
    SELECT id_hash, version, bucket
    FROM arrivals
    WHERE project = {project: String} AND model = {model: String} AND id_hash IN (SELECT id_hash FROM fresh)
    GROUP BY id_hash, version, bucket
  ),
  shared AS (SELECT id_hash FROM places GROUP BY id_hash HAVING count() > 1)
SELECT ${COLUMNS}
FROM labels FINAL
WHERE project = {project: String} AND model = {model: String}
  AND (version, bucket) IN (SELECT version, bucket FROM places WHERE id_hash IN (SELECT id_hash FROM shared))
  AND cityHash64(id) IN (SELECT id_hash FROM shared)`;

/** Ids of waiting labels behind one, in the order of the index. */
const WAITING_IDS = `
  SELECT DISTINCT cityHash64(id) AS id_hash
  FROM labels
  WHERE project = {project: String} AND bucket = toDateTime(0) AND cityHash64(id) >= {from: UInt64}
  ORDER BY id_hash
  LIMIT {ids: UInt32}`;

const LAST_WAITING = `SELECT max(id_hash) AS last, count() AS ids FROM (${WAITING_IDS})`;

/** Waiting labels whose prediction is there, whoever brought either of them, and when. */
const OVERLOOKED = `
WITH found AS (
  SELECT model, version, id_hash
  FROM arrivals
  WHERE project = {project: String} AND id_hash IN (${WAITING_IDS})
)
SELECT ${COLUMNS}
FROM labels FINAL
WHERE project = {project: String} AND bucket = toDateTime(0)
  AND if(
    version = '',
    (model, cityHash64(id)) IN (SELECT model, id_hash FROM found),
    (model, version, cityHash64(id)) IN (SELECT model, version, id_hash FROM found)
  )
LIMIT {limit: UInt32}`;

/** Round: begins at the id hash `from` and looks for `ids` ids; at most `limit` labels are found. */
type Round = { from: bigint; ids: number; limit: number };

export type Overlooked = {
  labels: Label[];
  /** Where the next round begins: 0 after the last id. */
  next: bigint;
};

/** overlookedLabels: a round over the waiting ids. Each costs a look into the index of the whole project, so it is asked for now and then only. */
export async function overlookedLabels(
  database: Database,
  project: string,
  { from, ids, limit }: Round,
): Promise<Overlooked> {
  const params = { project, from, ids, limit };
  const [round] = await database.query({
    ...{ name: 'waiting-ids', sql: LAST_WAITING, params, row: lastRow },
    timeoutMs: LOOKUP_TIMEOUT_MS,
  });
  if (round === undefined || round.ids === 0) return { labels: [], next: 0n };
  const labels = await database.query({
    ...{ name: 'overlooked-labels', sql: OVERLOOKED, params, row: labelRow },
    timeoutMs: LOOKUP_TIMEOUT_MS,
  });
  if (labels.length === limit) return { labels, next: from };
  return { labels, next: round.ids < ids ? 0n : round.last + 1n };
}

type Scope = { project: string; model: string; marks: readonly FreshMark[] };
type Read = (database: Database, scope: Scope) => Promise<Label[]>;

const reader =
  (name: string, sql: string): Read =>
  (database, { project, model, marks }) =>
    database.query({
      name,
      sql,
      params: { ...spanParams(marks), project, model },
      timeoutMs: LOOKUP_TIMEOUT_MS,
      row: labelRow,
    });

export const expectedLabels = reader('expected-labels', EXPECTED);
export const newlyWaitingLabels = reader('newly-waiting-labels', NEWLY_WAITING);
export const labelsElsewhere = reader('labels-elsewhere', ELSEWHERE);

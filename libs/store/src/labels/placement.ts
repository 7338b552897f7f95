import { z } from 'zod';
import { integer, type Database, type Params } from '../client/index.js';
import { WAITING_BUCKET_MS, type Label, type PlacedLabel } from './label-rows.js';

/** ClickHouse refuses a parameter above 128 KiB; identifiers have at most 128 characters, each 4 bytes when escaped at worst. */
const MAX_PARAM_BYTES = 100_000;
/** The longest bucket: a prediction's bucket begins at most this long before it. */
const LONGEST_BUCKET_MS = 3_600_000;
const LOOKUP_TIMEOUT_MS = 60_000;

type Span = { fromMs: number; toMs: number };
const ALL_BUCKETS: Span = { fromMs: 0, toMs: 4_294_967_295_000 };

const FIND = `
WITH
  {ids} AS ids,
  wanted AS (SELECT arrayJoin(arrayEnumerate(ids)) AS position, cityHash64(ids[position]) AS id_hash)
SELECT
  version,
  toUnixTimestamp(place.1) * 1000 AS bucket_ms,
  groupArray(toUInt32(position - 1)) AS positions,
  groupArray(place.2) AS times_ms
FROM (
  SELECT id_hash, version, argMax((bucket, time_ms), row_version) AS place
  FROM arrivals
  WHERE project = {project: String} AND model = {model: String}
    AND bucket BETWEEN toDateTime({from: UInt32}) AND toDateTime({to: UInt32})
    AND id_hash IN (SELECT id_hash FROM wanted)
  GROUP BY id_hash, version
) AS found
INNER JOIN wanted USING (id_hash)
GROUP BY version, place.1`;

const foundRow = z.object({
  version: z.string(),
  bucket_ms: integer,
  positions: z.array(z.number()),
  times_ms: z.array(z.number()),
});

/**
 * placeLabels: finds for every label the newest place of its prediction, under each version that it is about. Labels of predictions
 * that have not arrived come back in the waiting bucket. Asks the hinted buckets first and the whole index for what is left.
 */
export async function placeLabels(
  database: Database,
  project: string,
  labels: readonly Label[],
): Promise<PlacedLabel[]> {
  const placed: PlacedLabel[] = [];
  for (const ofModel of Map.groupBy(labels, ({ model }) => model).values()) {
    const left = new Set(ofModel);
    const hinted = ofModel.filter(({ predictedAtMs }) => predictedAtMs !== null);
    if (hinted.length > 0) placed.push(...take(left, await find(database, project, hinted, spanOf(hinted))));
    if (left.size > 0) placed.push(...take(left, await find(database, project, [...left], ALL_BUCKETS)));
    for (const label of left) placed.push(waiting(label));
  }
  return placed;
}

export const waiting = (label: Label, removed = false): PlacedLabel => ({
  label,
  version: label.version,
  bucketMs: WAITING_BUCKET_MS,
  early: false,
  removed,
});

function take(left: Set<Label>, found: PlacedLabel[]): PlacedLabel[] {
  for (const { label } of found) left.delete(label);
  return found;
}

/** Buckets that the hints can mean. One far-off hint widens it: then the lookup costs more, never less. */
function spanOf(labels: readonly Label[]): Span {
  let fromMs = Infinity;
  let toMs = 0;
  for (const { predictedAtMs } of labels) {
    fromMs = Math.min(fromMs, predictedAtMs ?? fromMs);
    toMs = Math.max(toMs, predictedAtMs ?? toMs);
  }
  return { fromMs: Math.max(0, fromMs - LONGEST_BUCKET_MS), toMs: Math.min(toMs, ALL_BUCKETS.toMs) };
}

async function find(
  database: Database,
  project: string,
  labels: readonly Label[],
  span: Span,
): Promise<PlacedLabel[]> {
  const ids = idParams(labels.map(({ id }) => id));
  const rows = await database.query({
    name: 'find-predictions',
    sql: FIND.replace('{ids}', ids.sql),
    params: {
      ...ids.params,
      project,
      model: labels[0]?.model ?? '',
      from: Math.floor(span.fromMs / 1_000),
      to: Math.floor(span.toMs / 1_000),
    },
    timeoutMs: LOOKUP_TIMEOUT_MS,
    row: foundRow,
  });
  return rows.flatMap(({ version, bucket_ms: bucketMs, positions, times_ms: times }) =>
    positions.flatMap((position, at) => {
      const label = labels[position];
      if (label === undefined || (label.version !== '' && label.version !== version)) return [];
      return [
        { label, version, bucketMs, early: label.timeMs < bucketMs + (times[at] ?? 0), removed: false },
      ];
    }),
  );
}

/** idParams: one array in as many parameters as its size needs. */
export function idParams(ids: readonly string[]): { sql: string; params: Params } {
  const params: Record<string, string[]> = {};
  let part: string[] = [];
  let bytes = 0;
  for (const [at, id] of ids.entries()) {
    const size = id.length * 4 + 3;
    if (at === 0 || bytes + size > MAX_PARAM_BYTES) {
      part = [];
      bytes = 0;
      params[`ids${Object.keys(params).length}`] = part;
    }
    part.push(id);
    bytes += size;
  }
  const names = Object.keys(params).map((name) => `{${name}: Array(String)}`);
  return { sql: `arrayConcat(${names.join(', ')})`, params };
}

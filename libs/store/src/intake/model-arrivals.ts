import { z } from 'zod';
import { integer, type Database } from '../client/index.js';

/** When predictions of a model version last came in: by the broker's clock and by the clock of the store, whichever is later. */
export type ModelArrivals = { model: string; version: string; lastMs: number };

/** Of one model and hour of the week (0 = Monday, 0:00 UTC): how long it was silent there, over the last four weeks. */
export type QuietLimits = {
  model: string;
  /** When the first event of these weeks came. */
  sinceMs: number;
  hours: { hour: number; gaps: number; quantileMs: number }[];
};

const TIMEOUT_MS = 60_000;
const WEEKS_MS = 28 * 86_400_000;
/** One week more than is counted, to know whether a model is as old as that. */
const LOOK_BACK_MS = WEEKS_MS + 7 * 86_400_000;

/**
 * The time of writing counts as well: events that a producer sends late, or ingest after a backlog, are no silence. That a redelivery
 * moves it only makes an alert later.
 */
const ARRIVALS = `
SELECT model, version, toUnixTimestamp64Milli(max(greatest(broker_last, at))) AS last_ms
FROM bucket_marks
WHERE project = {project: String} AND cause = 'prediction' AND toUnixTimestamp64Milli(at) >= {since: Int64}
GROUP BY model, version`;

const arrivalsRow = z
  .object({ model: z.string(), version: z.string(), last_ms: integer })
  .transform(({ last_ms: lastMs, ...of }) => ({ ...of, lastMs }));

/** readArrivals: from the marks that were written since, one per insert and bucket; rows are not looked at. */
export const readArrivals = (
  database: Database,
  project: string,
  sinceMs: number,
): Promise<ModelArrivals[]> =>
  database.query({
    name: 'model-arrivals',
    sql: ARRIVALS,
    params: { project, since: Math.trunc(sinceMs) },
    timeoutMs: TIMEOUT_MS,
    row: arrivalsRow,
  });

/**
 * Minutes in which events came, the silences between them, and each silence under every hour of the week that it touches: at three in the
 * morning a model may be silent for as long as the nights were. The 99.9 % quantile is a value that was seen, never one between two.
 */
const QUIET = `
WITH
  minutes AS (
    SELECT model, toStartOfMinute(broker_first) AS minute, min(broker_first) AS opened, max(broker_last) AS closed
    FROM bucket_marks
    WHERE project = {project: String} AND cause = 'prediction'
      AND toUnixTimestamp64Milli(broker_first) >= {from: Int64} AND toUnixTimestamp64Milli(at) >= {from: Int64}
    GROUP BY model, minute
  ),
  silences AS (
    SELECT
      model, min(opened) OVER model_all AS since, opened AS ended, max(closed) OVER earlier AS began,
      toUnixTimestamp64Milli(opened) - toUnixTimestamp64Milli(began) AS silence_ms, row_number() OVER in_turn AS place
    FROM minutes
    WINDOW
      model_all AS (PARTITION BY model),
      in_turn AS (PARTITION BY model ORDER BY minute),
      earlier AS (PARTITION BY model ORDER BY minute ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
SELECT model, toUnixTimestamp64Milli(any(since)) AS since_ms, hour, count() AS gaps, quantileExactHigh(0.999)(silence_ms) AS quantile_ms
FROM silences
ARRAY JOIN arrayMap(
  at -> modulo(intDiv(at, 3600) + 72, 168),
  range(intDiv(toUnixTimestamp(began), 3600) * 3600, least(toUnixTimestamp(ended), toUnixTimestamp(began) + 604800) + 1, 3600)
) AS hour
WHERE place > 1 AND silence_ms > 0 AND toUnixTimestamp64Milli(ended) >= {counted: Int64}
GROUP BY model, hour
ORDER BY model, hour`;

const quietRow = z.object({
  model: z.string(),
  since_ms: integer,
  hour: integer,
  gaps: integer,
  quantile_ms: integer,
});

/** readQuietLimits: models without a silence in the last weeks are left out. */
export async function readQuietLimits(
  database: Database,
  project: string,
  nowMs: number,
): Promise<QuietLimits[]> {
  const rows = await database.query({
    name: 'model-silences',
    sql: QUIET,
    params: { project, from: nowMs - LOOK_BACK_MS, counted: nowMs - WEEKS_MS },
    timeoutMs: TIMEOUT_MS,
    row: quietRow,
  });
  return [...Map.groupBy(rows, ({ model }) => model)].map(([model, hours]) => ({
    model,
    sinceMs: hours[0]?.since_ms ?? nowMs,
    hours: hours.map(({ hour, gaps, quantile_ms: quantileMs }) => ({ hour, gaps, quantileMs })),
  }));
}

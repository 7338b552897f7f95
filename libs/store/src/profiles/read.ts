import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  ALL_SEGMENT,
  LIVE_ORIGIN,
  type Profile,
  type ProfileCell,
  type ProfileChunk,
  type Window,
} from '#libs/contracts';
import { bigInteger, float, integer, type Database } from '../client/index.js';
import { Bindings, integersLiteral } from '../segments/bindings.js';
import { cellOf, profileOf, type CellRow } from './cell-row.js';
import { countDirty } from './dirty.js';
import { bucketRuns, chosenBuckets, chosenRuns, dayOf, mergedColumns } from './merge.js';
import { planHash, type ProfilePlan } from './plan.js';
import { profileKey } from './runs.js';
import { seconds } from './source.js';

const number = z.number();
/** A row becomes its cell at once, so that no reading holds both. */
const cellRow = z
  .object({
    chunk: integer,
    segment: z.string(),
    segment_value: z.string(),
    feature: z.string(),
    kind: z.enum(['numeric', 'categorical', 'confusion', 'rows', 'facet', 'attribution']),
    rows: number,
    nulls: number,
    invalid: number,
    labelled: number,
    counts: z.array(number),
    under: number,
    under_sum: float,
    over: number,
    over_sum: float,
    min: float,
    max: float,
    sum: float,
    sum_squares: float,
    unseen: number,
    top: z.record(z.string(), number),
    negatives: number,
    distinct: number,
  })
  .transform((row) => ({ chunk: row.chunk, cell: cellOf(row) }));

type CellKind = CellRow['kind'];

/** What is wanted of a profile; segments default to all of the plan, kinds to all there are. */
export type Selection = {
  segments?: readonly string[] | undefined;
  only?: readonly CellKind[];
  without?: readonly CellKind[];
  /** What is kept of a cell of a chunk, as it is read. */
  keep?: ((cell: ProfileCell) => ProfileCell) | null;
};

/** What is read: `every` is how much becomes one cell. */
type Reading = {
  plan: ProfilePlan;
  window: Window | 'all';
  selection: Selection;
  every: 'window' | 'day' | 'bucket' | readonly Window[];
};

const startsOf = (windows: readonly Window[]): string =>
  integersLiteral(
    windows.map(({ startMs }) => seconds(startMs)),
    32,
  );

/** SQL of the start, in seconds, of the last window that begins at or before a bucket. */
const startOfWindow = (windows: readonly Window[]): string =>
  `roundDown(toUInt32(p.start), ${startsOf(windows)})`;

/** SQL: the bucket lies in one of the windows and not between them. */
function inWindows(windows: readonly Window[]): string {
  const ends = integersLiteral(
    windows.map(({ endMs }) => seconds(endMs)),
    32,
  );
  return (
    `toUInt32(p.start) >= ${seconds(windows[0]?.startMs ?? 0)} AND ` +
    `toUInt32(p.start) < transform(${startOfWindow(windows)}, ${startsOf(windows)}, ${ends}, toUInt32(0))`
  );
}

const chunkOf = (every: Reading['every'], plan: ProfilePlan, bindings: Bindings): string => {
  if (every === 'window') return `toDateTime(0, 'UTC')`;
  if (typeof every === 'object') return `toDateTime(${startOfWindow(every)}, 'UTC')`;
  return every === 'bucket' ? 'p.start' : dayOf('p.start', plan, bindings);
};

/** SQL of merged cells, one per chunk, segment value, feature and kind, of those segments of the plan that are asked for. */
function mergedCells({ plan, window, selection, every }: Reading, bindings: Bindings): string {
  const { segments, only, without } = selection;
  const ofKind = [
    only === undefined ? '' : `AND has(${bindings.texts(only)}, kind) `,
    without === undefined ? '' : `AND NOT has(${bindings.texts(without)}, kind) `,
  ].join('');
  const span = window === 'all' ? undefined : window;
  const byBucket = every === 'bucket' || typeof every === 'object';
  const runs = byBucket ? chosenBuckets(plan, bindings, span) : chosenRuns(plan, bindings, span);
  const within = typeof every === 'object' ? ` AND ${inWindows(every)}` : '';
  const known = [ALL_SEGMENT, ...plan.segments.map((segment) => segment.name)];
  const wanted = known.filter((name) => segments === undefined || segments.includes(name));
  return (
    `SELECT ${chunkOf(every, plan, bindings)} AS chunk_start, p.segment AS segment, p.segment_value AS segment_value, ` +
    `p.feature AS feature, p.kind AS kind, ${mergedColumns.map(([column, sql]) => `${sql} AS merged_${column}`).join(', ')} ` +
    `FROM profiles AS p WHERE ${profileKey(plan, bindings)} AND has(${bindings.texts(wanted)}, segment) ${ofKind}` +
    `AND (CAST(grain, 'String'), start, run) IN (${runs})${within} GROUP BY chunk_start, segment, segment_value, feature, kind`
  );
}

type Keep = (cell: ProfileCell) => ProfileCell;

const keptRow = (keep: Keep) =>
  cellRow.transform(({ chunk, cell }) => ({
    chunk,
    cell: cell.kind === 'facet' || cell.kind === 'attribution' ? cell : keep(cell),
  }));

async function readCells(db: Database, reading: Reading): Promise<z.output<typeof cellRow>[]> {
  const keep = reading.every === 'window' ? null : (reading.selection.keep ?? null);
  const bindings = new Bindings();
  const columns = mergedColumns.filter(([column]) => column !== 'checksum');
  return db.query({
    name: 'profile-read',
    sql:
      `SELECT toUnixTimestamp(chunk_start) AS chunk, segment, segment_value, feature, kind, ` +
      `${columns.map(([column]) => `merged_${column} AS ${column}`).join(', ')} FROM (${mergedCells(reading, bindings)}) ` +
      `ORDER BY chunk, segment, segment_value, kind, feature`,
    params: bindings.params,
    settings: { output_format_json_quote_64bit_integers: 0 },
    row: keep === null ? cellRow : keptRow(keep),
    timeoutMs: 60_000,
  });
}

/** readProfile: all cells of a window, merged. */
export async function readProfile(
  db: Database,
  plan: ProfilePlan,
  window: Window | 'all',
  selection: Selection = {},
): Promise<Profile> {
  const rows = await readCells(db, { plan, window, selection, every: 'window' });
  return profileOf(rows.map(({ cell }) => cell));
}

/** readChunks: cells per day of the model's time zone, per bucket or per given window, oldest first. */
export async function readChunks(
  db: Database,
  plan: ProfilePlan,
  { window, selection, every }: Omit<Reading, 'plan'>,
): Promise<ProfileChunk[]> {
  if (typeof every === 'object' && every.length === 0) return [];
  const rows = await readCells(db, { plan, window, selection, every });
  return [...Map.groupBy(rows, ({ chunk }) => chunk)].map(([start, some]) => ({
    startMs: start * 1_000,
    ...profileOf(some.map(({ cell }) => cell)),
  }));
}

/** Integers and extremes only: sums of floats depend on the order of adding, and a listing of unseen values on the order of reading. */
const CONTENT = ['rows', 'nulls', 'invalid', 'labelled', 'counts', 'under', 'over', 'min', 'max', 'unseen'];

const contentRow = z.object({ digest: bigInteger });
const runsRow = z.object({ rows: integer, runs: integer, foreign: integer });

/**
 * readInputsHash: what the cells of a window were made of. The same rows under the same plan give the same hash, however often and in
 * whatever pieces they were computed. `complete`: nothing in the window waits to be profiled.
 */
export async function readInputsHash(
  db: Database,
  plan: ProfilePlan,
  window: Window | 'all',
): Promise<{ hash: string; rows: number; complete: boolean }> {
  const span = window === 'all' ? undefined : window;
  const cells = new Bindings();
  const runs = new Bindings();
  const content = CONTENT.map((column) => `merged_${column}`).join(', ');
  const [[digest], [totals], dirty] = await Promise.all([
    db.query({
      name: 'profile-content',
      sql:
        `SELECT sum(cityHash64(segment, segment_value, feature, kind, ${content}, merged_checksum)) AS digest ` +
        `FROM (${mergedCells({ plan, window, selection: {}, every: 'window' }, cells)})`,
      params: cells.params,
      row: contentRow,
      timeoutMs: 60_000,
    }),
    db.query({
      name: 'profile-window-runs',
      sql:
        `SELECT sum(profiled) AS rows, count() AS runs, countIf(of_plan != toUInt64(${planHash(plan)})) AS foreign ` +
        `FROM (${bucketRuns(plan, runs, span)})`,
      params: runs.params,
      row: runsRow,
    }),
    plan.origin === LIVE_ORIGIN ? countDirty(db, plan, span) : 0,
  ]);
  const { rows, runs: profiled, foreign } = totals ?? { rows: 0, runs: 0, foreign: 0 };
  const baselineReady = plan.origin === LIVE_ORIGIN || (profiled > 0 && foreign === 0);
  const hash = createHash('sha256').update(`${planHash(plan)}:${digest?.digest ?? 0n}`);
  return { hash: hash.digest('hex').slice(0, 32), rows, complete: dirty === 0 && baselineReady };
}

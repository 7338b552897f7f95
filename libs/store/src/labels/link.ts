import { z } from 'zod';
import { integer, type Database } from '../client/index.js';
import type { BucketMark } from '../intake/marks.js';
import { insertLabels, writeMarks } from '../intake/write.js';
import { noteLateMoves } from '../retention/late-moves.js';
import { noteLateLabels } from '../retention/too-late.js';
import { expectedLabels, labelsElsewhere, newlyWaitingLabels, overlookedLabels } from './candidates.js';
import { freshMarks, noteChecked, type FreshMark } from './fresh-marks.js';
import { WAITING_BUCKET_MS, type Label, type PlacedLabel } from './label-rows.js';
import { contentMark, findDepartures, moveMarks, writeMoves } from './moves.js';
import { placeLabels, waiting } from './placement.js';

export type LinkResult = {
  /** Waiting labels that found their prediction. */
  linked: number;
  /** Labels that still wait. */
  waiting: number;
  /** Ids that were found to have left a bucket. */
  moved: number;
  /** There are arrivals left to compare: call again. */
  more: boolean;
};

/** Labels are held in memory while they are placed. */
const ROWS_PER_PASS = 50_000;
/** Waiting ids that one round looks for: some seconds of work, however many wait. */
const IDS_PER_ROUND = 100_000;

/**
 * linkArrivals: brings together what came in different order. Compares about `limit` rows that arrived since the last call with all
 * others: labels that waited for them are placed, ids that an amended event put into another bucket leave their old one, and labels follow
 * them and appear under every version. The insert path stays free of these lookups. Marks that have been compared are noted last, so
 * a crash repeats the work, and repeating changes nothing.
 */
export async function linkArrivals(database: Database, project: string, limit: number): Promise<LinkResult> {
  const result: LinkResult = {
    linked: 0,
    waiting: await countWaiting(database, project),
    moved: 0,
    more: true,
  };
  for (let rows = 0; rows < limit;) {
    const marks = await freshMarks(database, project, Math.min(limit - rows, ROWS_PER_PASS));
    if (marks.length === 0) {
      result.more = false;
      break;
    }
    for (const [model, ofModel] of Map.groupBy(marks, (mark) => mark.model)) {
      const done = await linkModel(database, {
        project,
        model,
        marks: ofModel,
        someWait: result.waiting > 0,
      });
      result.linked += done.linked;
      result.moved += done.moved;
    }
    await noteChecked(database, project, marks);
    rows += marks.reduce((sum, mark) => sum + mark.rows, 0);
  }
  return { ...result, waiting: await countWaiting(database, project) };
}

type ModelPass = { project: string; model: string; marks: FreshMark[]; someWait: boolean };

async function linkModel(database: Database, pass: ModelPass): Promise<{ linked: number; moved: number }> {
  const { project, model } = pass;
  const arrivals = { project, model, marks: pass.marks.filter(({ cause }) => cause === 'prediction') };
  const waits = { project, model, marks: pass.marks.filter(({ cause }) => cause === 'waiting') };
  const departures = arrivals.marks.length > 0 ? await findDepartures(database, arrivals) : [];
  const left = departures.filter(({ idHashes }) => idHashes.length > 0);
  if (left.length > 0) {
    await noteLateMoves(database, pass, left);
    await writeMoves(database, pass, left);
    await writeMarks(database, project, moveMarks(model, left));
  }
  const waited = distinct([
    ...(arrivals.marks.length > 0 && pass.someWait ? await expectedLabels(database, arrivals) : []),
    ...(waits.marks.length > 0 ? await newlyWaitingLabels(database, waits) : []),
  ]);
  const linked = await settle(database, pass, waited, true);
  if (departures.length > 0) await settle(database, pass, await labelsElsewhere(database, arrivals), false);
  return { linked, moved: left.reduce((sum, { idHashes }) => sum + idHashes.length, 0) };
}

/** Writes labels where their predictions are, then the marks, then takes them away from where they waited. */
async function settle(
  database: Database,
  { project, model }: Pick<ModelPass, 'project' | 'model'>,
  labels: readonly Label[],
  waited: boolean,
): Promise<number> {
  if (labels.length === 0) return 0;
  const placed = (await placeLabels(database, project, labels)).filter(
    ({ bucketMs }) => bucketMs !== WAITING_BUCKET_MS,
  );
  await noteLateLabels(database, { project, topic: '', incarnation: '' }, placed);
  await insertLabels(database, project, placed);
  await writeMarks(database, project, labelMarks(model, placed));
  const found = new Set(placed.map(({ label }) => label));
  if (waited)
    await insertLabels(
      database,
      project,
      [...found].map((label) => waiting(label, true)),
    );
  return found.size;
}

function labelMarks(model: string, placed: readonly PlacedLabel[]): BucketMark[] {
  const places = Map.groupBy(placed, ({ version, bucketMs }) => `${bucketMs}/${version}`);
  return [...places.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const place = { model, version: first.version, bucketMs: first.bucketMs, cause: 'label' } as const;
    return [
      contentMark(
        place,
        rows.map(({ label }) => `${label.partition}:${label.offset}`),
      ),
    ];
  });
}

const distinct = (labels: readonly Label[]): Label[] => [
  ...new Map(
    labels.map((label) => [`${label.partition}:${label.offset}:${label.version}:${label.id}`, label]),
  ).values(),
];

/**
 * recheckWaiting: places labels that wait although their prediction is there, in a round over some of the waiting ids; returns how many, and where the next round begins. An insert that lets a label wait can arrive
 * long after another process took the partition over, found the prediction and placed the label: no mark tells of such a row.
 */
export async function recheckWaiting(
  database: Database,
  project: string,
  from: bigint,
): Promise<{ placed: number; next: bigint }> {
  const { labels, next } = await overlookedLabels(database, project, {
    from,
    ids: IDS_PER_ROUND,
    limit: ROWS_PER_PASS,
  });
  let placed = 0;
  for (const [model, ofModel] of Map.groupBy(labels, (label) => label.model))
    placed += await settle(database, { project, model }, ofModel, true);
  return { placed, next };
}

async function countWaiting(database: Database, project: string): Promise<number> {
  const [row] = await database.query({
    name: 'count-waiting-labels',
    sql: 'SELECT count() AS waiting FROM labels FINAL WHERE project = {project: String} AND bucket = toDateTime(0)',
    params: { project },
    row: z.object({ waiting: integer }),
  });
  return row?.waiting ?? 0;
}

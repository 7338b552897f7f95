import type { BiasSample, FeatureCell, Profile, ProfileChunk, RowSample, Window } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { arrivedRows } from './arrived-rows.js';
import { listRuns, type BucketRun } from './list-runs.js';
import { computeBaseline, computeBuckets } from './compute.js';
import { dirtyBuckets, firstAndLast, markedSince, recount, type DirtyBucket, type Recount } from './dirty.js';
import { insertGiven } from './given-cells.js';
import type { ProfilePlan } from './plan.js';
import { readChunks, readInputsHash, readProfile, type Selection } from './read.js';
import { rowSample } from './row-sample.js';
import { sampleRows } from './sample-rows.js';

export type { DirtyBucket } from './dirty.js';
export { planHash, type ProfilePlan } from './plan.js';
export type { Selection } from './read.js';

/**
 * Profiles: what is left of the rows of a bucket. Computing replaces, reading merges; both may be repeated. Buckets of one plan are to
 * be computed by one process at a time: two at once cost double and finish one after the other, but neither is wrong.
 */
export type Profiles = {
  /** Live buckets whose marks or plan differ from what their profile covers; sealed ones never; oldest first. */
  dirtyBuckets: (plan: ProfilePlan, limit: number) => Promise<DirtyBucket[]>;
  /** Live buckets that are counted anew though no row came for them: the plan, or how it is counted, changed; null when none is. */
  recount: (plan: ProfilePlan) => Promise<Recount | null>;
  /** Replaces the profiles of these buckets and of the days they lie in. `rows`: prediction rows counted. */
  compute: (plan: ProfilePlan, buckets: readonly DirtyBucket[]) => Promise<{ rows: number }>;
  /** Profiles every bucket of the plan's origin; without days for who reads it once. */
  computeBaseline: (plan: ProfilePlan, merging?: { days: boolean }) => Promise<{ rows: number }>;
  /** Cells that were counted elsewhere become the profile of the plan's origin; only under a plan that says so. */
  insertGiven: (plan: ProfilePlan & { given: true }, cells: readonly FeatureCell[]) => Promise<void>;
  /** Merged over the window; segments (a list, or part of a selection) default to all of the plan. */
  read: (
    plan: ProfilePlan,
    window: Window | 'all',
    selection?: readonly string[] | Selection,
  ) => Promise<Profile>;
  /** Per day of the model's time zone (default), per bucket, or per given window (ascending, apart), oldest first. */
  chunks: (
    plan: ProfilePlan,
    window: Window | 'all',
    selection?: readonly string[] | Selection,
    every?: 'day' | 'bucket' | readonly Window[],
  ) => Promise<ProfileChunk[]>;
  /** At most `limit` rows of profiled buckets, the same ones every time; empty without facets, and when rows are no longer kept. */
  sample: (plan: ProfilePlan, window: Window | 'all', limit: number) => Promise<BiasSample>;
  /** Feature values of at most so many rows, chosen by the hash of their ids. */
  rowSample: (plan: ProfilePlan, window: Window | 'all', limit: number) => Promise<RowSample>;
  /** `hash` changes exactly when what was counted, or how, changes. */
  inputsHash: (
    plan: ProfilePlan,
    window: Window | 'all',
  ) => Promise<{ hash: string; rows: number; complete: boolean }>;
  /** Newest run of every profiled bucket, oldest bucket first. */
  runs: (plan: ProfilePlan) => Promise<BucketRun[]>;
  /** Live buckets that were marked after an instant, each with the time of its newest mark, oldest bucket first. */
  markedSince: (
    version: Pick<ProfilePlan, 'project' | 'model' | 'version'>,
    sinceMs: number,
  ) => Promise<{ startMs: number; atMs: number }[]>;
  /** About how many predictions of a version have arrived: enough to bin by, or not yet. */
  arrivedRows: (project: string, model: string, version: string) => Promise<number>;
  /** Starts of the oldest and the newest live bucket with marks; null when nothing has arrived yet. */
  firstAndLast: (
    project: string,
    model: string,
    version: string,
  ) => Promise<{ firstMs: number; lastMs: number } | null>;
};

const selectionOf = (selection: readonly string[] | Selection = {}): Selection =>
  'length' in selection ? { segments: selection } : selection;

export const createProfiles = (db: Database): Profiles => ({
  dirtyBuckets: (plan, limit) => dirtyBuckets(db, plan, limit),
  recount: (plan) => recount(db, plan),
  compute: (plan, buckets) => computeBuckets(db, plan, buckets),
  computeBaseline: (plan, merging) => computeBaseline(db, plan, merging),
  insertGiven: (plan, cells) => insertGiven(db, plan, cells),
  read: (plan, window, selection) => readProfile(db, plan, window, selectionOf(selection)),
  chunks: (plan, window, selection, every = 'day') =>
    readChunks(db, plan, { window, selection: selectionOf(selection), every }),
  sample: (plan, window, limit) => sampleRows(db, plan, { window, limit }),
  rowSample: (plan, window, limit) => rowSample(db, plan, { window, limit }),
  inputsHash: (plan, window) => readInputsHash(db, plan, window),
  runs: (plan) => listRuns(db, plan),
  markedSince: (version, sinceMs) => markedSince(db, version, sinceMs),
  arrivedRows: (project, model, version) => arrivedRows(db, { project, model, version }),
  firstAndLast: (project, model, version) => firstAndLast(db, { project, model, version }),
});

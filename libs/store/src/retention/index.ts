import type { Database } from '../client/index.js';
import type { ProfilePlan } from '../profiles/plan.js';
import { listTooLate, type TooLateEntry, type TooLatePage } from './list-too-late.js';
import { sealBuckets, type SealRule } from './seal.js';
import { sweepMarks } from './sweep-marks.js';

export type { TooLateEntry, TooLatePage } from './list-too-late.js';
export type { SealRule } from './seal.js';

/** Retention: buckets are closed for good before their rows expire; what comes afterwards is listed. */
export type Retention = {
  /** Seals the due buckets of one version under all of its plans; starts of the sealed ones. No profile of it may be computed meanwhile. */
  seal: (plans: readonly ProfilePlan[], rule: SealRule) => Promise<number[]>;
  /** Takes away marks that have done their work. */
  sweepMarks: (project: string, nowMs: number) => Promise<void>;
  tooLate: (project: string, model: string, page: TooLatePage) => Promise<TooLateEntry[]>;
};

export const createRetention = (db: Database): Retention => ({
  seal: (plans, rule) => sealBuckets(db, plans, rule),
  sweepMarks: (project, nowMs) => sweepMarks(db, project, nowMs),
  tooLate: (project, model, page) => listTooLate(db, { project, model }, page),
});

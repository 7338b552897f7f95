import type { Database } from '../client/index.js';
import { eraseBaselineRows, type BaselineOrigin } from './erase-baselines.js';
import { eraseRows } from './erase-rows.js';
import { readOrder, removeOrders, saveOrder } from './orders.js';
import { purgeDeleted } from './purge.js';
import { barIds, countBarred, type ErasureTarget } from './tombstones.js';

export type { BaselineOrigin } from './erase-baselines.js';
export type { ErasureTarget } from './tombstones.js';

/** Privacy: erasing what belongs to a prediction or to a subject. Every step may be repeated, and is, by whoever resumes. */
export type Privacy = {
  saveOrder: (order: {
    project: string;
    erasure: string;
    sealedSelector: string;
    nowMs: number;
  }) => Promise<void>;
  order: (project: string, erasure: string) => Promise<string | null>;
  removeOrders: (project: string, erasures: readonly string[]) => Promise<void>;
  /** Bars the ids, then takes their rows away from every table. Returns how many ids are barred. */
  erase: (target: ErasureTarget) => Promise<number>;
  /** After `erase`. Returns the baselines whose profiles have to be counted anew. */
  eraseBaselineRows: (
    target: ErasureTarget,
    baselines: readonly BaselineOrigin[],
  ) => Promise<BaselineOrigin[]>;
  /** Takes the bytes of all rows that were deleted so far off the disk. */
  purge: () => Promise<void>;
};

export const createPrivacy = (db: Database): Privacy => ({
  saveOrder: (order) => saveOrder(db, order),
  order: (project, erasure) => readOrder(db, project, erasure),
  removeOrders: (project, erasures) => removeOrders(db, project, erasures),
  erase: async (target) => {
    await barIds(db, target);
    await eraseRows(db, target);
    return countBarred(db, target);
  },
  eraseBaselineRows: (target, baselines) => eraseBaselineRows(db, target, baselines),
  purge: () => purgeDeleted(db),
});

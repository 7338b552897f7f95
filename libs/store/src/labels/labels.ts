import type { Database } from '../client/index.js';
import { linkArrivals, recheckWaiting, type LinkResult } from './link.js';

export type Labels = {
  /** Compares about `limit` newly arrived rows with all others; see {@link linkArrivals}. Now and then also {@link recheckWaiting}. */
  link: (project: string, limit: number) => Promise<LinkResult>;
  /** Places labels that wait although their prediction is there; see {@link recheckWaiting}. */
  recheck: (project: string) => Promise<number>;
};

const RECHECK_EVERY_MS = 600_000;

export const createLabels = (database: Database, now: () => number = Date.now): Labels => {
  const recheckedMs = new Map<string, number>();
  const recheck = async (project: string): Promise<number> => {
    recheckedMs.set(project, now());
    return recheckWaiting(database, project);
  };
  return {
    recheck,
    link: async (project, limit) => {
      const result = await linkArrivals(database, project, limit);
      const isDue = now() - (recheckedMs.get(project) ?? -Infinity) >= RECHECK_EVERY_MS;
      if (result.more || result.waiting === 0 || !isDue) return result;
      const found = await recheck(project);
      return { ...result, linked: result.linked + found, waiting: result.waiting - found };
    },
  };
};

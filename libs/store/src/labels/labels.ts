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
  const rounds = new Map<string, { atMs: number; next: bigint }>();
  const recheck = async (project: string): Promise<number> => {
    const from = rounds.get(project)?.next ?? 0n;
    rounds.set(project, { atMs: now(), next: from });
    const { placed, next } = await recheckWaiting(database, project, from);
    rounds.set(project, { atMs: now(), next });
    return placed;
  };
  return {
    recheck,
    link: async (project, limit) => {
      const result = await linkArrivals(database, project, limit);
      const isDue = now() - (rounds.get(project)?.atMs ?? -Infinity) >= RECHECK_EVERY_MS;
      if (result.more || result.waiting === 0 || !isDue) return result;
      const found = await recheck(project);
      return { ...result, linked: result.linked + found, waiting: result.waiting - found };
    },
  };
};

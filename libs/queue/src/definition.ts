import { createHash } from 'node:crypto';

import type { ZodType } from 'zod';

/** QueueDefinition: the name of a queue and the schema of what its jobs carry; names and ids only, never content or secrets. */
export type QueueDefinition<T> = {
  readonly name: string;
  readonly payload: ZodType<T>;
  /** Tries in all before a job is given up; the ledger in the database brings it back where that matters. */
  readonly attempts?: number;
};

/** jobId: the same id for the same parts, in every process. No `:` and never all digits: BullMQ refuses both. */
export const jobId = (...parts: readonly [string, ...string[]]): string =>
  `job-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;

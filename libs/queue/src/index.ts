export { openRedis, pingRedis } from './connection.js';
export { jobId, type QueueDefinition } from './definition.js';
export { JobQueue } from './job-queue.js';
export { JobWorker, type JobContext, type JobHandler } from './job-worker.js';
export { withLock, type LockResult } from './lock.js';
export type { JobOutcome } from './outcome.js';

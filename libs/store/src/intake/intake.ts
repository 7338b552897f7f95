import type { Database } from '../client/index.js';
import { readAccounting, type PartitionAccount } from './accounting.js';
import { readWatermark, writePositions, type Watermark } from './positions.js';
import { listQuarantine, type QuarantineEntry, type QuarantinePage } from './quarantine.js';
import type { IngestPosition, IntakeBatch } from './rows.js';
import { writeBatch } from './write.js';

/** What ingest writes, and what can be said about it. */
export type Intake = {
  /** Stores a run of offsets; safe to repeat, whole or cut differently. Throws on a batch that does not add up. */
  write: (batch: IntakeBatch) => Promise<void>;
  /** Where the consumers stand. A partition that is not reported for a while counts as behind, so report idle ones too. */
  positions: (rows: IngestPosition[]) => Promise<void>;
  watermark: (project: string, topic: string, nowMs: number, idleMs: number) => Promise<Watermark>;
  accounting: (project: string) => Promise<PartitionAccount[]>;
  quarantine: (project: string, page: QuarantinePage) => Promise<QuarantineEntry[]>;
};

export const createIntake = (database: Database): Intake => ({
  write: (batch) => writeBatch(database, batch),
  positions: (rows) => writePositions(database, rows),
  watermark: (project, topic, nowMs, idleMs) => readWatermark(database, { project, topic, nowMs, idleMs }),
  accounting: (project) => readAccounting(database, project),
  quarantine: (project, page) => listQuarantine(database, project, page),
});

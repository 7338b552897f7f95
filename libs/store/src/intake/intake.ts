import type { EventPosition } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { readAccounting, readHours, type HourAccount, type PartitionAccount } from './accounting.js';
import { compactLedger, type MergeMemory } from './compact.js';
import { costlyCounts } from './costly-counts.js';
import { acknowledgeGaps, readGaps, reportGap, type Gap, type PartitionRange } from './gaps.js';
import { readArrivals, readQuietLimits, type ModelArrivals, type QuietLimits } from './model-arrivals.js';
import { readLags, readWatermark, writePositions, type Watermark } from './positions.js';
import {
  countQuarantine,
  listQuarantine,
  readQuarantined,
  type QuarantineCount,
  type QuarantineEntry,
  type QuarantinePage,
} from './quarantine.js';
import { createReplays, type Replays } from './replay-store.js';
import type { IngestPosition, IntakeBatch } from './rows.js';
import { writeBatch, writeReplayed, type ReplayedBatch } from './write.js';

/** What ingest writes, and what can be said about it. */
export type Intake = {
  /** Stores a run of offsets; safe to repeat, whole or cut differently. Throws on a batch that does not add up. */
  write: (batch: IntakeBatch) => Promise<void>;
  /** Stores events that were quarantined before, under the position that they always had. */
  writeReplayed: (batch: ReplayedBatch) => Promise<void>;
  /** Where the consumers stand. A partition that is not reported for a while counts as behind, so report idle ones too. */
  positions: (rows: IngestPosition[]) => Promise<void>;
  watermark: (project: string, topic: string, nowMs: number, idleMs: number) => Promise<Watermark>;
  /** Topic → records that wait. */
  lags: (project: string) => Promise<Map<string, number>>;
  /** As of at most ten times as long ago as it takes to count, where that is more than a second; whole, so that its sums hold. */
  accounting: (project: string) => Promise<PartitionAccount[]>;
  hours: (project: string, range: { fromMs: number; toMs: number }) => Promise<HourAccount[]>;
  /** Merges ranges of the ledger; see {@link compactLedger}. */
  compact: (project: string, memory?: MergeMemory) => Promise<number>;
  gaps: (project: string) => Promise<Gap[]>;
  reportGap: (project: string, gap: Parameters<typeof reportGap>[2]) => Promise<void>;
  acknowledgeGaps: (
    project: string,
    ranges: readonly PartitionRange[],
    note: { author: string; comment: string; atMs: number },
  ) => Promise<void>;
  /** Of all time, or of what was written since. */
  arrivals: (project: string, sinceMs?: number) => Promise<ModelArrivals[]>;
  quietLimits: (project: string, nowMs: number) => Promise<QuietLimits[]>;
  quarantine: (project: string, page: QuarantinePage) => Promise<QuarantineEntry[]>;
  quarantined: (project: string, at: EventPosition) => Promise<QuarantineEntry | null>;
  quarantineCounts: (project: string) => Promise<QuarantineCount[]>;
  replays: Replays;
};

export const createIntake = (database: Database): Intake => {
  const accounting = costlyCounts((project) => readAccounting(database, project));
  return {
    write: (batch) => writeBatch(database, batch),
    writeReplayed: (batch) => writeReplayed(database, batch),
    positions: (rows) => writePositions(database, rows),
    watermark: (project, topic, nowMs, idleMs) => readWatermark(database, { project, topic, nowMs, idleMs }),
    lags: (project) => readLags(database, project),
    accounting,
    hours: (project, range) => readHours(database, project, range),
    compact: (project, memory) => compactLedger(database, project, memory),
    gaps: (project) => readGaps(database, project),
    reportGap: (project, gap) => reportGap(database, project, gap),
    acknowledgeGaps: (project, ranges, note) => acknowledgeGaps(database, project, ranges, note),
    arrivals: (project, sinceMs = 0) => readArrivals(database, project, sinceMs),
    quietLimits: (project, nowMs) => readQuietLimits(database, project, nowMs),
    quarantine: (project, page) => listQuarantine(database, project, page),
    quarantined: (project, at) => readQuarantined(database, project, at),
    quarantineCounts: (project) => countQuarantine(database, project),
    replays: createReplays(database),
  };
};

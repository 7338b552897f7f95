import type { Database } from '../client/index.js';
import {
  countOutcomes,
  nextToReplay,
  openReplays,
  readOutcomes,
  readReplay,
  writeOutcomes,
  writeReplay,
  type OutcomeCount,
  type Replay,
  type ReplayEntry,
  type ReplayOutcome,
} from './replays.js';

type Named = Pick<Replay, 'project' | 'id'>;

/** Requests to replay quarantined events, and what became of the events. */
export type Replays = {
  write: (replay: Replay) => Promise<void>;
  /** Those that are not done, of all projects, oldest first. */
  open: (limit: number) => Promise<Replay[]>;
  read: (project: string, id: string) => Promise<Replay | null>;
  /** Events without an outcome in this replay; empty when it is through. */
  next: (replay: Replay) => Promise<ReplayEntry[]>;
  settle: (replay: Replay, outcomes: readonly ReplayOutcome[]) => Promise<void>;
  outcomes: (replay: Named, limit: number) => Promise<ReplayOutcome[]>;
  counts: (replay: Named) => Promise<OutcomeCount[]>;
};

export const createReplays = (database: Database): Replays => ({
  write: (replay) => writeReplay(database, replay, Date.now()),
  open: (limit) => openReplays(database, limit),
  read: (project, id) => readReplay(database, project, id),
  next: (replay) => nextToReplay(database, replay),
  settle: (replay, outcomes) => writeOutcomes(database, replay, outcomes, Date.now()),
  outcomes: (replay, limit) => readOutcomes(database, replay, limit),
  counts: (replay) => countOutcomes(database, replay),
});

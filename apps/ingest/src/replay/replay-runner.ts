import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '#libs/platform';
import type { Intake, Replay } from '#libs/store';

import type { Stream } from '../flow/handle-batch.js';
import type { IngestMetrics } from '../flow/ingest-metrics.js';
import { isOutage } from '../flow/persist.js';
import type { Locks } from '../registry/registry.js';
import { byPartition, judge } from './replay-entries.js';

export type ReplayParts = {
  /** Lanes that store, and lanes that only look: they make no draft and grow no schema. */
  streams: readonly Stream[];
  dryStreams: readonly Stream[];
  intake: Pick<Intake, 'replays' | 'writeReplayed'>;
  locks: Locks;
  metrics: Pick<IngestMetrics, 'replayed'>;
  logger: Logger;
};

const EVERY_MS = 1_000;
const OPEN_MAX = 20;

/**
 * ReplayRunner: runs quarantined events through the steps again. It lives in ingestion because the steps do, and it reads the events from the
 * quarantine table, not from the topic: sent to the topic again they would get another position, and the accounting of both would have to be
 * mended. Here they keep the position that they always had; only the verdict changes.
 *
 * A request is a row in the store, so no bell can be lost: every ingest process looks for requests each second, the lock lets one of them
 * run a request, and what a crash leaves undone is done by whoever looks next. Rows come before outcomes: an event without an outcome is run
 * again, which changes nothing.
 */
export class ReplayRunner {
  constructor(private readonly parts: ReplayParts) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.pass(signal).catch((error: unknown) =>
        this.parts.logger.debug({ err: error }, 'replays cannot be looked at now; they wait'),
      );
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** pass: every request that waits, oldest first. Throws when the store or Redis does not answer. */
  async pass(signal: AbortSignal): Promise<void> {
    for (const replay of await this.parts.intake.replays.open(OPEN_MAX)) {
      if (signal.aborted) return;
      await this.parts.locks(`replay/${replay.project}/${replay.id}`, () => this.guarded(replay, signal));
    }
  }

  /** What no later try can mend ends the request, with its reason; outages leave it waiting. */
  private async guarded(replay: Replay, signal: AbortSignal): Promise<void> {
    const { intake, logger } = this.parts;
    const current = await intake.replays.read(replay.project, replay.id);
    if (current?.state !== 'requested') return;
    try {
      if (await this.work(replay, signal)) await intake.replays.write({ ...replay, state: 'done' });
    } catch (error) {
      if (isOutage(error) || signal.aborted) throw error;
      logger.error({ err: error, project: replay.project, replay: replay.id }, 'a replay failed');
      const note = error instanceof Error ? error.message : String(error);
      await intake.replays.write({ ...replay, state: 'failed', note: note.slice(0, 500) });
    }
  }

  /** True when nothing is left to do. */
  private async work(replay: Replay, signal: AbortSignal): Promise<boolean> {
    const { intake, metrics, logger } = this.parts;
    const streams = replay.dry ? this.parts.dryStreams : this.parts.streams;
    const own = streams.filter(({ project }) => project === replay.project);
    const total = { accepted: 0, refused: 0 };
    while (!signal.aborted) {
      const entries = await intake.replays.next(replay);
      if (entries.length === 0) {
        const { project, id, dry } = replay;
        logger.info({ project, replay: id, dry, ...total }, 'quarantined events were run again');
        return true;
      }
      for (const partition of byPartition(entries))
        for await (const { accepted, outcomes } of judge(partition, own)) {
          if (accepted !== null && !replay.dry) await intake.writeReplayed(accepted);
          await intake.replays.settle(replay, outcomes);
          const stored = outcomes.filter((outcome) => outcome.accepted).length;
          total.accepted += stored;
          total.refused += outcomes.length - stored;
          if (!replay.dry) metrics.replayed(replay.project, stored, outcomes.length - stored);
        }
    }
    return false;
  }
}

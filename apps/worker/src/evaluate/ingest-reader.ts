import type { MonitorKind } from '#libs/contracts';
import type { IngestState } from '#libs/monitoring';
import type { Topics } from '#libs/platform';
import type { Store } from '#libs/store';

type Options = {
  intake: Pick<Store['intake'], 'watermark'>;
  topics: Topics;
  /** A partition without records for this long, and with none waiting, is idle. */
  idleMs: number;
};

type Question = { project: string; kind: MonitorKind; nowMs: number };

const lowest = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/**
 * readIngest: how far ingest of a project has come, for a kind of monitor: labels matter to quality alone. A project without topics
 * is fed by other means, so the clock alone decides.
 */
export async function readIngest(
  { intake, topics, idleMs }: Options,
  { project, kind, nowMs }: Question,
): Promise<IngestState> {
  const own = topics.projects[project];
  if (own === undefined) return { watermarkMs: null, behindSinceMs: null };
  const read = kind === 'quality' ? [own.predictions, own.groundTruth] : [own.predictions];
  const states = await Promise.all(read.map((topic) => intake.watermark(project, topic, nowMs, idleMs)));
  return {
    watermarkMs: lowest(states.map((state) => state.watermarkMs)),
    behindSinceMs: lowest(states.map((state) => state.behindSinceMs)),
  };
}

import {
  durationMs,
  type MonitorKind,
  type RegistryDocument,
  type Tally,
  type Verdict,
} from '#libs/contracts';
import { verdictOver } from '#libs/monitoring';
import type { EvaluationSummary, Store } from '#libs/store';

/** Twice this covers a day of 25 hours and a worker that is busy. */
const SLACK_MS = 3_600_000;
const NEWEST_MAX = 10_000;

/** Standing: what a monitor says in its newest window. */
export type Standing = {
  id: string;
  name: string;
  kind: MonitorKind;
  version: string;
  enabled: boolean;
  /** Of the newest window; null while there is none. */
  window: { startMs: number; endMs: number } | null;
  /** Findings of the newest window by status. */
  statuses: Tally;
  /** A newer window should have been evaluated by now: what is known is no news. */
  overdue: boolean;
  verdict: Verdict;
};

/** isOverdue: whether the window after the newest one should be evaluated by now; windows of so many rows have no time. */
function isOverdue({ window }: RegistryDocument<'monitor'>['body'], endMs: number, nowMs: number): boolean {
  const { every, rows, settle, maxWait } = window;
  if (rows !== null) return false;
  return nowMs > endMs + durationMs(every) + durationMs(settle) + durationMs(maxWait) + 2 * SLACK_MS;
}

function standingOf(
  { id, body }: RegistryDocument<'monitor'>,
  newest: EvaluationSummary | undefined,
  nowMs: number,
): Standing {
  const { name, kind, version, enabled } = body;
  const statuses = newest?.statuses ?? {};
  const overdue = newest !== undefined && isOverdue(body, newest.window.endMs, nowMs);
  const verdict = overdue && (statuses.breached ?? 0) === 0 ? 'not_evaluated' : verdictOver([statuses]);
  return { id, name, kind, version, enabled, window: newest?.window ?? null, statuses, overdue, verdict };
}

/** standingsOf: where each monitor of a project stands, by model; enabled ones first. */
export async function standingsOf(
  { documents, evaluations }: Pick<Store, 'documents' | 'evaluations'>,
  { project, model, nowMs }: { project: string; model?: string; nowMs: number },
): Promise<ReadonlyMap<string, Standing[]>> {
  const [monitors, newest] = await Promise.all([
    documents.list(project, 'monitor'),
    evaluations.newest(project, { ...(model !== undefined && { model }), limit: NEWEST_MAX }),
  ]);
  const known = new Map(newest.map((one) => [JSON.stringify([one.monitor, one.version]), one]));
  const own = monitors
    .filter(({ body }) => model === undefined || body.model === model)
    .toSorted((a, b) => Number(b.body.enabled) - Number(a.body.enabled) || a.id.localeCompare(b.id));
  return new Map(
    [...Map.groupBy(own, ({ body }) => body.model)].map(([name, list]) => [
      name,
      list.map((monitor) =>
        standingOf(monitor, known.get(JSON.stringify([monitor.id, monitor.body.version])), nowMs),
      ),
    ]),
  );
}

/** verdictOfAll: the verdict of a model over its enabled monitors; overdue ones count as not evaluated. */
export const verdictOfAll = (standings: readonly Standing[]): Verdict =>
  verdictOver(
    standings
      .filter(({ enabled }) => enabled)
      .map(({ statuses, verdict }) => (verdict === 'not_evaluated' ? {} : statuses)),
  );

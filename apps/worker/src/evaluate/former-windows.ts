import { EVALUATION_METHOD, type Window } from '#libs/contracts';
import { windowKey } from '#libs/monitoring';
import {
  decideAlike,
  type Documents,
  type MonitorContext,
  type RecordedWindow,
  type Store,
} from '#libs/store';

/**
 * FormerWindow: a window that a former method of evaluation judged, and what happened to it since. `nothing`: it stands as it is. `rows`: events
 * or labels came for it. `asked`: somebody changed what the monitor looks at, or compares with.
 */
export type FormerWindow = { inputs: string; since: 'nothing' | 'rows' | 'asked' };

type Options = {
  documents: Pick<Documents, 'history'>;
  profiles: Pick<Store['profiles'], 'markedSince'>;
  context: MonitorContext;
  recorded: readonly RecordedWindow[];
};

/** When the settings of the monitor became what they are, or its baseline did, whichever is later. */
async function askedAt({ documents, context: { monitor, baseline } }: Options): Promise<number> {
  const history = await documents.history(monitor.project, 'monitor', monitor.id);
  const other = history.findIndex(({ body }) => !decideAlike(body, monitor.body));
  const since = history.at(other === -1 ? -1 : other - 1) ?? monitor;
  return Math.max(Date.parse(since.at), baseline === null ? 0 : Date.parse(baseline.document.at));
}

/**
 * formerWindows: tells of each window whether a former method judged it; null for all others. Hashes of inputs that two methods made cannot be
 * compared, so what happened since is told by when it was stored. Reads at most once, and only where there is such a window.
 */
export function formerWindows(options: Options): (window: Window) => Promise<FormerWindow | null> {
  const { profiles, context, recorded } = options;
  const known = new Map(recorded.map((entry) => [windowKey(entry), entry]));
  const oldestMs = Math.min(...recorded.map(({ former }) => former?.atMs ?? Infinity));
  let asking: Promise<number> | undefined;
  let marking: ReturnType<typeof profiles.markedSince> | undefined;
  return async (window) => {
    const entry = known.get(windowKey(window));
    if (entry?.former == null) return null;
    const { inputs, atMs } = entry.former;
    asking ??= askedAt(options);
    if ((await asking) > atMs) return { inputs, since: 'asked' };
    if (entry.method === EVALUATION_METHOD) return { inputs, since: 'rows' };
    marking ??= profiles.markedSince(context.plan, oldestMs);
    const isMarked = (await marking).some(
      (bucket) => bucket.atMs > atMs && bucket.startMs >= window.startMs && bucket.startMs < window.endMs,
    );
    return { inputs, since: isMarked ? 'rows' : 'nothing' };
  };
}

import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { MonitorBody, UncountedSegment, Window } from '#libs/contracts';
import type { Store } from '../store.js';
import type { MonitorContext } from './monitor-context.js';

/** Segments of the monitor that the version cannot be cut by. */
export const uncountedOf = ({ monitor: { body }, plan }: MonitorContext): UncountedSegment[] =>
  (plan.uncounted ?? []).filter(({ segment }) => body.segments?.includes(segment) ?? true);

/** InputsId: `hash` names the revision of an evaluation; `complete` is false while a bucket of the window waits to be profiled. */
export type InputsId = { hash: string; rows: number; complete: boolean };

/** The name of a monitor, and whether it runs, decide nothing about a finding. */
const decidingSettings = (settings: MonitorBody) => ({ ...settings, name: '', enabled: true });

/** decideAlike: whether two settings of a monitor find the same in the same window. */
export const decideAlike = (one: MonitorBody, other: MonitorBody): boolean =>
  isDeepStrictEqual(decidingSettings(one), decidingSettings(other));

/** evaluationInputsId: says without reading profiles whether an evaluation of this window would be the same as the recorded one. */
export async function evaluationInputsId(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext,
  window: Window,
): Promise<InputsId> {
  const { monitor, plan, baseline } = context;
  const [live, reference] = await Promise.all([
    profiles.inputsHash(plan, window),
    baseline === null ? null : profiles.inputsHash(baseline.plan, 'all'),
  ]);
  const uncounted = uncountedOf(context);
  const parts = [
    live.hash,
    reference?.hash ?? '',
    baseline?.document.body.contentHash ?? '',
    plan.binning.hash,
    plan.features,
    decidingSettings(monitor.body),
    // Where there are none, the hash is what it was before they were told of.
    ...(uncounted.length === 0 ? [] : [uncounted]),
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return { hash, rows: live.rows, complete: live.complete };
}

import type { AlertTransition } from '#libs/contracts';
import { INTAKE_MONITORS } from '#libs/contracts';
import { advanceGap } from '#libs/monitoring';
import type { Gap, Store } from '#libs/store';

type Options = {
  store: { intake: Pick<Store['intake'], 'gaps'>; alerts: Pick<Store['alerts'], 'states' | 'append'> };
  hash: (text: string) => string;
  now: () => number;
};

/** What was found of one project: for metrics. */
export type GapReport = { gaps: readonly Gap[]; transitions: AlertTransition[] };

const keyOf = (topic: string, partition: number | string): string => `${partition} ${topic}`;

/** watchGaps: one alert per topic partition with records that nobody stored; those that were open and are filled now are looked at as well. */
export async function watchGaps({ store, hash, now }: Options, project: string): Promise<GapReport> {
  const [gaps, states] = await Promise.all([
    store.intake.gaps(project),
    store.alerts.states(project, INTAKE_MONITORS.gap, ''),
  ]);
  const previous = new Map(states.map((state) => [keyOf(state.segment, state.segmentValue), state]));
  const current = Map.groupBy(gaps, ({ topic, partition }) => keyOf(topic, partition));
  const nowMs = now();
  const transitions = [...new Set([...current.keys(), ...previous.keys()])].flatMap((key) => {
    const at = key.indexOf(' ');
    const place = { project, topic: key.slice(at + 1), partition: Number(key.slice(0, at)) };
    const known = previous.get(key) ?? null;
    const step = advanceGap({ ...place, previous: known, gaps: current.get(key) ?? [], nowMs, hash });
    return step === null ? [] : [step];
  });
  if (transitions.length > 0) await store.alerts.append(transitions, project);
  return { gaps, transitions };
}

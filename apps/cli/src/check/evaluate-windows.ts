import { ALL_SEGMENT, type Finding, type Profile, type ProfileChunk } from '#libs/contracts';
import { evaluate, foldCauses, originOf, type Dimension, type Origin } from '#libs/monitoring';
import { samplesFor, type Samples } from '#libs/store';
import type { MonitorPlan } from './monitor-plan.js';
import type { BaselineSide } from './profile-sides.js';
import type { FoundIn } from './windows.js';
import type { CheckWindow } from './windows.js';

/** dated: one part of a baseline says nothing about how parts differ. */
export const dated = (chunks: readonly ProfileChunk[]): ProfileChunk[] =>
  chunks.length > 1 ? [...chunks] : [];

/** Evaluated: what was found, and of the findings that stand for a cause where it comes from. */
export type Evaluated = { findings: FoundIn[]; origins: ReadonlyMap<Finding, Origin> };

/** breachedOf: findings that make causes. */
export const breachedOf = (findings: readonly FoundIn[]): FoundIn[] =>
  findings.filter(({ finding }) => finding.status === 'breached');

/** madeOf: features that are made of others. */
export const madeOf = ({ plan }: Pick<BaselineSide, 'plan'>): ReadonlyMap<string, string> =>
  new Map(plan.features.flatMap(({ name, madeOf: of }) => (of === undefined ? [] : [[name, of.feature]])));

/** Segments whose values share all rows between them. */
const dimensionsOf = ({ plan }: Pick<BaselineSide, 'plan'>): Dimension[] =>
  plan.segments.flatMap(({ name, body }) =>
    body.kind === 'dimension' ? [{ segment: name, feature: body.feature ?? '' }] : [],
  );

/** evaluateWindows: every monitor over every window, oldest first. Windows of time (`timeZone`) are compared at their hour of the baseline's day and week. */
export async function evaluateWindows({
  monitors,
  windows,
  timeZone,
  baseline,
  absent,
  profileOf,
  samplesOf,
}: {
  monitors: readonly MonitorPlan[];
  windows: readonly CheckWindow[];
  timeZone: string | null;
  baseline: BaselineSide;
  /** Features whose column the current file does not have. */
  absent: ReadonlySet<string>;
  profileOf: (window: CheckWindow) => Promise<Profile>;
  samplesOf: (window: CheckWindow) => Promise<Samples>;
}): Promise<Evaluated> {
  const found: FoundIn[] = [];
  const origins = new Map<Finding, Origin>();
  const dimensions = dimensionsOf(baseline);
  const cutBy = new Map(dimensions.map(({ segment, feature }) => [segment, feature]));
  for (const [index, window] of windows.entries()) {
    const profile = await profileOf(window);
    const samples = { baseline: baseline.samples, window: await samplesOf(window) };
    const own: FoundIn[] = [];
    for (const { name, body, of } of monitors) {
      const findings: Finding[] = evaluate({
        baseline: baseline.profile,
        baselineChunks: dated(baseline.chunks),
        window: profile,
        ...(timeZone !== null && { at: { startMs: window.startMs, endMs: window.endMs, timeZone } }),
        binning: baseline.plan.binning,
        features: baseline.plan.features,
        settings: body,
        bias: baseline.plan.bias ?? null,
        absent,
        ...(baseline.noComponents !== null && { noComponents: baseline.noComponents }),
        ...samplesFor(body, samples),
      });
      for (const finding of findings.filter(taken(of, cutBy)))
        own.push({ monitor: name, window: index, finding });
    }
    found.push(...own);
    const originIn = originOf({
      ...{ baseline: baseline.profile, window: profile, dimensions },
      binnings: baseline.plan.binning.features,
      findings: own.map(({ finding }) => finding),
    });
    for (const { first } of foldCauses(breachedOf(own), madeOf(baseline))) {
      const origin = originIn(first.finding);
      if (origin !== null) origins.set(first.finding, origin);
    }
  }
  return { findings: found, origins };
}

/** taken: what a monitor of all rows, or of segment values, says of them; a column is not compared within its own values. */
const taken =
  (of: MonitorPlan['of'], cutBy: ReadonlyMap<string, string>) =>
  ({ segment, feature }: Finding): boolean => {
    if (of === undefined) return true;
    return of === 'all' ? segment === ALL_SEGMENT : segment !== ALL_SEGMENT && cutBy.get(segment) !== feature;
  };

import type { BiasSample, MonitorBody, RowSample, Window } from '#libs/contracts';
import type { MonitorInput } from '#libs/monitoring';
import type { FileStore, ProfilePlan } from '#libs/store';

/** Rows of the flip test: time grows with their square. */
const FLIP_ROWS = 2_000;
/** Rows of each side that a classifier learns from. */
const MULTIVARIATE_ROWS = 2_500;

/** Rows of one side, for what profiles cannot tell; only one file is shown at a time, so each side is read in its turn. */
export type Samples = { flips?: BiasSample; rows?: RowSample };
export type Wanted = { flips: boolean; rows: boolean };

/** The flip test reads rows and not profiles, so it is made only where it was chosen or has a limit. */
const wantsFlips = ({ kind, metrics, thresholds, featureThresholds }: MonitorBody): boolean =>
  kind === 'bias' &&
  (metrics?.includes('ft') === true ||
    [thresholds, ...Object.values(featureThresholds)].some(({ ft }) => ft !== undefined));
const wantsRows = ({ kind }: MonitorBody): boolean => kind === 'multivariate_drift';

/** wantedSamples: what any of the monitors reads rows for. */
export const wantedSamples = (bodies: readonly MonitorBody[]): Wanted => ({
  flips: bodies.some(wantsFlips),
  rows: bodies.some(wantsRows),
});

/** readSamples: of the file that is shown. */
export async function readSamples(
  { profiles }: Pick<FileStore, 'profiles'>,
  plan: ProfilePlan,
  { window, wanted }: { window: Window | 'all'; wanted: Wanted },
): Promise<Samples> {
  return {
    ...(wanted.flips && { flips: await profiles.sample(plan, window, FLIP_ROWS) }),
    ...(wanted.rows && { rows: await profiles.rowSample(plan, window, MULTIVARIATE_ROWS) }),
  };
}

/** samplesFor: both sides for one monitor. */
export function samplesFor(
  body: MonitorBody,
  { baseline, window }: { baseline: Samples; window: Samples },
): Pick<MonitorInput, 'sample' | 'rows'> {
  return {
    ...(wantsFlips(body) &&
      baseline.flips &&
      window.flips && { sample: { baseline: baseline.flips, window: window.flips } }),
    ...(wantsRows(body) &&
      baseline.rows &&
      window.rows && { rows: { baseline: baseline.rows, window: window.rows } }),
  };
}

import type { BiasSample, MonitorBody, RowSample, Window } from '#libs/contracts';
import type { ProfilePlan, Profiles } from '../profiles/index.js';

/** Rows of the flip test: time grows with their square. */
const FLIP_ROWS = 2_000;
/** Rows of each side that a classifier learns from. */
const MULTIVARIATE_ROWS = 2_500;

/** Samples: rows of one side, for what no profile can tell. */
export type Samples = { flips?: BiasSample; rows?: RowSample };
/** Which rows are read at all. */
export type WantedSamples = { flips: boolean; rows: boolean };

/** The flip test is made only where it was chosen or has a limit. */
const wantsFlips = ({ kind, metrics, thresholds, featureThresholds }: MonitorBody): boolean =>
  kind === 'bias' &&
  (metrics?.includes('ft') === true ||
    [thresholds, ...Object.values(featureThresholds)].some(({ ft }) => ft !== undefined));
const wantsRows = ({ kind }: MonitorBody): boolean => kind === 'multivariate_drift';

/** wantedSamples: what any of the monitors reads rows for. */
export const wantedSamples = (bodies: readonly MonitorBody[]): WantedSamples => ({
  flips: bodies.some(wantsFlips),
  rows: bodies.some(wantsRows),
});

/** readSamples: of the rows of a plan. */
export async function readSamples(
  profiles: Pick<Profiles, 'sample' | 'rowSample'>,
  plan: ProfilePlan,
  { window, wanted }: { window: Window | 'all'; wanted: WantedSamples },
): Promise<Samples> {
  const [flips, rows] = await Promise.all([
    wanted.flips ? profiles.sample(plan, window, FLIP_ROWS) : null,
    wanted.rows ? profiles.rowSample(plan, window, MULTIVARIATE_ROWS) : null,
  ]);
  return { ...(flips !== null && { flips }), ...(rows !== null && { rows }) };
}

/** Rows of both sides, where a monitor asks for them. */
export type SamplePairs = {
  sample?: { baseline: BiasSample; window: BiasSample };
  rows?: { baseline: RowSample; window: RowSample };
};

/** samplesFor: what one monitor takes of the rows that were read. */
export const samplesFor = (
  body: MonitorBody,
  { baseline, window }: { baseline: Samples; window: Samples },
): SamplePairs => ({
  ...(wantsFlips(body) &&
    window.flips && { sample: { baseline: baseline.flips ?? { rows: [] }, window: window.flips } }),
  ...(wantsRows(body) &&
    window.rows && { rows: { baseline: baseline.rows ?? { columns: [] }, window: window.rows } }),
});

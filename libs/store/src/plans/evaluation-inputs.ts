import {
  ALL_SEGMENT,
  type BiasPlan,
  type BinningBody,
  type Feature,
  type MonitorBody,
  type Profile,
  type ProfileChunk,
  type UncountedSegment,
  type Window,
} from '#libs/contracts';
import type { Selection } from '../profiles/index.js';
import type { Store } from '../store.js';
import { uncountedOf } from './inputs-id.js';
import type { MonitorContext } from './monitor-context.js';
import { readSamples, samplesFor, wantedSamples, type SamplePairs, type Samples } from './samples.js';

/** EvaluationInputs: everything that a monitor's function takes, and the hash that identifies it. */
export type EvaluationInputs = {
  baseline: Profile;
  baselineChunks: ProfileChunk[];
  window: Profile;
  /** When that was, and by which clock. */
  at: Window & { timeZone: string };
  binning: BinningBody;
  features: Feature[];
  settings: MonitorBody;
  bias: BiasPlan | null;
  /** Segments of the monitor that the version cannot be cut by. */
  uncounted: UncountedSegment[];
} & SamplePairs;

/** Whatever a monitor chose, `all` is part of it. */
const segmentsOf = ({ monitor }: MonitorContext): string[] | undefined =>
  monitor.body.segments === null ? undefined : [ALL_SEGMENT, ...monitor.body.segments];

/** Cells that monitors of a kind look at; most of a profile is of no use to any one of them. */
const selectionOf = (context: MonitorContext): Selection => {
  const segments = segmentsOf(context);
  const { kind } = context.monitor.body;
  if (kind === 'bias') return { segments, only: ['facet'] };
  if (kind === 'attribution') return { segments, only: ['attribution'] };
  return { segments, without: ['facet', 'attribution'] };
};

const NO_CELLS: Profile = { cells: [] };

/** BaselineReference: what every window of a monitor is compared with. */
export type BaselineReference = {
  baseline: Profile;
  baselineChunks: ProfileChunk[];
  samples: Samples;
};

/** CutBaseline: which parts of a baseline are like the windows of a monitor, from the rows of its buckets. */
export type CutBaseline = (buckets: readonly { startMs: number; rows: number }[]) => Window[];

/** What is kept of the cells of chunks, in the light of the whole baseline; null: all of it. */
type Condenser = (baseline: Profile) => Selection['keep'];

/** How chunks are read: where they are cut (days when null), and what is kept of their cells (all when null). */
export type ChunkReading = { cut?: CutBaseline | null; condenser?: Condenser | null };

/** loadBaselineProfile: the reference of a context, merged and in chunks; empty when there is no baseline. */
export async function loadBaselineProfile(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext,
  { cut = null, condenser = null }: ChunkReading = {},
): Promise<BaselineReference> {
  if (context.baseline === null) return { baseline: NO_CELLS, baselineChunks: [], samples: {} };
  const { plan, document } = context.baseline;
  const selection = selectionOf(context);
  const baseline = await profiles.read(plan, 'all', selection);
  const chunksOf = async () =>
    profiles.chunks(
      plan,
      'all',
      { ...selection, keep: condenser?.(baseline) ?? null },
      cut === null ? 'day' : cut(await profiles.runs(plan)),
    );
  const wanted = wantedSamples([context.monitor.body]);
  const [baselineChunks, samples] = await Promise.all([
    document.body.hasTime ? chunksOf() : [],
    readSamples(profiles, plan, { window: 'all', wanted }),
  ]);
  return { baseline, baselineChunks, samples };
}

/** loadEvaluationInputs: reads what one window of a monitor needs; `reference` spares a repeated read of the baseline. */
export async function loadEvaluationInputs(
  store: Pick<Store, 'profiles'>,
  context: MonitorContext,
  {
    window,
    reference,
    cut = null,
  }: { window: Window; reference?: BaselineReference; cut?: CutBaseline | null },
): Promise<EvaluationInputs> {
  const { plan, monitor } = context;
  const wanted = wantedSamples([monitor.body]);
  const [{ baseline, baselineChunks, samples }, profile, own] = await Promise.all([
    reference ?? loadBaselineProfile(store, context, { cut }),
    store.profiles.read(plan, window, selectionOf(context)),
    readSamples(store.profiles, plan, { window, wanted }),
  ]);
  const { binning, features, timeZone } = plan;
  return {
    ...{ baseline, baselineChunks, window: profile, at: { ...window, timeZone }, binning, features },
    settings: monitor.body,
    bias: plan.bias ?? null,
    uncounted: uncountedOf(context),
    ...samplesFor(monitor.body, { baseline: samples, window: own }),
  };
}

/** loadComparedProfiles: both sides of one window of a segment, as they are now, for telling and showing; without a context both are empty. */
export async function loadComparedProfiles(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext | null,
  { segment, window }: { segment: string; window: Window },
): Promise<{ baseline: Profile; window: Profile }> {
  if (context === null) return { baseline: NO_CELLS, window: NO_CELLS };
  const [baseline, now] = await Promise.all([
    context.baseline === null ? NO_CELLS : profiles.read(context.baseline.plan, 'all', [segment]),
    profiles.read(context.plan, window, [segment]),
  ]);
  return { baseline, window: now };
}

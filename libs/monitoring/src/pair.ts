import {
  ALL_SEGMENT,
  storedAs,
  type BiasPlan,
  type BiasSample,
  type BinningBody,
  type Feature,
  type FeatureBinning,
  type FeatureCell,
  type MonitorBody,
  type Profile,
  type ProfileCell,
  type ProfileChunk,
  type RowSample,
  type UncountedSegment,
} from '#libs/contracts';
import type { Phase } from '#libs/stats';
import { cellKey } from './merge.js';
import { phaser, type Stretch } from './phase.js';

/** MonitorInput: all that a monitor may look at. Baseline, chunks and window are profiled under the same binning. */
export type MonitorInput = {
  readonly baseline: Profile;
  /** The baseline cut into days; empty when it has no time stamps. */
  readonly baselineChunks: readonly ProfileChunk[];
  readonly window: Profile;
  /** When the window was; without it, cycles of the baseline count as chance. */
  readonly at?: Stretch;
  readonly binning: BinningBody;
  readonly features: readonly Feature[];
  readonly settings: MonitorBody;
  /** How facets are counted; null or absent when the model has none. */
  readonly bias?: BiasPlan | null;
  /** Rows of both sides for the flip test; absent when it was not asked for. */
  readonly sample?: { readonly baseline: BiasSample; readonly window: BiasSample };
  /** Rows of both sides for what profiles cannot tell; absent when nothing of that was asked for. */
  readonly rows?: { readonly baseline: RowSample; readonly window: RowSample };
  /** Why the baseline has no principal components, where that is known. */
  readonly noComponents?: string;
  /** Features whose column the window does not have at all; left out where that cannot be told from columns that are empty, as in events. */
  readonly absent?: ReadonlySet<string>;
  /** Segments that the version cannot be cut by; absent when there are none. */
  readonly uncounted?: readonly UncountedSegment[];
};

/** Side: one feature's (or confusion) cell of a segment value in the baseline as a whole and in its chunks. */
export type Side = {
  readonly baseline: ProfileCell | null;
  readonly chunks: readonly ProfileCell[];
  /** Which chunks of the baseline they are of: those without a row of the segment value have no cell. */
  readonly places: readonly number[];
  /** Where in their cycles the chunks began, as many as there are; empty when that is not known. */
  readonly phases: readonly Phase[];
};

/** Pair: what is compared for one feature of one segment value; the feature is empty for the segment value as a whole. */
export type Pair = Side & {
  readonly segment: string;
  readonly segmentValue: string;
  readonly feature: string;
  readonly type: 'numeric' | 'categorical';
  readonly binning: FeatureBinning | null;
  readonly window: ProfileCell | null;
  /** Where in its cycles the window began; null when that is not known. */
  readonly phase: Phase | null;
  /** Chunks of the baseline that the window spans in time, at least 1. */
  readonly span: number;
  /** The same for `all`, where a small segment value borrows its dispersion from. */
  readonly all: Side & Pick<Pair, 'window'>;
  /** Chunks that the baseline has at all. */
  readonly chunkCount: number;
  readonly settings: MonitorBody;
  /** Whether the window lacks the column; null where an absent column looks like an empty one. */
  readonly isAbsent: boolean | null;
};

/** Whole: the cell that a segment value as a whole is compared by. */
export type Whole = Exclude<ProfileCell['kind'], FeatureCell['kind']>;

/** SegmentValue: who a comparison is about. */
export type SegmentValue = { readonly segment: string; readonly segmentValue: string };

/** segmentValuesOf: what the baseline or the window knows and the monitor watches, `all` first, then by name. */
export function segmentValuesOf({ baseline, window, settings }: MonitorInput): SegmentValue[] {
  const known = new Map<string, SegmentValue>();
  for (const { segment, segmentValue } of [...baseline.cells, ...window.cells]) {
    if (segment !== ALL_SEGMENT && settings.segments !== null && !settings.segments.includes(segment))
      continue;
    known.set(JSON.stringify([segment !== ALL_SEGMENT, segment, segmentValue]), { segment, segmentValue });
  }
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

type Index = ReadonlyMap<string, ProfileCell>;
const indexOf = (cells: readonly ProfileCell[]): Index => new Map(cells.map((cell) => [cellKey(cell), cell]));

/** spanOf: how many chunks fit into a window, by the usual time from one chunk to the next. */
function spanOf(at: Stretch | undefined, chunks: readonly ProfileChunk[]): number {
  const steps = chunks.slice(1).map(({ startMs }, i) => startMs - (chunks[i]?.startMs ?? startMs));
  const usual = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  return at === undefined || usual <= 0 ? 1 : Math.max(1, Math.round((at.endMs - at.startMs) / usual));
}

/** Times: when the window and the chunks were; phases are as many as there are chunks, or none when they are not known. */
export type Times = {
  readonly phase: Phase | null;
  readonly phases: readonly Phase[];
  readonly span: number;
};

/** timesOf: of a monitor's input. A window by count begins and ends at any time of the day. */
export function timesOf({ settings, at: given, baselineChunks }: MonitorInput): Times {
  const at = settings.window.rows === null ? given : undefined;
  const phaseOf = phaser(at);
  return {
    phase: at === undefined ? null : (phaseOf?.(at.startMs) ?? null),
    phases: phaseOf === null ? [] : baselineChunks.map(({ startMs }) => phaseOf(startMs)),
    span: spanOf(at, baselineChunks),
  };
}

/** pairer: looks cells up once for a whole evaluation; the result gives the pair of any feature and segment value. */
export function pairer(
  input: MonitorInput,
  whole: Whole = 'confusion',
): (value: SegmentValue, feature: string) => Pair {
  const [baseline, window] = [indexOf(input.baseline.cells), indexOf(input.window.cells)];
  const chunks = input.baselineChunks.map((chunk) => indexOf(chunk.cells));
  const binnings = new Map(input.binning.features.map((binning) => [binning.feature, binning]));
  const features = new Map(input.features.map((feature) => [feature.name, feature]));
  const all = input.baseline.cells.find((cell) => cell.segment === ALL_SEGMENT);
  const { phase, phases, span } = timesOf(input);
  const side = (key: string): Side => {
    const cells = chunks.map((chunk) => chunk.get(key));
    return {
      baseline: baseline.get(key) ?? null,
      chunks: cells.filter((cell) => cell !== undefined),
      places: cells.flatMap((cell, place) => (cell === undefined ? [] : [place])),
      phases: phases.filter((_, i) => cells[i] !== undefined),
    };
  };
  return ({ segment, segmentValue }, feature) => {
    const binning = binnings.get(feature) ?? null;
    const kind = feature === '' ? whole : 'numeric';
    const key = cellKey({ kind, segment, segmentValue, feature });
    const allKey = cellKey({ kind, segment: ALL_SEGMENT, segmentValue: all?.segmentValue ?? '', feature });
    return {
      ...side(key),
      segment,
      segmentValue,
      feature,
      type: binning?.kind ?? storedAs(features.get(feature)?.type ?? 'categorical'),
      binning,
      window: window.get(key) ?? null,
      phase,
      span,
      all: { ...side(allKey), window: window.get(allKey) ?? null },
      chunkCount: chunks.length,
      settings: input.settings,
      isAbsent: input.absent?.has(feature) ?? null,
    };
  };
}

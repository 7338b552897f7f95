import normal from '@stdlib/stats-base-dists-normal';
import {
  ALL_SEGMENT,
  monitorBodySchema,
  SEGMENT_IN,
  type BinningBody,
  type Feature,
  type NumericCell,
  type ProfileChunk,
} from '#libs/contracts';
import { multinomial } from '#libs/stats';
import type { MonitorInput } from '#libs/monitoring';

/** Series that one evaluation looks at: features × segment values. */
export const SERIES = 100;
const BINS = 20;
/** Share of missing values in normal times. */
export const NULLS = 0.01;

type Random = () => number;

/** random: mulberry32; the same seed gives the same numbers everywhere. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const gauss = (random: Random): number =>
  normal.quantile(Math.min(1 - 1e-12, Math.max(1e-12, random())), 0, 1);

const names = Array.from({ length: SERIES }, (_, i) => `x${i}`);
const edges = Array.from({ length: BINS - 1 }, (_, i) => normal.quantile((i + 1) / BINS, 0, 1));
const features: Feature[] = names.map((name) => ({ name, type: 'numeric', role: 'input' }));
const binning: BinningBody = {
  model: 'm',
  version: '1',
  hash: '0123456789abcdef',
  features: names.map((feature) => ({ feature, kind: 'numeric', edges: [-8, ...edges], max: 8 })),
};
const settings = monitorBodySchema.parse({
  name: 'bench',
  kind: 'drift',
  model: 'm',
  version: '1',
  metrics: ['psi', 'kolmogorov_smirnov'],
  thresholds: { psi: 0 },
});

/** State: where the values of one series lie, in standard deviations, and how many are missing. */
export type State = { readonly level: number; readonly nulls: number };

/** Counts of so many rows of a standard normal variable around a level, bin by bin, drawn without drawing the rows. */
function cellOf(feature: string, rows: number, { level, nulls }: State, random: Random): NumericCell {
  const below = edges.map((edge) => normal.cdf(edge, level, 1));
  const shares = [...below, 1].map((share, i) => (1 - nulls) * Math.max(0, share - (below[i - 1] ?? 0)));
  const [missing = 0, ...counts] = multinomial({ cells: [nulls, ...shares], rows, random }) ?? [];
  return {
    segment: ALL_SEGMENT,
    segmentValue: SEGMENT_IN,
    feature,
    kind: 'numeric',
    rows,
    nulls: missing,
    invalid: 0,
    counts,
    ...{ under: 0, underSum: 0, over: 0, overSum: 0, min: -8, max: 8, sum: 0, sumSquares: 0 },
  };
}

const added = (a: NumericCell, b: NumericCell): NumericCell => ({
  ...a,
  rows: a.rows + b.rows,
  nulls: a.nulls + b.nulls,
  counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)),
});

/** Course: how the level of one series goes on from window to window; each call is the next window. */
type Course = () => number;

/** Scenario: what is stationary about it: days of so many rows, cut into windows, whose levels follow a course. */
export type Scenario = {
  readonly name: string;
  readonly what: string;
  /** Windows of the baseline, and rows of each of the windows that follow each other in turn. */
  readonly baselineWindows: number;
  readonly rows: readonly number[];
  readonly course: (random: Random) => Course;
};

const DAY_ROWS = 1_000;
/** Levels wander from day to day by a tenth of a standard deviation: three times what chance does to the mean of 1,000 rows. */
const WANDERING = 0.1;
const PERSISTENCE = 0.7;

function autocorrelated(random: Random): Course {
  let level = WANDERING * gauss(random);
  const innovation = WANDERING * Math.sqrt(1 - PERSISTENCE ** 2);
  return () => (level = PERSISTENCE * level + innovation * gauss(random));
}

/** Levels of the quarters of a day. */
const CYCLE = [-0.3, 0, 0.3, 0];

function cyclic(): Course {
  let at = -1;
  return () => {
    at = (at + 1) % CYCLE.length;
    return CYCLE[at] ?? 0;
  };
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'independent',
    what: '30 days of 1,000 independent rows, daily windows',
    baselineWindows: 30,
    rows: [DAY_ROWS],
    course: () => () => 0,
  },
  {
    name: 'autocorrelated',
    what: 'the same, the mean of a day wanders by 0.1 σ (AR(1), 0.7)',
    baselineWindows: 30,
    rows: [DAY_ROWS],
    course: autocorrelated,
  },
  {
    name: 'daily cycle',
    what: '30 days, windows of 6 hours with 300, 600, 900 and 600 rows, means −0.3, 0, 0.3 and 0 σ',
    baselineWindows: 120,
    rows: [300, 600, 900, 600],
    course: cyclic,
  },
];

/** World: a baseline and the windows that come after it. */
export type World = { readonly next: (change?: (series: number, state: State) => State) => MonitorInput };

/** worldOf: every series has a course of its own, of which the baseline is the first part. */
export function worldOf({ baselineWindows, rows, course }: Scenario, random: Random): World {
  const courses = names.map(() => course(random));
  let at = -1;
  const cells = (change: (series: number, state: State) => State): NumericCell[] => {
    at += 1;
    const count = rows[at % rows.length] ?? DAY_ROWS;
    return names.map((name, series) => {
      const state = { level: courses[series]?.() ?? 0, nulls: NULLS };
      return cellOf(name, count, change(series, state), random);
    });
  };
  const same = (_: number, state: State) => state;
  const chunks: ProfileChunk[] = Array.from({ length: baselineWindows }, (_, startMs) => ({
    startMs,
    cells: cells(same),
  }));
  const whole = chunks
    .map((chunk) => chunk.cells as NumericCell[])
    .reduce((sums, part) => sums.map((sum, i) => added(sum, part[i] ?? sum)));
  return {
    next: (change = same) => ({
      baseline: { cells: whole },
      baselineChunks: chunks,
      window: { cells: cells(change) },
      binning,
      features,
      settings,
    }),
  };
}

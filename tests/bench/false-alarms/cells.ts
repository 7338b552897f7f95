import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import {
  ALL_SEGMENT,
  monitorBodySchema,
  SEGMENT_IN,
  type BinningBody,
  type Feature,
  type NumericCell,
} from '#libs/contracts';
import type { MonitorInput } from '#libs/monitoring';

/** Series that one evaluation looks at: features × segment values. */
export const SERIES = 100;
export const BINS = 20;

export const names = Array.from({ length: SERIES }, (_, i) => `x${i}`);
/** Inner edges: bins of equal mass of a standard normal variable. */
export const edges = Array.from({ length: BINS - 1 }, (_, i) => normalQuantile((i + 1) / BINS, 0, 1));

const features: Feature[] = names.map((name) => ({ name, type: 'numeric', role: 'input' }));
const binning: BinningBody = {
  model: 'm',
  version: '1',
  hash: '0123456789abcdef',
  features: names.map((feature) => ({ feature, kind: 'numeric', edges: [-8, ...edges], max: 8 })),
};
/** watched: what of a monitor's input is the same for all windows of so long. */
export const watched = (every: string): Pick<MonitorInput, 'binning' | 'features' | 'settings'> => ({
  binning,
  features,
  settings: monitorBodySchema.parse({
    name: 'bench',
    kind: 'drift',
    model: 'm',
    version: '1',
    metrics: ['psi', 'kolmogorov_smirnov'],
    thresholds: { psi: 0 },
    window: { every },
  }),
});

/** cellOf: missing values and rows per bin as a cell. */
export function cellOf(feature: string, [nulls = 0, ...counts]: readonly number[]): NumericCell {
  return {
    segment: ALL_SEGMENT,
    segmentValue: SEGMENT_IN,
    feature,
    kind: 'numeric',
    rows: counts.reduce((total, count) => total + count, nulls),
    nulls,
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

/** merged: the cells of all parts, series by series. */
export const merged = (parts: readonly (readonly NumericCell[])[]): NumericCell[] =>
  parts.reduce<NumericCell[]>(
    (sums, part) => (sums.length === 0 ? [...part] : sums.map((sum, i) => added(sum, part[i] ?? sum))),
    [],
  );

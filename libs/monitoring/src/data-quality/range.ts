import type { FeatureBinning, FeatureCell, NumericCell } from '#libs/contracts';
import type { Comparable } from '../gate.js';

/** Share: what is certain, and how much more it may be because a bin is cut by a bound. */
export type Share = { readonly value: number; readonly resolution: number };

type Bounds = Comparable['settings']['ranges'][string];
type NumericBinning = Extract<FeatureBinning, { kind: 'numeric' }>;
type Stretch = { readonly from: number; readonly to: number; readonly count: number };

function stretches(cell: NumericCell, { edges, max }: NumericBinning): Stretch[] {
  return [
    { from: -Infinity, to: edges[0] ?? max, count: cell.under },
    ...edges.map((from, i) => ({ from, to: edges[i + 1] ?? max, count: cell.counts[i] ?? 0 })),
    { from: max, to: Infinity, count: cell.over },
  ];
}

/** outsideRange: the share of rows with a value outside of bounds that people set; null where there are none for this feature. */
export function outsideRange(cell: FeatureCell, { settings, feature, binning }: Comparable): Share | null {
  const bounds: Bounds | undefined = Object.hasOwn(settings.ranges, feature)
    ? settings.ranges[feature]
    : undefined;
  if (bounds === undefined || cell.kind !== 'numeric' || binning.kind !== 'numeric') return null;
  const { from = -Infinity, to = Infinity } = bounds;
  if (cell.min === null || cell.max === null || (cell.min >= from && cell.max <= to)) {
    return { value: 0, resolution: 0 };
  }
  let [certain, unsure] = [0, 0];
  for (const stretch of stretches(cell, binning)) {
    const [low, high] = [Math.max(stretch.from, cell.min), Math.min(stretch.to, cell.max)];
    if (high < from || low > to) certain += stretch.count;
    else if (low < from || high > to) unsure += stretch.count;
  }
  // An extreme beyond the bounds is one row for certain.
  const least = Math.max(certain, (cell.min < from ? 1 : 0) + (cell.max > to ? 1 : 0));
  return { value: least / cell.rows, resolution: Math.max(0, certain + unsure - least) / cell.rows };
}

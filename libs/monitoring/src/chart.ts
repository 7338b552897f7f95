import type { AlertChart, FeatureBinning } from '#libs/contracts';
import { coarseCounts, coarseLabel, coarsen, type FeatureCell } from './coarsen.js';

const total = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** ComparedCells: both cells of a feature of one segment value, under one binning. */
export type ComparedCells = {
  readonly baseline: FeatureCell;
  readonly window: FeatureCell;
  readonly binning: FeatureBinning;
};

/**
 * chartOf: the shares of baseline and window in the cells that drift is measured in, labelled for people; cells that are empty on
 * both sides and have no bins (missing, wrong type, new values) are left out.
 */
export function chartOf({ baseline, window, binning }: ComparedCells): Pick<AlertChart, 'kind' | 'cells'> {
  const plan = coarsen(baseline, binning);
  const [before, now] = [coarseCounts(baseline, plan, binning), coarseCounts(window, plan, binning)];
  const share = (counts: readonly number[], i: number) => (counts[i] ?? 0) / Math.max(1, total(counts));
  const cells = plan.map((cell, i) => ({
    label: coarseLabel(cell, binning),
    baseline: share(before, i),
    window: share(now, i),
    shown: cell.kind === 'values' || (before[i] ?? 0) + (now[i] ?? 0) > 0,
  }));
  return {
    kind: binning.kind,
    cells: cells
      .filter(({ shown }) => shown)
      .map(({ label, ...shares }) => ({ label, baseline: shares.baseline, window: shares.window })),
  };
}

import type { AttributionCell } from '#libs/contracts';

const CELLS = 10;

/** cellsOf: for each bin of |φ| the cell that it belongs to: about ten of equal mass in the baseline. */
export function cellsOf({ counts }: AttributionCell): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  let before = 0;
  return counts.map((count) => {
    const cell = total === 0 ? 0 : Math.min(CELLS - 1, Math.floor((CELLS * (before + count / 2)) / total));
    before += count;
    return cell;
  });
}

/** countsIn: rows per cell, and those whose attribution is no number. */
export function countsIn({ counts, invalid }: AttributionCell, cells: readonly number[]): number[] {
  const sums = new Array<number>(CELLS + 1).fill(0);
  for (const [bin, count] of counts.entries()) {
    const cell = cells[bin] ?? 0;
    sums[cell] = (sums[cell] ?? 0) + count;
  }
  sums[CELLS] = invalid;
  return sums;
}

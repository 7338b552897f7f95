import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { sum } from './shares.js';
import type { Limits } from './wilson.js';

/** A step of this part of a cell: small against the curve, large against rounding. */
const STEP = 1e-4;

/** CellStatistic: a number from the cell counts of one or more independent samples; does not depend on their sizes. */
export type CellStatistic = (samples: readonly (readonly number[])[]) => number | null;

/** gradient: ∂ statistic / ∂ count of every cell of one sample, by central differences; empty cells do not vary and get 0. */
function gradient(
  statistic: CellStatistic,
  samples: readonly (readonly number[])[],
  index: number,
): number[] | null {
  const cells = samples[index] ?? [];
  const slopes = cells.map((count, cell) => {
    if (!(count > 0)) return 0;
    const step = count * STEP;
    const moved = (by: number) =>
      statistic(samples.map((own, i) => (i === index ? own.map((c, j) => (j === cell ? c + by : c)) : own)));
    const [up, down] = [moved(step), moved(-step)];
    return up === null || down === null ? null : (up - down) / (2 * step);
  });
  return slopes.every((slope) => slope !== null) ? slopes : null;
}

/**
 * deltaInterval: value ± z·se with se from the delta method for multinomial cells, se² = Σ over samples of Σ nᵢ gᵢ² − (Σ nᵢ gᵢ)² / n
 * (Agresti, Categorical Data Analysis, 16.1.4). Symmetric, so it fits statistics that are smooth and nearly normal at this size.
 * On n / deff rows. Null when the statistic has no value here or next to here, or a sample is empty.
 */
export function deltaInterval({
  samples,
  statistic,
  level = 0.95,
  deff = 1,
}: {
  readonly samples: readonly (readonly number[])[];
  readonly statistic: CellStatistic;
  readonly level?: number;
  readonly deff?: number;
}): Limits | null {
  const value = statistic(samples);
  if (value === null) return null;
  let variance = 0;
  for (const [index, cells] of samples.entries()) {
    const slopes = gradient(statistic, samples, index);
    const rows = sum(cells);
    if (slopes === null || !(rows > 0)) return null;
    const total = sum(cells.map((count, i) => count * (slopes[i] ?? 0)));
    variance += sum(cells.map((count, i) => count * (slopes[i] ?? 0) ** 2)) - (total * total) / rows;
  }
  const half = normalQuantile((1 + level) / 2, 0, 1) * Math.sqrt(deff * Math.max(0, variance));
  return Number.isFinite(half) ? { low: value - half, high: value + half } : null;
}

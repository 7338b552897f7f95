import type { NumericBinning } from '#libs/contracts';

/** The sample's quantiles come at this many levels and both ends: ten levels are one hundredth of the rows. */
export const QUANTILE_LEVELS = 1_000;
const LEVELS_PER_BIN = 10;

const buffer = new DataView(new ArrayBuffer(8));

/** The next larger Float64 of a finite number. */
export function nextAfter(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  buffer.setFloat64(0, value);
  buffer.setBigUint64(0, buffer.getBigUint64(0) + (value > 0 ? 1n : -1n));
  return buffer.getFloat64(0);
}

type Run = { value: number; levels: number };

function runsOf(ascending: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const quantile of ascending) {
    const value = quantile === 0 ? 0 : quantile; // -0 is 0
    const last = runs.at(-1);
    if (last?.value === value) last.levels += 1;
    else runs.push({ value, levels: 1 });
  }
  return runs;
}

/**
 * numericEdges: about 100 bins of equal frequency from the quantiles of a sample (ascending, at QUANTILE_LEVELS + 1 levels). A value that
 * holds a hundredth of the rows has a bin of its own, [v, nextAfter(v)), and what lies between it and the next edge another. The first edge
 * is `min` and the last bin ends with `max`, both of all rows. Without any value there is one bin, which holds 0.
 */
export function numericEdges(
  quantiles: readonly number[],
  { min, max }: { min: number; max: number },
): Pick<NumericBinning, 'edges' | 'max'> {
  if (quantiles.length === 0) return { edges: [0], max: 0 };
  const edges = new Set([min === 0 ? 0 : min]);
  let levels = 0;
  for (const run of runsOf(quantiles)) {
    const isAtom = run.levels >= LEVELS_PER_BIN;
    if (isAtom || levels >= LEVELS_PER_BIN) {
      edges.add(run.value);
      levels = 0;
    }
    if (isAtom) edges.add(nextAfter(run.value));
    else levels += run.levels;
  }
  return { edges: [...edges].filter((edge) => edge <= max).sort((a, b) => a - b), max };
}

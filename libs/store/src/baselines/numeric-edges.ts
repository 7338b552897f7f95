import type { NumericBinning } from '#libs/contracts';

/** A larger sample is thinned to so many points at equal distances, both ends included: ten of them are one hundredth of the rows. */
export const SAMPLE_POINTS = 1_001;
const BINS = 100;

const buffer = new DataView(new ArrayBuffer(8));

/** The next larger Float64 of a finite number. */
export function nextAfter(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  buffer.setFloat64(0, value);
  buffer.setBigUint64(0, buffer.getBigUint64(0) + (value > 0 ? 1n : -1n));
  return buffer.getFloat64(0);
}

type Run = { value: number; points: number };

function runsOf(ascending: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const point of ascending) {
    const value = point === 0 ? 0 : point; // -0 is 0
    const last = runs.at(-1);
    if (last?.value === value) last.points += 1;
    else runs.push({ value, points: 1 });
  }
  return runs;
}

/**
 * numericEdges: about 100 bins of equal frequency from an ordered sample. A value that holds a hundredth of it has a bin of its own,
 * [v, nextAfter(v)), and what lies between it and the next edge another. The first edge is `min` and the last bin ends with `max`, both of
 * all rows. Without any value there is one bin, which holds 0.
 */
export function numericEdges(
  sample: readonly number[],
  { min, max, bins = BINS }: { min: number; max: number; bins?: number },
): Pick<NumericBinning, 'edges' | 'max'> {
  if (sample.length === 0) return { edges: [0], max: 0 };
  const edges = new Set([min === 0 ? 0 : min]);
  const perBin = (sample.length - 1) / bins;
  let points = 0;
  for (const run of runsOf(sample)) {
    const isAtom = run.points >= perBin;
    if (isAtom || points >= perBin) {
      edges.add(run.value);
      points = 0;
    }
    if (isAtom) edges.add(nextAfter(run.value));
    else points += run.points;
  }
  return { edges: [...edges].filter((edge) => edge <= max).sort((a, b) => a - b), max };
}

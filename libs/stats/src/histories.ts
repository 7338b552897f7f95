import { chunksAgainstRest, type DesignEffectInput } from './design-effect.js';
import { multinomial, type Random } from './multinomial.js';
import { sum, type TwoSamples } from './shares.js';

/** CellMetric: any metric over aligned cells; null where it has no value. */
type CellMetric = (samples: TwoSamples) => number | null;

const values = (list: readonly (number | null)[]): number[] => list.filter((value) => value !== null);

/**
 * chunkHistory: what a metric is between each chunk of a baseline (a day, as a rule) and all its other chunks: the variation that
 * is normal, for a limit by `quantileLimit` or `deviationLimit`. Chunks with too few rows and chunks without a rest give nothing.
 */
export function chunkHistory({
  metric,
  ...input
}: Omit<DesignEffectInput, 'minChunks'> & { readonly metric: CellMetric }): number[] {
  return values(
    chunksAgainstRest(input).map(({ chunk, rest }) =>
      sum(rest) > 0 ? metric({ baseline: rest, window: chunk }) : null,
    ),
  );
}

/**
 * resampledHistory: the same for a baseline without time stamps, by parametric bootstrap (Efron & Tibshirani, An Introduction to the
 * Bootstrap, 6.5): baseline and a window of `windowRows` are both drawn from the baseline's shares, `times` times, because the real
 * baseline is a sample too. Rows are independent here, so days that differ from each other are not in it: the limit is a lower bound.
 * `deff` ≥ 1 draws n / deff rows. Seeded by `random`. Empty when the baseline is empty.
 */
export function resampledHistory({
  baseline,
  windowRows,
  metric,
  random,
  times = 200,
  deff = 1,
}: {
  readonly baseline: readonly number[];
  readonly windowRows: number;
  readonly metric: CellMetric;
  readonly random: Random;
  readonly times?: number;
  readonly deff?: number;
}): number[] {
  const drawn = (rows: number) => multinomial({ cells: baseline, rows: Math.round(rows / deff), random });
  const history = Array.from({ length: times }, () => {
    const [before, now] = [drawn(sum(baseline)), drawn(windowRows)];
    return before === null || now === null ? null : metric({ baseline: before, window: now });
  });
  return values(history);
}

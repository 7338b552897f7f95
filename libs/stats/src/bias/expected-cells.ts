import { biasMetrics, type BiasMetric, type BiasMetricName } from './bias-metrics.js';
import type { FacetCounts, Facets } from './facets.js';
import { rateOf } from './rates.js';

/** LEAST_EXPECTED: below this many rows in a contributing cell intervals do not hold their level: not enough data. */
export const LEAST_EXPECTED = 10;

const rowsOf = ({ confusion: { tp, fp, tn, fn } }: FacetCounts): number => tp + fp + tn + fn;

/** expected: rows per cell that a side of this size would have with the shares of the reference. */
function expected(metric: BiasMetric, counts: FacetCounts, reference: FacetCounts): number[] {
  if (metric.rates.length > 0) {
    return metric.rates.flatMap((rate) => {
      const [{ trials }, known] = [rateOf(counts, rate), rateOf(reference, rate)];
      const share = known.trials > 0 ? known.successes / known.trials : 0;
      return [trials * share, trials * (1 - share)];
    });
  }
  const [rows, all] = [rowsOf(counts), rowsOf(reference)];
  return all > 0 ? metric.cells(reference).map((count) => (rows * count) / all) : [0];
}

/**
 * smallestExpectedCell: the fewest rows that a cell behind the metric is expected to hold on either side, to be compared with
 * {@link LEAST_EXPECTED}. Expected by the baseline's shares at the window's size, so that a side of which nobody is accepted any
 * more is a finding and not a lack of data; what was counted counts too, where it is more. On n / deff rows.
 */
export function smallestExpectedCell({
  name,
  facets,
  baseline,
  deff = 1,
}: {
  readonly name: BiasMetricName;
  readonly facets: Facets<FacetCounts>;
  readonly baseline?: Facets<FacetCounts> | undefined;
  readonly deff?: number;
}): number {
  const metric = biasMetrics[name];
  const of = (side: keyof Facets<unknown>) => {
    const counted = metric.cells(facets[side]);
    if (baseline === undefined || name === 'ci') return counted;
    const likely = expected(metric, facets[side], baseline[side]);
    return counted.map((count, i) => Math.max(count, likely[i] ?? 0));
  };
  return Math.min(...of('favoured'), ...of('disfavoured')) / deff;
}

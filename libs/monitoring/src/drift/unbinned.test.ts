import { describe, expect, it } from 'vitest';
import { driftMetrics, type Finding, type MetricName, type NumericBinning } from '#libs/contracts';
import { binningOf, monitorBody, numericCell } from '../../../../tests/fixtures/monitoring/cells.js';
import reference from '../../../../tests/fixtures/stats/unbinned.json' with { type: 'json' };
import { evaluate } from '../evaluate.js';

type Case = (typeof reference.cases)[number];

function findingsOf({ edges, max, baseline, window }: Case): Finding[] {
  const binning: NumericBinning = { feature: 'x', kind: 'numeric', edges, max };
  return evaluate({
    baseline: { cells: [numericCell(binning, baseline)] },
    baselineChunks: [],
    window: { cells: [numericCell(binning, window)] },
    binning: binningOf([binning]),
    features: [{ name: 'x', type: 'numeric', role: 'input' }],
    settings: monitorBody({ metrics: [...driftMetrics], minRows: 1 }),
  });
}

/** How far a value from about 100 bins may be from that on rows, as docs/statistics.md says. */
const ERROR: Partial<Record<MetricName, (finding: Finding, expected: number) => number>> = {
  psi: (_, expected) => Math.max(0.005, 0.05 * expected),
  kullback_leibler: (_, expected) => Math.max(0.005, 0.05 * expected),
  jensen_shannon: () => 0.005,
  hellinger: () => 0.005,
  l_infinity: ({ resolution }) => resolution!,
  l_infinity_robust: ({ resolution }) => resolution!,
  kolmogorov_smirnov: ({ resolution }) => resolution!,
  wasserstein: ({ resolution }) => resolution!,
  wasserstein_normalised: ({ resolution }) => resolution!,
  cramer_von_mises: (_, expected) => 0.1 * expected,
  anderson_darling: (_, expected) => 0.1 * expected,
  mean_shift: () => 0,
  std_shift: () => 0,
  quantile_shift: ({ resolution }) => resolution!,
};
/** Sums of thousands of numbers, in another order. */
const ROUNDING = 1e-9;
/** What is read from cells or sums says that it is exact: of these cells, or at all. */
const WITH_RESOLUTION: MetricName[] = [
  'l_infinity',
  'l_infinity_robust',
  'kolmogorov_smirnov',
  'wasserstein',
  'wasserstein_normalised',
  'quantile_shift',
];

describe.each(reference.cases)('$name', (c) => {
  const findings = findingsOf(c);

  it.each(findings)('$metric is as near to the value on rows as it says', (finding) => {
    const expected = (c.expected as Partial<Record<MetricName, number>>)[finding.metric]!;
    // Which of five quantiles moved furthest can hang on less than the resolution; how far cannot.
    const distance =
      finding.metric === 'quantile_shift'
        ? Math.abs(finding.value!) - Math.abs(expected)
        : finding.value! - expected;
    const allowed = ERROR[finding.metric]!(finding, expected);
    expect(Math.abs(distance)).toBeLessThanOrEqual(allowed + ROUNDING);
  });

  it('says its resolution where the bins have one', () => {
    const told = findings.filter(({ resolution }) => resolution !== null).map(({ metric }) => metric);
    expect(told.toSorted()).toEqual(WITH_RESOLUTION.toSorted());
    expect(findings.every(({ variant }) => variant !== '')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import type { MetricName, NumericBinning } from '#libs/contracts';
import { binningOf, monitorBody, numericCell } from '../../../../tests/fixtures/monitoring/cells.js';
import reference from '../../../../tests/fixtures/stats/tails.json' with { type: 'json' };
import { evaluate } from '../evaluate.js';

type Rows = { edges: number[]; max: number; baseline: number[] };

function findingOf(metric: MetricName, { edges, max, baseline }: Rows, window: readonly number[]) {
  const binning: NumericBinning = { feature: 'x', kind: 'numeric', edges, max };
  const [finding] = evaluate({
    baseline: { cells: [numericCell(binning, baseline)] },
    baselineChunks: [],
    window: { cells: [numericCell(binning, window)] },
    binning: binningOf([binning]),
    features: [{ name: 'x', type: 'numeric', role: 'input' }],
    settings: monitorBody({ metrics: [metric], minRows: 1 }),
  });
  return finding!;
}

describe.each(reference.tenths)('$name', (c) => {
  it.each([
    ['psi', `${c.cells}-cells`],
    ['jensen_shannon', `base2-distance-${c.cells}-cells`],
  ] as const)('%s is read from %s: as many as tenths of the rows can be cut', (metric, variant) => {
    expect(findingOf(metric, c, c.window).variant).toBe(variant);
  });

  it('has the PSI of exact tenths', () => {
    const { value } = findingOf('psi', c, c.window);
    expect(Math.abs(value! - c.psi)).toBeLessThanOrEqual(Math.max(0.005, 0.05 * c.psi));
  });
});

describe.each(reference.tails)('heavy tails: $name', (c) => {
  it.each(c.changes)('$name: within 3 % of the distance on rows, and within its resolution', (change) => {
    const { above, times, plus } = change;
    const window = c.window.map((x) => (above === null || x > above ? x * times + plus : x));
    const { value, resolution } = findingOf('wasserstein', c, window);
    const error = Math.abs(value! - change.wasserstein);
    expect(error / change.wasserstein).toBeLessThan(0.03);
    expect(error).toBeLessThanOrEqual(resolution! + 1e-9);
    expect(resolution! / c.std).toBeLessThan(0.15);
  });
});

import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/peers.json' with { type: 'json' };
import { chiSquaredTwoSample } from './chi-squared-two-sample.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { hellinger } from './hellinger.js';
import { jensenShannon } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { lInfinity } from './l-infinity.js';
import { psi } from './psi.js';
import { wasserstein } from './wasserstein.js';

const hasEmptyCell = ({ baseline, window }: { baseline: number[]; window: number[] }) =>
  [...baseline, ...window].includes(0);

describe.each(reference.categorical)('the same categories in other tools: $name', (c) => {
  it('as Evidently says', () => {
    // Evidently scales shares back after lifting empty cells to the floor; we do not.
    const digits = hasEmptyCell(c) ? 3 : 9;
    expect(psi(c)).toBeCloseTo(c.evidently.psi, digits);
    expect(kullbackLeibler(c)).toBeCloseTo(c.evidently.kullbackLeibler, digits);
    expect(hellinger(c)).toBeCloseTo(c.evidently.hellinger, 9);
    expect(jensenShannon(c)! * Math.sqrt(Math.LN2)).toBeCloseTo(c.evidently.jensenShannonNats, 9);
  });

  it('as NannyML says', () => {
    expect(hellinger(c)).toBeCloseTo(c.nannyml.hellinger, 9);
    expect(jensenShannon(c)).toBeCloseTo(c.nannyml.jensenShannon, 9);
    expect(lInfinity(c)).toBeCloseTo(c.nannyml.lInfinity, 12);
    // For two cells NannyML takes off Yates' correction.
    if (c.baseline.length > 2) expect(chiSquaredTwoSample(c)!.statistic).toBeCloseTo(c.nannyml.chiSquared, 8);
  });
});

describe.each(reference.numeric)('the same numbers in other tools: $name', (c) => {
  const edges = [...new Set([...c.baseline, ...c.window])].sort((a, b) => a - b);
  const counts = (values: readonly number[]) => {
    const bins = edges.map(() => 0);
    for (const value of values) {
      const bin = edges.indexOf(value);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return bins;
  };
  const samples = { baseline: counts(c.baseline), window: counts(c.window) };

  it('as Evidently says', () => {
    expect(cramerVonMises(samples)!.p).toBeCloseTo(c.evidently.cramerVonMisesP, 4);
  });

  it('as NannyML says', () => {
    const exact = edges.map(() => true);
    expect(kolmogorovSmirnov({ ...samples, exact })!.distance).toBeCloseTo(c.nannyml.kolmogorovSmirnov, 12);
    const binned = (own: number[]) => ({ counts: own, under: 0, underSum: 0, over: 0, overSum: 0 });
    const sides = { baseline: binned(samples.baseline), window: binned(samples.window) };
    const { distance, resolution } = wasserstein({ edges, max: edges.at(-1)!, ...sides })!;
    expect(Math.abs(distance - c.nannyml.wasserstein)).toBeLessThanOrEqual(resolution);
    expect(resolution).toBeLessThan(0.1);
  });
});

import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import { benjaminiHochberg } from './benjamini-hochberg.js';
import { benjaminiYekutieli } from './benjamini-yekutieli.js';
import { criticalFactor, robustDistance } from './l-infinity.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { multinomial } from './multinomial.js';
import { twoProportionTest } from './two-proportions.js';

const RUNS = 2_000;
const MOST = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / RUNS);
const rejected = (test: () => boolean) => Array.from({ length: RUNS }, test).filter(Boolean).length / RUNS;

describe('tests reject a true hypothesis no more often than 5 %, for unequal sizes', () => {
  it.each(['two-sided', 'less', 'greater'] as const)('twoProportionTest, %s', (alternative) => {
    const random = generator(41);
    const side = (trials: number) => {
      const [successes = 0] = multinomial({ cells: [0.3, 0.7], rows: trials, random })!;
      return { successes, trials };
    };
    const share = rejected(
      () => twoProportionTest({ baseline: side(900), window: side(130), alternative })!.p <= 0.05,
    );
    expect(share).toBeLessThan(MOST);
    expect(share).toBeGreaterThan(0.03);
  });

  it('a robust distance above 0 with c from alpha', () => {
    const random = generator(47);
    const cells = Array<number>(100).fill(1);
    const exact = cells.map(() => true);
    const share = rejected(() => {
      const drawn = (rows: number) => multinomial({ cells, rows, random })!;
      const { distance } = kolmogorovSmirnov({ baseline: drawn(800), window: drawn(150), exact })!;
      return robustDistance({ distance, baselineRows: 800, windowRows: 150, alpha: 0.05 })! > 0;
    });
    expect(share).toBeLessThan(MOST);
    expect(share).toBeGreaterThan(0.02);
    expect(criticalFactor(0.05)).toBeCloseTo(1.3581, 4);
  });
});

it('Benjamini–Yekutieli keeps the false discovery rate where tests pull against each other', () => {
  const random = generator(53);
  const family = () => {
    // Half of the family falls when the other half rises, on top of noise of their own.
    const common = normalQuantile(random() || 0.5, 0, 1);
    return Array.from({ length: 20 }, (_, i) => {
      const own = normalQuantile(random() || 0.5, 0, 1);
      return normalCdf((i % 2 === 0 ? 0.8 : -0.8) * common + 0.6 * own, 0, 1);
    });
  };
  const families = Array.from({ length: RUNS }, family);
  // Without any true effect every discovery is false, so the rate is the share of families with one.
  const wrong = (adjust: (ps: readonly number[]) => number[]) =>
    families.filter((ps) => adjust(ps).some((q) => q <= 0.05)).length / RUNS;
  expect(wrong(benjaminiYekutieli)).toBeLessThan(MOST);
  expect(wrong(benjaminiYekutieli)).toBeLessThan(wrong(benjaminiHochberg));
});

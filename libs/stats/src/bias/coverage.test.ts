import { describe, expect, it } from 'vitest';
import { generator } from '../../../../tests/fixtures/stats/random.js';
import { multinomial } from '../multinomial.js';
import { biasMetrics } from './bias-metrics.js';
import { facetCounts, type Facets, type FacetCounts } from './facets.js';
import { countFlips, flipTest, flipTestInterval, type FlipRow } from './flip-test.js';
import { generalizedEntropy, generalizedEntropyInterval } from './generalized-entropy.js';

const DRAWS = 1_000;
const facetsOf = (counts: readonly number[]): Facets<FacetCounts> => {
  const [a, b, c, d, e, f, g, h] = counts as [number, number, number, number, number, number, number, number];
  return {
    favoured: facetCounts({ tp: a, fp: b, tn: c, fn: d }),
    disfavoured: facetCounts({ tp: e, fp: f, tn: g, fn: h }),
  };
};
/** Two sides of unequal size that are treated differently: expected rows of 300. */
const WORLD = [90, 28, 54, 28, 25, 13, 42, 20];
const shareHit = (hits: number, most = 0.97) => {
  expect(hits / DRAWS).toBeGreaterThan(0.93);
  expect(hits / DRAWS).toBeLessThan(most);
};
/** Without a direction, values near neutral are covered from both sides, and equalised odds joins two intervals. */
const isUnsigned = (name: string) => name.endsWith('_difference') || name.endsWith('_ratio');

describe('nominal 95 % intervals hold the true value about that often', () => {
  it.each(Object.entries(biasMetrics))('%s', (name, metric) => {
    const random = generator(77);
    const truth = metric.measure(facetsOf(WORLD)).value!;
    let hits = 0;
    for (let i = 0; i < DRAWS; i++) {
      const interval = metric.interval(facetsOf(multinomial({ cells: WORLD, rows: 300, random })!));
      if (interval !== null && interval.low <= truth && truth <= interval.high) hits++;
    }
    shareHit(hits, isUnsigned(name) ? 1 : 0.97);
  });

  it('generalised entropy, at 2,000 rows', () => {
    const random = generator(78);
    const cells = [800, 200, 700, 300];
    const of = (counts: readonly number[]) => {
      const [tp = 0, fp = 0, tn = 0, fn = 0] = counts;
      return { tp, fp, tn, fn };
    };
    const truth = generalizedEntropy(of(cells)).value!;
    let hits = 0;
    for (let i = 0; i < DRAWS; i++) {
      const interval = generalizedEntropyInterval(of(multinomial({ cells, rows: 2_000, random })!))!;
      if (interval.low <= truth && truth <= interval.high) hits++;
    }
    shareHit(hits);
  });

  it('flip test, for the favoured rows that it was given', () => {
    const random = generator(79);
    const favoured: FlipRow[] = Array.from({ length: 30 }, (_, i) => ({ features: [i], positive: i >= 10 }));
    const draw = () => {
      const x = random() * 30;
      return { features: [x], positive: random() < (x >= 10 ? 0.7 : 0.1) };
    };
    const drawn = (rows: number) =>
      countFlips({ favoured, disfavoured: Array.from({ length: rows }, draw), random });
    const truth = flipTest(drawn(100_000)).value!;
    let hits = 0;
    for (let i = 0; i < DRAWS; i++) {
      const interval = flipTestInterval(drawn(120))!;
      if (interval.low <= truth && truth <= interval.high) hits++;
    }
    shareHit(hits);
  });
});

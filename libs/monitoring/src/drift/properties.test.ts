import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftMetrics, type Feature, type Finding, type MetricName, type Profile } from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  monitorBody,
  numericBinning,
  numericCell,
} from '../../../../tests/fixtures/monitoring/cells.js';
import { evaluate } from '../evaluate.js';
import { mergeProfiles } from '../merge.js';

const amount = numericBinning('amount', 0, 100, 20);
const plan = categoricalBinning('plan', ['free', 'pro', 'team', 'trial']);
const features: Feature[] = [
  { name: 'amount', type: 'numeric', role: 'input' },
  { name: 'plan', type: 'categorical', role: 'input' },
];
const settings = monitorBody({ metrics: [...driftMetrics], minRows: 1 });

/** One row: a number with atoms, gaps, wrong types and values beyond the bins, and a category. Quarters add up exactly. */
const row = fc.record({
  amount: fc.oneof(
    fc.integer({ min: -80, max: 480 }).map((quarters) => quarters / 4),
    fc.constantFrom(50, null, 'invalid' as const),
  ),
  plan: fc.constantFrom('free', 'pro', 'team', 'trial', 'new'),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;
const rows = fc.array(row, { minLength: 2, maxLength: 120 });

const profileOf = (list: readonly Row[]): Profile => ({
  cells: [
    numericCell(
      amount,
      list.map((each) => each.amount),
    ),
    categoricalCell(
      plan,
      Object.fromEntries(
        [...Map.groupBy(list, (each) => each.plan)].map(([name, group]) => [name, group.length]),
      ),
    ),
  ],
});
const compare = (baseline: Profile, window: Profile): Finding[] =>
  evaluate({ baseline, baselineChunks: [], window, binning: binningOf([amount, plan]), features, settings });

/** Where each metric lies, by definition; those with a sign, and those of tests, have no upper bound. */
const BOUNDS: Record<(typeof driftMetrics)[number], [number, number]> = {
  psi: [0, Infinity],
  kullback_leibler: [0, Infinity],
  jensen_shannon: [0, 1],
  hellinger: [0, 1],
  total_variation: [0, 1],
  l_infinity: [0, 1],
  l_infinity_robust: [0, 1],
  kolmogorov_smirnov: [0, 1],
  wasserstein: [0, Infinity],
  wasserstein_normalised: [0, Infinity],
  cramer_von_mises: [0, Infinity],
  anderson_darling: [0, Infinity],
  mean_shift: [-Infinity, Infinity],
  std_shift: [-Infinity, Infinity],
  quantile_shift: [-Infinity, Infinity],
  chi2: [0, Infinity],
  chi2_per_df: [0, Infinity],
  g_test: [0, Infinity],
  g_test_per_df: [0, Infinity],
  cramers_v: [0, 1],
};

describe('every distance of a monitor', () => {
  it('lies within its bounds, or has no value and a reason', () => {
    fc.assert(
      fc.property(rows, rows, (before, now) => {
        for (const { metric, value, note, resolution } of compare(profileOf(before), profileOf(now))) {
          const [low, high] = BOUNDS[metric as keyof typeof BOUNDS];
          if (value === null) expect(note, metric).not.toBe('');
          else expect(value >= low - 1e-12 && value <= high + 1e-12, `${metric} ${value}`).toBe(true);
          expect(resolution ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('does not know the order of rows, nor the pieces that a profile was merged from', () => {
    fc.assert(
      fc.property(rows, rows, fc.nat(120), fc.nat(120), (before, now, first, second) => {
        const inPieces = (list: readonly Row[], cut: number) =>
          mergeProfiles([profileOf(list.slice(cut).reverse()), profileOf(list.slice(0, cut))]);
        const whole = compare(profileOf(before), profileOf(now));
        expect(compare(inPieces(before, first), inPieces(now, second))).toEqual(whole);
      }),
    );
  });

  const SYMMETRIC: MetricName[] = [
    'l_infinity',
    'l_infinity_robust',
    'kolmogorov_smirnov',
    'wasserstein',
    'cramer_von_mises',
    'anderson_darling',
  ];
  const TURNED: MetricName[] = ['std_shift'];
  it('that reads no cells of the baseline is the same from the other side, or its opposite', () => {
    fc.assert(
      fc.property(rows, rows, (before, now) => {
        const valuesOf = (findings: Finding[]) =>
          new Map(findings.map((each) => [`${each.feature} ${each.metric}`, each.value]));
        const there = compare(profileOf(before), profileOf(now));
        const back = valuesOf(compare(profileOf(now), profileOf(before)));
        for (const { feature, metric, value } of there) {
          const other = back.get(`${feature} ${metric}`) ?? null;
          if (value === null || other === null) continue;
          if (SYMMETRIC.includes(metric)) expect(other).toBeCloseTo(value, 7);
          if (TURNED.includes(metric)) expect(-other).toBeCloseTo(value, 7);
        }
      }),
    );
  });
});

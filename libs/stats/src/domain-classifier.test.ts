import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/multivariate.json' with { type: 'json' };
import { boostedTrees } from './boosted-trees.js';
import { domainClassifier, type SampleColumn } from './domain-classifier.js';

const numeric = (baseline: readonly number[], window: readonly number[]): SampleColumn => ({
  kind: 'numeric',
  baseline,
  window,
});

describe('domainClassifier', () => {
  it.each(reference.domain)('tells as much apart as boosted trees of scikit-learn: $name', (c) => {
    const columns = c.baseline.map((baseline, i) => numeric(baseline, c.window[i] ?? []));
    const found = domainClassifier({ columns })!;
    expect(Math.abs(found.auc - c.auc)).toBeLessThan(0.035);
    expect(found.p < 1e-6).toBe(c.auc > 0.6);
  });

  it('sees a change of categories, also in one column of many values', () => {
    const random = generator(3);
    const draw = (n: number, of: number) => Array.from({ length: n }, () => `v${Math.floor(random() * of)}`);
    const same: SampleColumn = { kind: 'categorical', baseline: draw(400, 300), window: draw(300, 300) };
    expect(domainClassifier({ columns: [same] })!.p).toBeGreaterThan(0.001);
    const moved: SampleColumn = { ...same, baseline: draw(400, 10), window: draw(300, 6) };
    expect(domainClassifier({ columns: [same, moved] })!.auc).toBeGreaterThan(0.6);
  });

  it('takes missing values as a value of their own', () => {
    const random = generator(4);
    const values = (n: number, missing: number) =>
      Array.from({ length: n }, () => (random() < missing ? NaN : random()));
    expect(
      domainClassifier({ columns: [numeric(values(300, 0.02), values(300, 0.4))] })!.auc,
    ).toBeGreaterThan(0.6);
  });

  it('keeps its level where nothing differs', () => {
    const random = generator(5);
    const values = (n: number) => Array.from({ length: n }, random);
    const ps = Array.from({ length: 25 }, () =>
      domainClassifier({ columns: [numeric(values(120), values(80)), numeric(values(120), values(80))] }),
    ).map((found) => found!.p);
    expect(ps.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(4);
  });

  it('is nothing without columns or with few rows; constant columns tell nothing', () => {
    const constant = Array.from({ length: 60 }, () => 1);
    expect(domainClassifier({ columns: [] })).toBeNull();
    expect(domainClassifier({ columns: [numeric(constant.slice(0, 49), constant)] })).toBeNull();
    expect(domainClassifier({ columns: [numeric(constant, constant)] })).toEqual({ auc: 0.5, p: 1 });
  });

  it('gives the same number every time', () => {
    const [c] = reference.domain;
    const columns = c!.baseline.map((baseline, i) => numeric(baseline, c!.window[i] ?? []));
    expect(domainClassifier({ columns })).toEqual(domainClassifier({ columns }));
  });
});

it('boosted trees learn what no single column shows', () => {
  const rows = Uint32Array.from({ length: 450 }, (_, row) => row);
  const [third, fifths] = [(row: number) => Number(row % 3 === 0), (row: number) => Number(row % 5 < 2)];
  const columns = [third, fifths].map((bit) => Uint8Array.from(rows, bit));
  const labels = Uint8Array.from(rows, (row) => third(row) ^ fifths(row));
  const predict = boostedTrees({ columns, labels, rows, minRows: 5 });
  expect([...rows].filter((row) => predict(row) > 0 === (labels[row] === 1))).toHaveLength(450);
});

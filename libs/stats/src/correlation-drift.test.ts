import { describe, expect, it } from 'vitest';
import { generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/multivariate.json' with { type: 'json' };
import { correlationDrift, spearman, type NumericColumn } from './correlation-drift.js';

const numbers = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? NaN);
const random = generator(11);
const uniform = (n: number) => Array.from({ length: n }, random);

describe('spearman', () => {
  it.each(reference.spearman)('is that of scipy: $name', (c) => {
    expect(spearman(numbers(c.x), numbers(c.y))!.rho).toBeCloseTo(c.rho, 12);
  });

  it('is nothing for a constant or for fewer than ten rows', () => {
    expect(spearman(uniform(9), uniform(9))).toBeNull();
    expect(
      spearman(
        uniform(20),
        uniform(20).map(() => 1),
      ),
    ).toBeNull();
  });
});

describe('correlationDrift', () => {
  it('finds the pair that changed, though no column did', () => {
    const x = uniform(400);
    const tied: NumericColumn = { baseline: uniform(500), window: x.map((value) => value + 0.2 * random()) };
    const columns = [
      { baseline: uniform(500), window: uniform(400) },
      { baseline: uniform(500), window: x },
      tied,
    ];
    const found = correlationDrift({ columns })!;
    expect(found.pair).toEqual([1, 2]);
    expect(found.now).toBeGreaterThan(0.9);
    expect(found.p).toBeLessThan(1e-10);
    expect(correlationDrift({ columns, deff: 40 })!.p).toBeGreaterThan(found.p);
  });

  it('keeps its level over all pairs where nothing changed', () => {
    const tries = Array.from({ length: 300 }, () =>
      correlationDrift({
        columns: Array.from({ length: 4 }, () => ({ baseline: uniform(150), window: uniform(60) })),
      }),
    );
    expect(tries.filter((found) => found!.p <= 0.05).length / tries.length).toBeLessThan(0.08);
  });

  it('is nothing without a pair that has a correlation on both sides', () => {
    expect(correlationDrift({ columns: [] })).toBeNull();
    expect(correlationDrift({ columns: [{ baseline: uniform(50), window: uniform(50) }] })).toBeNull();
  });
});

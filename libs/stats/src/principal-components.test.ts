import { describe, expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/multivariate.json' with { type: 'json' };
import { principalComponents, reconstructionError } from './principal-components.js';

describe('principalComponents', () => {
  it.each(reference.pca)('keeps as many directions as scikit-learn: $name', (c) => {
    const found = principalComponents(c)!;
    expect(found.components).toHaveLength(c.components);
    expect(found.explained).toBeCloseTo(c.explained, 10);
  });

  it.each(reference.pca)('leaves the same distance to every row: $name', (c) => {
    const { components } = principalComponents(c)!;
    c.rows.forEach((row, i) => {
      expect(reconstructionError(row, components)).toBeCloseTo(c.errors[i] ?? NaN, 8);
    });
  });

  it('gives the same document for the same matrix, whatever the sign of an eigenvector', () => {
    const { components } = principalComponents({
      correlation: [
        [1, -0.5],
        [-0.5, 1],
      ],
      share: 0.6,
    })!;
    expect(components).toHaveLength(1);
    expect(components[0]?.[0]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(components[0]?.[1]).toBeCloseTo(-Math.SQRT1_2, 12);
  });

  it('has nothing to say without columns or without variance', () => {
    expect(principalComponents({ correlation: [], share: 0.65 })).toBeNull();
    expect(principalComponents({ correlation: [[0]], share: 0.65 })).toBeNull();
  });

  it('refuses a share outside (0, 1) and a matrix that is not square', () => {
    expect(() => principalComponents({ correlation: [[1]], share: 1 })).toThrow(/between 0 and 1/);
    expect(() => principalComponents({ correlation: [[1, 0]], share: 0.5 })).toThrow(/not square/);
  });
});

it('a row on the components is rebuilt without error', () => {
  expect(
    reconstructionError(
      [3, 4],
      [
        [1, 0],
        [0, 1],
      ],
    ),
  ).toBe(0);
  expect(reconstructionError([3, 4], [[1, 0]])).toBeCloseTo(4, 12);
});

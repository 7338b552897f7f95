import { describe, expect, it } from 'vitest';
import { quadraticFormTail } from './quadratic-form-tail.js';

const andersonDarling = {
  pole: (j: number) => j * (j + 1),
  determinant: (u: number) => -Math.cos((Math.PI * Math.sqrt(1 + 4 * u)) / 2) / (Math.PI * u),
};
const cramerVonMises = {
  pole: (j: number) => (j * Math.PI) ** 2,
  determinant: (u: number) => Math.sin(Math.sqrt(u)) / Math.sqrt(u),
};

describe('quadraticFormTail', () => {
  it.each([
    { name: 'Anderson–Darling 10 %', x: 1.933, of: andersonDarling, p: 0.1 },
    { name: 'Anderson–Darling 5 %', x: 2.492, of: andersonDarling, p: 0.05 },
    { name: 'Anderson–Darling 1 %', x: 3.8781, of: andersonDarling, p: 0.01 },
    { name: 'Cramér–von Mises 10 %', x: 0.3473, of: cramerVonMises, p: 0.1 },
    { name: 'Cramér–von Mises 5 %', x: 0.46136, of: cramerVonMises, p: 0.05 },
    { name: 'Cramér–von Mises 1 %', x: 0.74346, of: cramerVonMises, p: 0.01 },
    { name: 'Cramér–von Mises 0.1 %', x: 1.16786, of: cramerVonMises, p: 0.001 },
    { name: 'Cramér–von Mises 90 %', x: 0.04601, of: cramerVonMises, p: 0.9 },
  ])('has the published percentage point: $name', ({ x, of, p }) => {
    expect(quadraticFormTail(x, of) / p).toBeCloseTo(1, 3);
  });

  it('goes from 1 to 0, keeps small tails and never goes up', () => {
    for (const of of [andersonDarling, cramerVonMises]) {
      expect(quadraticFormTail(0, of)).toBe(1);
      expect(quadraticFormTail(-1, of)).toBe(1);
      expect(quadraticFormTail(1e-6, of)).toBeCloseTo(1, 6);
      expect(quadraticFormTail(20, of)).toBeGreaterThan(0);
      expect(quadraticFormTail(1e9, of)).toBe(0);
      const tail = Array.from({ length: 300 }, (_, i) => quadraticFormTail(0.02 * (i + 1), of));
      tail.slice(1).forEach((p, i) => expect(p).toBeLessThanOrEqual(tail[i]! + 1e-9));
    }
  });
});

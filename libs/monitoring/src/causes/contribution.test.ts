import { describe, expect, test } from 'vitest';
import { psi } from '#libs/stats';
import { seeded } from '../random.js';
import { contribution, explained, psiWeight, shareWeight, type SideCounts } from './contribution.js';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const all = (side: SideCounts, cells: number): number[] =>
  Array.from({ length: cells }, (_, cell) => sum([...side.values()].map((counts) => counts[cell] ?? 0)));

/** Counts of up to eight values in up to twelve cells, some of them empty, some values on one side only. */
function randomSides(seed: number) {
  const random = seeded(seed);
  const [values, cells] = [1 + Math.floor(random() * 8), 2 + Math.floor(random() * 11)];
  const side = (): SideCounts =>
    new Map(
      Array.from({ length: values }, (_, i) => i)
        .filter(() => random() > 0.15)
        .map((i) => [
          `v${i}`,
          Array.from({ length: cells }, () =>
            random() < 0.2 ? 0 : Math.floor(random() * 10 ** (1 + (i % 4))),
          ),
        ]),
    );
  return { cells, baseline: side(), window: side() };
}

describe('parts of a change', () => {
  test.each(Array.from({ length: 300 }, (_, seed) => seed))('add up to the PSI of all rows (%i)', (seed) => {
    const { cells, baseline, window } = randomSides(seed);
    const found = contribution({ baseline, window });
    const whole = psi({ baseline: all(baseline, cells), window: all(window, cells) });
    if (whole === null || found === null) {
      expect(found).toBeNull();
      return;
    }
    expect(Math.abs(found.total - whole)).toBeLessThan(1e-9);
    expect(Math.abs(sum(found.parts.map(({ within, mix }) => within + mix)) - whole)).toBeLessThan(1e-9);
    expect(Math.abs(found.within + found.mix - whole)).toBeLessThan(1e-9);
  });

  test.each(Array.from({ length: 50 }, (_, seed) => seed))('add up to the change of a share (%i)', (seed) => {
    const { cells, baseline, window } = randomSides(seed);
    const [before, now] = [all(baseline, cells), all(window, cells)];
    const found = contribution({ baseline, window }, shareWeight(1));
    if (found === null) return;
    const change = (now[1] ?? 0) / sum(now) - (before[1] ?? 0) / sum(before);
    expect(Math.abs(sum(found.parts.map(({ within, mix }) => within + mix)) - change)).toBeLessThan(1e-9);
  });

  test.each(Array.from({ length: 50 }, (_, seed) => seed))('do not depend on an order (%i)', (seed) => {
    const { baseline, window } = randomSides(seed);
    const reversed = (side: SideCounts): SideCounts => new Map([...side].reverse());
    expect(contribution({ baseline: reversed(baseline), window: reversed(window) })).toEqual(
      contribution({ baseline, window }),
    );
  });

  test('one value that moves carries all of it', () => {
    const found = contribution(
      {
        baseline: new Map([
          ['a', [50, 0]],
          ['b', [50, 0]],
        ]),
        window: new Map([
          ['a', [0, 50]],
          ['b', [50, 0]],
        ]),
      },
      shareWeight(1),
    );
    expect(found).toMatchObject({ total: 0.5, within: 0.5, mix: 0 });
    expect(found?.parts[0]).toMatchObject({ value: 'a', within: 0.5, mix: 0, before: 0.5, now: 0.5 });
    expect(found?.parts[1]).toMatchObject({ value: 'b', within: 0 });
  });

  test('values that stay as they are and change their shares bring mix alone', () => {
    const found = contribution({
      baseline: new Map([
        ['north', [640, 160]],
        ['south', [20, 180]],
      ]),
      window: new Map([
        ['north', [320, 80]],
        ['south', [60, 540]],
      ]),
    });
    expect(found?.within).toBeCloseTo(0, 12);
    expect(found?.mix).toBeGreaterThan(0.3);
    if (found !== null) expect(explained(found)).toBe(1);
  });

  test('a value that vanishes and one that appears are mix', () => {
    const found = contribution({
      baseline: new Map([
        ['a', [10, 10]],
        ['old', [40, 0]],
      ]),
      window: new Map([
        ['a', [10, 10]],
        ['new', [0, 40]],
      ]),
    });
    expect(found?.within).toBeCloseTo(0, 12);
    expect(
      found?.parts
        .map(({ value }) => value)
        .slice(0, 2)
        .toSorted(),
    ).toEqual(['new', 'old']);
  });

  test.each([
    { name: 'no rows in the baseline', baseline: new Map(), window: new Map([['a', [1, 2]]]) },
    { name: 'no rows in the window', baseline: new Map([['a', [1, 2]]]), window: new Map([['a', [0, 0]]]) },
  ])('$name: nothing to take apart', (sides) => {
    expect(contribution(sides)).toBeNull();
  });

  test('different cells are a fault of the caller', () => {
    expect(() =>
      contribution({ baseline: new Map([['a', [1, 2]]]), window: new Map([['a', [1, 2, 3]]]) }),
    ).toThrow(RangeError);
  });
});

describe('explained', () => {
  const of = (baseline: [string, number[]][], window: [string, number[]][]): number => {
    const found = contribution({ baseline: new Map(baseline), window: new Map(window) }, psiWeight);
    return found === null ? NaN : explained(found);
  };
  test('one of four values: what it carries beyond its share of the rows', () => {
    const still: [string, number[]][] = ['a', 'b', 'c', 'd'].map((value) => [value, [50, 50]]);
    expect(of(still, [['a', [0, 100]], ...still.slice(1)])).toBeCloseTo(0.75);
  });
  test('all values alike: nothing', () => {
    const still: [string, number[]][] = ['a', 'b'].map((value) => [value, [50, 50]]);
    expect(
      of(still, [
        ['a', [20, 80]],
        ['b', [20, 80]],
      ]),
    ).toBeCloseTo(0);
  });
  test('a value that holds nearly all rows: hardly anything', () => {
    expect(
      of(
        [
          ['a', [490, 490]],
          ['b', [10, 10]],
        ],
        [
          ['a', [190, 790]],
          ['b', [10, 10]],
        ],
      ),
    ).toBeLessThan(0.03);
  });
});

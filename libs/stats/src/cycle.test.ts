import { describe, expect, it } from 'vitest';
import { draw, generator } from '../../../tests/fixtures/stats/random.js';
import reference from '../../../tests/fixtures/stats/evidence.json' with { type: 'json' };
import { cycleOf } from './cycle.js';

const totalOf = (chunks: readonly (readonly number[])[]): number[] =>
  (chunks[0] ?? []).map((_, i) => chunks.reduce((total, chunk) => total + (chunk[i] ?? 0), 0));

describe.each(reference.cycles)('the cycle of $name', ({ chunks, phases, residuals, leverage, at }) => {
  const cycle = cycleOf(chunks, phases);

  it('leaves what a QR decomposition of the whole design leaves', () => {
    residuals.forEach((own, t) =>
      own.forEach((value, i) => expect(cycle.residuals[t]?.[i]).toBeCloseTo(value, 10)),
    );
  });

  it('knows how much of its fit each chunk is', () => {
    leverage.forEach((value, t) => expect(cycle.leverage[t]).toBeCloseTo(value, 10));
  });

  it.each(at)('says what the baseline is like at $day of weekday $weekday', ({ counts, ...phase }) => {
    const found = cycle.at(totalOf(chunks), phase);
    counts.forEach((count, i) => expect(found[i]).toBeCloseTo(count, 6));
  });
});

describe('a cycle', () => {
  const shares = [0.4, 0.3, 0.2, 0.1];
  const hours = (random: () => number, tilt: (day: number) => number) =>
    Array.from({ length: 24 * 14 }, (_, hour) => {
      const moved = tilt((hour % 24) / 24);
      return draw(random, 400, [0.4 - moved, 0.3 + moved, 0.2, 0.1]);
    });
  const phases = Array.from({ length: 24 * 14 }, (_, hour) => ({
    day: (hour % 24) / 24,
    weekday: Math.floor(hour / 24) % 7,
  }));
  const rhythm = (day: number): number => 0.1 * Math.sin(2 * Math.PI * day);

  it('that is plain to see is known at any hour, also between those that were seen', () => {
    const chunks = hours(generator(5), rhythm);
    const cycle = cycleOf(chunks, phases);
    for (const day of [0.25, 0.5, 0.77]) {
      const found = cycle.at(totalOf(chunks), { day, weekday: 2 });
      const all = found.reduce((a, b) => a + b, 0);
      expect((found[0] ?? 0) / all).toBeCloseTo(0.4 - rhythm(day), 1.5);
      // Known from fewer rows than the whole baseline has, and from more than the same hour of ten days.
      expect(all).toBeLessThan(24 * 14 * 400);
      expect(all).toBeGreaterThan(400 * 10);
    }
  });

  it('that is not there is taken to be none', () => {
    const chunks = hours(generator(6), () => 0);
    const found = cycleOf(chunks, phases).at(totalOf(chunks), { day: 0.25, weekday: 2 });
    const all = found.reduce((a, b) => a + b, 0);
    shares.forEach((share, i) => expect((found[i] ?? 0) / all).toBeCloseTo(share, 1.9));
  });

  it('without phases is none, and leaves each chunk its distance from the mean', () => {
    const chunks = [
      [30, 70],
      [50, 50],
    ];
    const { residuals, leverage } = cycleOf(chunks, []);
    expect(residuals).toEqual([
      [expect.closeTo(-0.1, 12), expect.closeTo(0.1, 12)],
      [expect.closeTo(0.1, 12), expect.closeTo(-0.1, 12)],
    ]);
    expect(leverage).toEqual([0.5, 0.5]);
  });
});

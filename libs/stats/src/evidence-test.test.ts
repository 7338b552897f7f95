import { describe, expect, it } from 'vitest';
import chiSquaredQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { generator } from '../../../tests/fixtures/stats/random.js';
import type { Phase } from './cycle.js';
import { dispersionOf } from './dispersion.js';
import { twoSampleEvidence } from './evidence-test.js';
import { multinomial } from './multinomial.js';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const sharesOf = (counts: readonly number[]) => counts.map((count) => count / sum(counts));
const distanceOf = (a: readonly number[], b: readonly number[]) =>
  sum(sharesOf(a).map((share, i) => Math.abs(share - sharesOf(b)[i]!))) / 2;
const added = (parts: readonly (readonly number[])[]) =>
  parts[0]!.map((_, i) => sum(parts.map((part) => part[i]!)));

type World = {
  readonly random: () => number;
  readonly chunks: number[][];
  readonly phases: Phase[];
  readonly law: (phase: number) => number[];
  readonly rows: number;
  readonly parts: number;
};

const between = (random: () => number, low: number, high: number) => low * (high / low) ** random();

/** worldOf: a baseline of 2–50 cells and 5–400 chunks of 50–100,000 rows, overdispersed by none to 50, with or without a daily cycle. */
function worldOf(seed: number): World {
  const random = generator(seed);
  const cells = Math.round(between(random, 2, 50));
  const count = Math.round(between(random, 5, 400));
  const rows = Math.round(between(random, 50, 100_000));
  const deff = random() < 0.3 ? 1 : between(random, 1, 50);
  const parts = random() < 0.5 ? 1 : 4;
  const base = Array.from({ length: cells }, () => between(random, 0.02, 1));
  const swing = base.map(() => (parts === 1 ? 0 : 0.4 * (random() - 0.5)));
  const law = (phase: number) =>
    sharesOf(base.map((share, i) => share * (1 + swing[i]! * Math.sin((2 * Math.PI * phase) / parts))));
  /** Dirichlet around the law, so that the chi² of a chunk is deff times that of independent rows. */
  const restless = (shares: readonly number[]) => {
    if (deff === 1) return shares;
    const size = Math.max(1, (rows - deff) / (deff - 1));
    return sharesOf(
      shares.map(
        (share) => chiSquaredQuantile(Math.min(1 - 1e-9, Math.max(1e-9, random())), 2 * share * size) + 1e-12,
      ),
    );
  };
  const chunks = Array.from({ length: count }, (_, t) =>
    multinomial({ cells: restless(law(t % parts)), rows, random })!,
  );
  const phases = chunks.map((_, t) => ({ day: (t % parts) / parts, weekday: Math.floor(t / parts) % 7 }));
  return { random, chunks, phases, law, rows, parts };
}

/** dominanceOf: the distance of a window over the farthest chunk of its phase and what sampling gives, computed naively. */
function dominanceOf(
  { chunks, parts, rows, random }: World,
  window: readonly number[],
  phase: number,
): number {
  const same = chunks.filter((_, t) => t % parts === phase);
  const all = added(same);
  const farthest = Math.max(
    ...same.map((chunk) =>
      distanceOf(
        chunk,
        all.map((count, i) => count - chunk[i]!),
      ),
    ),
  );
  const draws = Array.from({ length: 60 }, () => {
    const drawn = (n: number) => multinomial({ cells: sharesOf(all), rows: Math.round(n), random })!;
    return distanceOf(drawn(sum(window)), drawn(Math.max(sum(all), rows)));
  });
  const mean = sum(draws) / draws.length;
  const sd = Math.sqrt(sum(draws.map((d) => (d - mean) ** 2)) / (draws.length - 1));
  return distanceOf(window, all) / Math.max(farthest, mean + 3 * sd);
}

/** towards: rows of the baseline's shares, moved by a part of the way to one cell. */
const towards = (shares: readonly number[], cell: number, part: number, rows: number) =>
  shares.map((share, i) => rows * (share * (1 - part) + (i === cell ? part : 0)));

function evidenceIn(world: World, window: readonly number[], phase: number, isDated: boolean) {
  const own = isDated ? dispersionOf({ chunks: world.chunks, phases: world.phases }) : null;
  const whole = added(world.chunks);
  const baseline = own?.cycle?.at(whole, world.phases[phase]!) ?? whole;
  return twoSampleEvidence({ baseline, window }, own)!;
}

const SEEDS = Array.from({ length: 240 }, (_, i) => 1_000 + i);

describe('dominance: what is farther than all of the baseline’s own chunks by far is evidence', () => {
  const drawn = SEEDS.flatMap((seed) => {
    const world = worldOf(seed);
    const phase = world.parts === 1 ? 0 : 1;
    const rows = Math.max(20, world.rows * between(world.random, 0.1, 100));
    const part = between(world.random, 0.02, 1);
    const window = towards(world.law(phase), Math.floor(world.random() * world.law(0).length), part, rows);
    return [{ world, window, phase, ratio: dominanceOf(world, window, phase) }];
  });

  it('ten times as far needs no test', () => {
    const far = drawn.filter(({ ratio, world }) => ratio >= 10.5 && world.parts === 1);
    expect(far.length).toBeGreaterThan(10);
    const missed = far.filter(({ world, window, phase }) => !evidenceIn(world, window, phase, true).isExact);
    expect(missed).toEqual([]);
  });

  it('three times as far, with 20 comparable chunks, has p ≤ 1e-3', () => {
    const far = drawn.filter(({ ratio, world }) => ratio >= 3 && world.chunks.length / world.parts >= 20);
    expect(far.length).toBeGreaterThan(30);
    const missed = far.filter(({ world, window, phase }) => evidenceIn(world, window, phase, true).p > 1e-3);
    expect(missed.length / far.length).toBeLessThanOrEqual(0.01);
  });
});

describe.each([true, false])('monotone, dated: %s', (isDated) => {
  it('farther in the same direction, or more rows of the same shares, never raises p', () => {
    for (const seed of SEEDS.slice(0, 60)) {
      const world = worldOf(seed);
      const phase = world.parts === 1 ? 0 : 1;
      const cell = Math.floor(world.random() * world.law(0).length);
      const shares = sharesOf(added(world.chunks));
      const own = isDated ? dispersionOf({ chunks: world.chunks, phases: world.phases }) : null;
      const whole = added(world.chunks);
      const baseline = own?.cycle?.at(whole, world.phases[phase]!) ?? whole;
      const pOf = (part: number, rows: number) =>
        twoSampleEvidence({ baseline, window: towards(sharesOf(baseline), cell, part, rows) }, own)!.p;
      expect(shares.length).toBeGreaterThan(1);
      const parts = [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 1].map((part) => pOf(part, world.rows * 0.7));
      parts.slice(1).forEach((p, i) => expect(p).toBeLessThanOrEqual(parts[i]! + 1e-12));
      const sizes = [0.1, 0.3, 0.7, 1, 2, 7, 20, 100].map((size) => pOf(0.05, world.rows * size));
      sizes.slice(1).forEach((p, i) => expect(p).toBeLessThanOrEqual(sizes[i]! + 1e-12));
    }
  });
});

describe('a baseline that is all one value', () => {
  it.each([
    { name: 'one other row', window: [0, 1], isExact: false },
    { name: 'two of a hundred', window: [98, 2], isExact: false },
    { name: 'half of a hundred', window: [50, 50], isExact: true },
  ])('$name: exact is $isExact', ({ window, isExact }) => {
    const found = twoSampleEvidence({ baseline: [1_000, 0], window }, null);
    expect(found?.isExact).toBe(isExact);
    if (!isExact) expect(found?.p).toBeGreaterThan(0.05);
  });
});

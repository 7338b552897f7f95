import fc from 'fast-check';
import { randomFrom } from '../site.js';
import { anyGroundTruth, anyPrediction, largeEvents, type Anything } from './anything.js';
import { mutate } from './mutate.js';

export type Kind = 'prediction' | 'truth';

/** Events generated afresh after this many; in between they are changed byte by byte. */
const POOL = 4_000;
const POOL_EVENTS = 400_000;
const MUTATED_CHANCE = 0.6;
const TWICE_CHANCE = 0.3;
/** One large event in this many. */
const LARGE_EVERY = 10_000;

/** FuzzSource: an endless stream of what may arrive, the same for the same seed. */
export class FuzzSource {
  private readonly random: () => number;
  private readonly large: Buffer[];
  private pools: Record<Kind, Anything[]> = { prediction: [], truth: [] };
  private made = 0;

  constructor(
    private readonly seed: string,
    private readonly nowMs: number,
  ) {
    this.random = randomFrom(`fuzz ${seed}`);
    this.large = largeEvents(nowMs);
  }

  next(kind: Kind): Anything {
    if (this.made % POOL_EVENTS === 0) this.fill();
    this.made += 1;
    if (this.made % LARGE_EVERY < this.large.length) return this.large[this.made % LARGE_EVERY] ?? null;
    const event = this.pick(kind);
    if (event === null || this.random() > MUTATED_CHANCE) return event;
    const once = mutate(event, this.pick(kind) ?? event, this.random);
    return this.random() < TWICE_CHANCE ? mutate(once, event, this.random) : once;
  }

  private pick(kind: Kind): Anything {
    const pool = this.pools[kind];
    return pool[Math.floor(this.random() * pool.length)] ?? null;
  }

  private fill(): void {
    const options = { numRuns: POOL, seed: Math.floor(randomFrom(`${this.seed} ${this.made}`)() * 2 ** 31) };
    this.pools = {
      prediction: fc.sample(anyPrediction(this.nowMs), options),
      truth: fc.sample(anyGroundTruth(this.nowMs), options),
    };
  }
}

/** goodPrediction: a neighbour that must never be lost, whatever stands beside it. Its times are spread over more than a hundred days' worth of buckets. */
export const goodPrediction = (index: number, nowMs: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: `good-${index}`,
      model: 'fuzz',
      version: '1',
      time: new Date(nowMs - ((index * 7_919) % (89 * 24)) * 3_600_000).toISOString(),
      features: { a: index, city: `c${index % 50}` },
      prediction: { label: 'late', score: 0.25 },
      tags: { place: `p${index % 1_000}` },
    }),
  );

export const goodTruth = (index: number, nowMs: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: `good-${index}`,
      model: 'fuzz',
      time: new Date(nowMs).toISOString(),
      label: 'late',
    }),
  );

import type { Feature } from '#libs/contracts';
import type { PredictionRow, ProfilePlan, Store } from '#libs/store';

type NamedSegment = ProfilePlan['segments'][number];

export const NUMERIC = 20;
export const ROWS = 1_000_000;
const ROWS_PER_INSERT = 50_000;
export const HOUR_MS = 3_600_000;
export const REGIONS = ['north', 'south', 'east', 'west', 'centre'];
export const name = { project: 'bench', model: 'm', version: '1' };
export const features: Feature[] = [
  ...Array.from({ length: NUMERIC }, (_, i): Feature => ({ name: `x${i}`, type: 'numeric', role: 'input' })),
  { name: 'region', type: 'categorical', role: 'input' },
];

const tag = (key: string, count: number): NamedSegment => ({
  name: key,
  body: {
    kind: 'dimension',
    model: name.model,
    tag: key,
    values: Array.from({ length: count }, (_, i) => `${key}${i}`),
  },
});

/** Five dimensions of 23 values together; with `all` 24. */
export const segments: NamedSegment[] = [
  tag('a', 3),
  tag('b', 4),
  tag('c', 5),
  tag('d', 6),
  { name: 'region', body: { kind: 'dimension', model: name.model, feature: 'region', values: REGIONS } },
];

/** Seeded and cheap: the same rows on every machine. */
export function* uniform(seed: number): Generator<number, never> {
  for (let state = seed >>> 0; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function row(i: number, bucketMs: number, random: Generator<number, never>): PredictionRow {
  const next = () => random.next().value;
  return {
    model: name.model,
    version: name.version,
    bucketMs,
    id: `e${bucketMs}-${i}`,
    timeMs: bucketMs + (i % HOUR_MS),
    schema: 1,
    num: Array.from({ length: NUMERIC }, () => next() + next() + next()),
    cat: [REGIONS[i % REGIONS.length] ?? ''],
    label: next() < 0.3 ? 'yes' : 'no',
    score: next(),
    value: Number.NaN,
    scores: {},
    attributions: [],
    tags: { a: `a${i % 3}`, b: `b${i % 4}`, c: `c${i % 5}`, d: `d${i % 6}` },
    invalid: {},
    extra: '',
    brokerTimeMs: bucketMs,
    offset: BigInt(bucketMs / HOUR_MS) * 10_000_000n + BigInt(i),
    contentHash: BigInt(i),
    expiresMs: 4_102_444_800_000,
  };
}

/** fill: a million rows in one bucket. */
export async function fill(store: Store, bucketMs: number): Promise<void> {
  const random = uniform(bucketMs / HOUR_MS);
  for (let at = 0; at < ROWS; at += ROWS_PER_INSERT) {
    const predictions = Array.from({ length: ROWS_PER_INSERT }, (_, k) => row(at + k, bucketMs, random));
    const [first, last] = [predictions[0]?.offset ?? 0n, predictions.at(-1)?.offset ?? 0n];
    await store.intake.write({
      project: name.project,
      topic: 't',
      incarnation: 'i',
      partition: 0,
      first,
      last,
      lastBrokerTimeMs: bucketMs,
      received: predictions.length,
      predictions,
      labels: [],
      quarantined: [],
    });
  }
}

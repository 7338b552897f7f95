import { expect, it } from 'vitest';
import { fuzzInProcess } from './fuzz/in-process.js';

it('accepts or quarantines whatever it is, and loses no good neighbour', async () => {
  const count = await fuzzInProcess({ events: 30_000, seed: '7', nowMs: Date.UTC(2026, 10, 22, 12) });
  expect(count.accepted + count.quarantined).toBe(30_000);
  expect(count.accepted).toBeGreaterThan(count.goodNeighbours * 2);
  const reasons = ['empty', 'event_time_range', 'not_json', 'schema', 'too_large', 'too_many_features'];
  expect(Object.keys(count.reasons)).toEqual(expect.arrayContaining(reasons));
});

import type { ProfileCell } from '#libs/contracts';
import { expect, it, vi } from 'vitest';
import { BaselineCache } from './baseline-cache.js';

const cell: ProfileCell = {
  kind: 'confusion',
  segment: 'all',
  segmentValue: 'in',
  feature: '',
  rows: 1,
  labelled: 0,
  counts: {},
};
const profileOf = (cells: number) => ({
  baseline: { cells: Array.from({ length: cells }, () => cell) },
  baselineChunks: [],
  samples: {},
});

it('loads a key once, and again after the load failed', async () => {
  const cache = new BaselineCache(10);
  const load = vi.fn(() => Promise.resolve(profileOf(1)));
  await cache.get('a', () => Promise.reject(new Error('away'))).catch(() => undefined);
  const [first, second] = await Promise.all([cache.get('a', load), cache.get('a', load)]);
  expect(first).toBe(second);
  expect(load).toHaveBeenCalledTimes(1);
});

it('forgets what was used longest ago when it holds too much', async () => {
  const cache = new BaselineCache(400);
  const load = vi.fn(() => Promise.resolve(profileOf(4)));
  for (const key of ['a', 'b', 'a', 'c']) await cache.get(key, load);
  expect(load).toHaveBeenCalledTimes(3);
  await cache.get('a', load);
  expect(load).toHaveBeenCalledTimes(3);
  await cache.get('b', load);
  expect(load).toHaveBeenCalledTimes(4);
});

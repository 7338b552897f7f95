import { expect, test } from 'vitest';
import { costlyCounts } from './costly-counts.js';

function setUp(tookMs: number) {
  const seen = { clockMs: 0, counted: [] as string[], fails: false };
  const ask = costlyCounts(
    (project) => {
      seen.counted.push(project);
      const { fails, counted } = seen;
      return Promise.resolve().then(() => {
        seen.clockMs += tookMs;
        if (fails) throw new Error('away');
        return counted.length;
      });
    },
    () => seen.clockMs,
  );
  return { seen, ask };
}

test('what is quick is counted each time', async () => {
  const { ask } = setUp(900);
  expect([await ask('p'), await ask('p')]).toEqual([1, 2]);
});

test('what is costly is kept for ten times as long as it took, by project', async () => {
  const { seen, ask } = setUp(2_000);
  expect(await ask('p')).toBe(1);
  seen.clockMs = 21_999;
  expect(await ask('p')).toBe(1);
  expect(await ask('q')).toBe(2);
  seen.clockMs = 22_000;
  expect(await ask('p')).toBe(3);
});

test('who asks while it is counted shares the count, and a failure is not kept', async () => {
  const { seen, ask } = setUp(5_000);
  seen.fails = true;
  const both = await Promise.allSettled([ask('p'), ask('p')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(seen.counted).toEqual(['p']);
  seen.fails = false;
  expect(await ask('p')).toBe(2);
});

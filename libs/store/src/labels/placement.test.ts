import { expect, test } from 'vitest';
import { idParams } from './placement.js';

test.each([
  { name: 'one', ids: ['a'], parts: 1 },
  { name: 'many short ones in one', ids: Array.from({ length: 1_000 }, (_, n) => `${n}`), parts: 1 },
  {
    name: 'many long ones in several',
    ids: Array.from({ length: 1_000 }, (_, n) => `${n}`.padEnd(128, 'x')),
    parts: 6,
  },
])('$name', ({ ids, parts }) => {
  const { sql, params } = idParams(ids);
  expect(Object.keys(params)).toHaveLength(parts);
  expect(Object.values(params).flat()).toEqual(ids);
  expect(sql.match(/\{ids\d+: Array\(String\)\}/g)).toHaveLength(parts);
  for (const part of Object.values(params)) expect(JSON.stringify(part).length).toBeLessThan(131_072);
});

import { expect, test } from 'vitest';
import type { Feature } from '#libs/contracts';
import { columnUse } from './columns.js';

const features = ['a', 'b'].map((name): Feature => ({ name, type: 'numeric', role: 'input' }));

test('columns are read once, and what nobody asked for is left out', () => {
  const use = columnUse(features, { id: 'k', score: 'a', tags: { region: 'k', other: 'z' } }, [
    'z',
    'k',
    'b',
    'x',
    'a',
    'y',
  ]);
  expect(use).toEqual({ ok: true, used: ['a', 'b', 'k', 'z'], ignored: ['x', 'y'] });
});

test.each([
  {
    name: 'a missing feature with a near name',
    fileColumns: ['A', 'bb'],
    field: 'a',
    message: "did you mean 'A'?",
  },
  {
    name: 'a missing feature with none near',
    fileColumns: ['distance', 'origin'],
    field: 'a',
    message: 'it has distance, origin',
  },
  { name: 'a missing named column', fileColumns: ['a', 'b'], field: 'when', message: "no column 'when'" },
  { name: 'one name twice', fileColumns: ['a', 'b', 'a'], field: 'a', message: 'is there twice' },
])('refuses $name', ({ fileColumns, field, message }) => {
  expect(columnUse(features, { time: 'when', tags: {} }, fileColumns)).toEqual({
    ok: false,
    field,
    message: expect.stringContaining(message) as string,
  });
});

test('refuses a file of which nothing is read', () => {
  expect(columnUse([], { tags: {} }, ['a'])).toMatchObject({ ok: false, field: 'file' });
});

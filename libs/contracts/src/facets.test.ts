import { describe, expect, test } from 'vitest';
import { facetLevels, facetSchema } from './facets.js';

const facet = (changes: object) => facetSchema.safeParse({ name: 'sex', feature: 'sex', ...changes });
const messageOf = (changes: object): string => facet(changes).error?.issues[0]?.message ?? '';

describe('disfavoured', () => {
  test.each([
    { name: 'one value', disfavoured: [2], levels: ['2'] },
    { name: 'two groups', disfavoured: [2, 3], levels: ['2', '3'] },
    { name: 'one group of two values', disfavoured: [[2, 3]], levels: ['2 or 3'] },
    { name: 'a group beside a value', disfavoured: ['f', ['x', true]], levels: ['f', 'x or true'] },
    { name: 'values with names', disfavoured: [[2, 3]], names: { 2: 'women' }, levels: ['women or 3'] },
    { name: 'a group with a name', disfavoured: [[2, 3]], names: { '2 or 3': 'women' }, levels: ['women'] },
  ])('$name', ({ levels, name: _, ...changes }) => {
    const parsed = facetSchema.parse({ name: 'sex', feature: 'sex', ...changes });
    expect(facetLevels(parsed)).toEqual([
      { name: 'all others', disfavoured: false },
      ...levels.map((name) => ({ name, disfavoured: true })),
    ]);
  });

  test.each([
    { name: 'a value in two groups', changes: { disfavoured: [2, [2, 3]] }, says: 'names a value twice' },
    { name: 'a value twice in a group', changes: { disfavoured: [[2, '2']] }, says: 'names a value twice' },
    {
      name: 'a favoured value in a group',
      changes: { disfavoured: [[2, 3]], favoured: [1, 3] },
      says: 'holds a value that is disfavoured too',
    },
  ])('$name is refused', ({ changes, says }) => {
    expect(messageOf(changes)).toBe(says);
  });

  test('a group needs a value', () => {
    expect(facet({ disfavoured: [[]] }).success).toBe(false);
  });
});

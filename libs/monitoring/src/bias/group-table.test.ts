import { expect, it } from 'vitest';
import { facetCell, facetPlan } from '../../../../tests/fixtures/monitoring/facets.js';
import { groupTable } from './group-table.js';

it('gives every group its rates, the favoured one first, and none of other facets', () => {
  const plan = facetPlan({
    facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f'], names: { f: 'women' }, favouredName: 'men' }],
  });
  const cell = facetCell(plan, 'sex', [
    { levels: [1], tp: 65, fp: 10, tn: 20, fn: 5 },
    { levels: [2], tp: 20, fp: 5, tn: 18, fn: 7, yes: 50 },
    { levels: [0], tp: 99 },
  ]);
  const table = groupTable(plan, [cell, { ...cell, feature: 'gone' }]);
  expect(table.map(({ group, favoured, rows }) => [group, favoured, rows])).toEqual([
    ['men', true, 100],
    ['women', false, 100],
  ]);
  const rate = (row: number, name: string) => table[row]?.rates.find((one) => one.rate === name);
  expect(rate(0, 'predicted_positive')?.value).toBeCloseTo(0.75, 12);
  expect(rate(1, 'predicted_positive')).toMatchObject({ value: 0.75, trials: 100 });
  expect(rate(1, 'true_positive')?.value).toBeCloseTo(20 / 27, 12);
  expect(groupTable(plan, [{ ...cell, counts: [1] }])).toEqual([]);
});

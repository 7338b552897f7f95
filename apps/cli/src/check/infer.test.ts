import { describe, expect, test } from 'vitest';
import { noFacts } from '#libs/store';
import type { ColumnView } from './columns.js';
import { inferColumns } from './infer.js';
import { partOf } from './parts.js';

const view = (name: string, facts: Partial<ColumnView['facts']> = {}): ColumnView => ({
  column: { name, type: 'text', sql: name },
  facts: {
    ...noFacts(name),
    ...{ rows: 2_000, filled: 2_000, different: 3 },
    ...facts,
  },
});
const numbers = { numbers: 2_000, different: 900 };

describe('partOf', () => {
  test.each([
    { name: 'id', facts: { different: 2_000 }, part: 'id' },
    { name: 'id', facts: { different: 12 }, part: undefined },
    { name: 'ts', facts: { times: 2_000 }, part: 'time' },
    { name: 'ts', facts: { times: 10 }, part: undefined },
    { name: 'p', facts: { ...numbers, shares: 2_000 }, part: 'score' },
    { name: 'p', facts: numbers, part: undefined },
    { name: 'y', facts: {}, part: 'label' },
    { name: 'y_hat', facts: {}, part: 'prediction' },
    { name: 'y_hat', facts: numbers, part: 'value' },
    { name: 'age', facts: numbers, part: undefined },
  ])('$name with $facts is $part', ({ name, facts, part }) => {
    expect(partOf(view(name, facts))?.part).toBe(part);
  });
});

describe('inferColumns', () => {
  const classes = (...examples: string[]): Partial<ColumnView['facts']> => ({
    ...{ examples, different: examples.length },
  });

  test('the first column of a part plays it, the others are features', () => {
    const views = ['label', 'target', 'prediction'].map((name) => view(name, classes('no', 'yes')));
    const { parts, features } = inferColumns(views, {});
    expect(parts.label).toBe('label');
    expect(features).toEqual([{ name: 'target', type: 'categorical', role: 'input' }]);
  });

  test.each<{ name: string; label: Partial<ColumnView['facts']>; beside: ColumnView[]; is: boolean }>([
    { name: 'nothing beside it', label: classes('a', 'b'), beside: [], is: false },
    {
      name: 'predictions of the same classes',
      label: classes('a', 'b'),
      beside: [view('prediction', classes('b', 'c'))],
      is: true,
    },
    {
      name: 'predictions of other classes',
      label: classes('a', 'b'),
      beside: [view('prediction', classes('c'))],
      is: false,
    },
    {
      name: 'predictions 1 and 0 beside True and False',
      label: { ...classes('True', 'False'), booleans: 2_000 },
      beside: [view('prediction', { numbers: 2_000, least: 0, most: 1, different: 2 })],
      is: true,
    },
    {
      name: 'predicted values beside numbers',
      label: numbers,
      beside: [view('prediction', numbers)],
      is: true,
    },
    { name: 'predicted values beside texts', label: {}, beside: [view('prediction', numbers)], is: false },
    {
      name: 'a score beside two classes',
      label: classes('a', 'b'),
      beside: [view('p', { ...numbers, shares: 2_000 })],
      is: true,
    },
  ])('a column called y with $name is the label: $is', ({ label, beside, is }) => {
    const { parts, features, warnings } = inferColumns([view('y', label), ...beside], {});
    expect(parts.label).toBe(is ? 'y' : undefined);
    expect(features.some(({ name }) => name === 'y')).toBe(!is);
    expect(warnings.join()).toContain(is ? "'y' is label" : "column 'y' is compared as a feature");
  });

  test('what is said comes before what a column looks like', () => {
    const { parts, features } = inferColumns([view('label'), view('zip', numbers), view('x', numbers)], {
      columns: { label: 'x', categorical: ['zip', 'label'] },
    });
    expect(parts).toEqual({ label: 'x' });
    expect(features.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'label categorical',
      'zip categorical',
    ]);
  });

  test('a column that cuts segments is not compared, unless it is listed', () => {
    const segments = [
      { name: 's', where: { all: [{ column: 'a', equals: 1 }, { not: { column: 'b', equals: 2 } }] } },
    ];
    const { features } = inferColumns([view('a'), view('b')], { segments, columns: { categorical: ['b'] } });
    expect(features.map(({ name, role }) => `${name} ${role}`)).toEqual(['a context', 'b input']);
  });

  test('identifiers are looked at for gaps and repeats only', () => {
    const { features } = inferColumns([view('plate', { different: 1_900 })], {});
    expect(features).toEqual([{ name: 'plate', type: 'identifier', role: 'input' }]);
  });

  test('times are compared by their age, where rows have a time', () => {
    const views = [view('ts', { times: 2_000 }), view('signed_up', { times: 2_000, different: 1_900 })];
    expect(inferColumns(views, {}).features).toEqual([
      { name: 'signed_up', type: 'timestamp', role: 'input' },
    ]);
    const { features, listed } = inferColumns(views.slice(1), {});
    expect(features).toEqual([]);
    expect(listed).toEqual([
      {
        name: 'signed_up',
        part: 'ignored',
        type: 'text',
        why: expect.stringContaining('columns.time') as string,
      },
    ]);
  });

  test('free text is told by its words, and named values stay named', () => {
    const note = view('note', { phrases: 1_200, different: 1_300 });
    const typed = (config: Parameters<typeof inferColumns>[1]) =>
      inferColumns([note], config).features[0]?.type;
    expect(typed({})).toBe('text');
    expect(typed({ columns: { categorical: ['note'] } })).toBe('categorical');
    expect(typed({ facets: [{ column: 'note', disfavoured: ['x'] }] })).toBe('categorical');
    expect(inferColumns([view('k')], { columns: { text: ['k'] } }).features[0]?.type).toBe('text');
  });

  test('what explains a feature is told from features, by a usual name or by the prefix that was given', () => {
    const views = [view('age', numbers), view('phi_age', numbers), view('phi_job', numbers)];
    const partsOf = (config: Parameters<typeof inferColumns>[1]) =>
      inferColumns(views, config).listed.map(({ name, part }) => `${name} ${part}`);
    expect(partsOf({})).toEqual(['age feature', 'phi_age attribution', 'phi_job feature']);
    expect(partsOf({ columns: { attributions: 'phi_' } })).toEqual([
      'age feature',
      'phi_age attribution',
      'phi_job attribution',
    ]);
    expect(partsOf({ columns: { attributions: 'shap_' } })).toEqual([
      'age feature',
      'phi_age feature',
      'phi_job feature',
    ]);
  });

  test('a facet that is ignored makes groups and is not compared', () => {
    const facets = [{ column: 'sex', disfavoured: ['f'] }];
    const { features } = inferColumns([view('sex'), view('x', numbers)], {
      facets,
      columns: { ignore: ['sex'] },
    });
    expect(features.map(({ name, role }) => `${name} ${role}`)).toEqual(['sex context', 'x input']);
  });
});

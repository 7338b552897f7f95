import { describe, expect, it } from 'vitest';

import { inferProblem, observe, type InferredTypes } from './infer.js';

const infer = (events: Record<string, unknown>[], known: string[] = []) => {
  const types: InferredTypes = new Map();
  for (const features of events) observe(types, features, (name) => known.includes(name));
  return Object.fromEntries(types);
};

type Case = { name: string; events: Record<string, unknown>[]; expected: Record<string, string> };

describe('observe', () => {
  it.each<Case>([
    {
      name: 'types',
      events: [{ a: 1, b: 'x', c: true }],
      expected: { a: 'numeric', b: 'categorical', c: 'boolean' },
    },
    { name: 'null says nothing', events: [{ a: null }, { a: 2 }], expected: { a: 'numeric' } },
    { name: 'only nulls', events: [{ a: null }], expected: {} },
    {
      name: 'mixed types are categories',
      events: [{ a: 1 }, { a: 'x' }, { a: 2 }],
      expected: { a: 'categorical' },
    },
    { name: 'nested values are no features', events: [{ a: [1], b: { c: 1 } }], expected: {} },
    { name: 'names of predictions are taken', events: [{ 'prediction.score': 1 }], expected: {} },
    {
      name: 'names that cannot be stored',
      events: [{ '': 1, ['x'.repeat(257)]: 1, '\ud800': 1 }],
      expected: {},
    },
    {
      name: 'names that every object has',
      events: [{ constructor: 1, toString: 'x' }],
      expected: { constructor: 'numeric', toString: 'categorical' },
    },
  ])('$name', ({ events, expected }) => {
    expect(infer(events)).toEqual(expected);
  });

  it('leaves out what the schema has', () => {
    expect(infer([{ a: 1, b: 2 }], ['a'])).toEqual({ b: 'numeric' });
  });

  it('takes up __proto__ as a name like any other', () => {
    const types: InferredTypes = new Map();
    observe(types, JSON.parse('{"__proto__":5}') as Record<string, unknown>, () => false);
    expect([...types]).toEqual([['__proto__', 'numeric']]);
  });
});

describe('inferProblem', () => {
  it.each([
    { prediction: { label: 'a', score: 0.4 }, expected: 'binary' },
    { prediction: { score: 0.4 }, expected: 'binary' },
    { prediction: { value: 3 }, expected: 'regression' },
    { prediction: { label: 'a' }, expected: 'multiclass' },
    { prediction: { scores: { a: 0.1, b: 0.9 } }, expected: 'binary' },
    { prediction: { scores: { a: 0.1, b: 0.8, c: 0.1 } }, expected: 'multiclass' },
  ])('$prediction → $expected', ({ prediction, expected }) => {
    expect(inferProblem(prediction)).toBe(expected);
  });
});

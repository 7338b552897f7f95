import { expect, it } from 'vitest';

import { canonical } from './canonical.js';
import { slug } from './new-id.js';

it.each([
  [{ a: 1, b: { d: 1, c: [2, { y: 1, x: 2 }] } }, { b: { c: [2, { x: 2, y: 1 }], d: 1 }, a: 1 }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: null }, {}, false],
  [{ a: 1 }, { a: '1' }, false],
])('%j and %j: %s', (left, right, same) => {
  expect(canonical(left) === canonical(right)).toBe(same);
});

it.each([
  ['Drift of m', 'drift-of-m'],
  ['  Überprüfung: Ä ', 'uberprufung-a'],
  ['日本', ''],
  ['x'.repeat(100), 'x'.repeat(60)],
])('the slug of %j is %j', (name, expected) => {
  expect(slug(name)).toBe(expected);
});

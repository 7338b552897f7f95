import { expect, test } from 'vitest';
import { bigInteger, flag, float, integer } from './fields.js';

test.each([
  [integer, '9007199254740991', 9_007_199_254_740_991],
  [integer, 5, 5],
  [bigInteger, '18446744073709551615', 18_446_744_073_709_551_615n],
  [float, 'nan', NaN],
  [float, '-inf', -Infinity],
  [float, 1.5, 1.5],
  [flag, 1, true],
  [flag, false, false],
])('%# reads %j', (field, value, expected) => {
  expect(field.parse(value)).toEqual(expected);
});

test.each([
  [integer, '9007199254740993'],
  [integer, 'x'],
  [float, 'x'],
  [flag, 'true'],
])('%# refuses %j', (field, value) => {
  expect(field.safeParse(value).success).toBe(false);
});

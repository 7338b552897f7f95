import { expect, test } from 'vitest';
import { splitStatements } from './split-statements.js';

test.each([
  { name: 'two statements', sql: 'SELECT 1;\nSELECT 2;', expected: ['SELECT 1', 'SELECT 2'] },
  { name: 'no last semicolon', sql: 'SELECT 1; SELECT 2', expected: ['SELECT 1', 'SELECT 2'] },
  { name: 'nothing but comments', sql: '-- a;\n/* b; */ ;', expected: [] },
  {
    name: 'a semicolon in a line comment',
    sql: 'SELECT 1 -- one; and only\n, 2;',
    expected: ['SELECT 1  \n, 2'],
  },
  { name: 'a semicolon in a block comment', sql: 'SELECT /* a;b\n; */ 1', expected: ['SELECT   1'] },
  {
    name: 'quotes of all kinds',
    sql: 'SELECT \';\', ";", `;`; SELECT 2',
    expected: ['SELECT \';\', ";", `;`', 'SELECT 2'],
  },
  {
    name: 'escaped quotes',
    sql: "SELECT 'it\\';s', 'it'';s'; X",
    expected: ["SELECT 'it\\';s', 'it'';s'", 'X'],
  },
  { name: 'a comment mark in text', sql: "SELECT '--;/*' ; X", expected: ["SELECT '--;/*'", 'X'] },
  { name: 'minus and division', sql: 'SELECT 4-2/1; X', expected: ['SELECT 4-2/1', 'X'] },
])('$name', ({ sql, expected }) => {
  expect(splitStatements(sql)).toEqual(expected);
});

test('an open quote is refused, with its place', () => {
  expect(() => splitStatements("SELECT 1; SELECT 'abc")).toThrow(/never closed: 'abc/);
});

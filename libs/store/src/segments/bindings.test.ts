import { expect, test } from 'vitest';
import { Bindings, integersLiteral, numberLiteral } from './bindings.js';

test('text becomes typed parameters', () => {
  const bindings = new Bindings();
  expect([bindings.text("a'b"), bindings.texts(['x', '}'])]).toEqual(['{b0: String}', '{b1: Array(String)}']);
  expect(bindings.params).toEqual({ b0: "a'b", b1: ['x', '}'] });
});

test('what is too long for an address becomes base64, from which nothing can escape', () => {
  const bindings = new Bindings();
  const long = Array.from({ length: 1_000 }, (_, at) => `${"');--".repeat(10)}${at}`);
  const sql = bindings.texts(long);
  const encoded =
    /^JSONExtract\(base64Decode\('([A-Za-z0-9+/=]*)'\), 'Array\(String\)'\)$/.exec(sql)?.[1] ?? '';
  expect(JSON.parse(Buffer.from(encoded, 'base64').toString())).toEqual(long);
  expect(bindings.text('x'.repeat(40_000))).toMatch(/^base64Decode\('[A-Za-z0-9+/=]*'\)$/);
  expect(bindings.params).toEqual({});
});

test('many texts make neither too long an address nor too many parameters', () => {
  const bindings = new Bindings();
  for (let at = 0; at < 5_000; at += 1) bindings.text(`${at}`.repeat(60));
  expect(JSON.stringify(bindings.params).length).toBeLessThan(300_000);
  expect(Object.keys(bindings.params)).toHaveLength(50);
});

test('the same text is bound once, and a list is never taken for a text', () => {
  const bindings = new Bindings();
  expect([bindings.text('a'), bindings.text('a')]).toEqual(['{b0: String}', '{b0: String}']);
  expect([bindings.texts(['a']), bindings.text('["a"]')]).toEqual(['{b1: Array(String)}', '{b2: String}']);
});

test.each([0.1, 1e-320, -1.7976931348623157e308, 2 ** 53, 5e-324, -3])('%d is written exactly', (value) => {
  expect(Number(numberLiteral(value))).toBe(value);
});

test.each([NaN, Infinity, -Infinity])('%d is no literal', (value) => {
  expect(() => numberLiteral(value)).toThrow('cannot be a literal');
});

test('integers are written in digits, at any size', () => {
  expect(integersLiteral([1, 2n ** 64n - 1n], 64)).toBe("CAST('[1,18446744073709551615]', 'Array(UInt64)')");
});

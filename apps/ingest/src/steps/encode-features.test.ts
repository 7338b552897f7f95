import { INVALID_CATEGORY as BAD, NULL_CATEGORY as NULL } from '#libs/store';
import { describe, expect, it } from 'vitest';

import { layoutOf } from '../registry/layout.js';
import { encodeFeatures } from './encode-features.js';

const layout = layoutOf(1, {
  status: 'registered',
  features: [
    { name: 'n', type: 'numeric', role: 'input' },
    { name: 'c', type: 'categorical', role: 'input' },
    { name: 'b', type: 'boolean', role: 'input' },
    { name: 'n2', type: 'numeric', role: 'context' },
    { name: 'constructor', type: 'categorical', role: 'input' },
  ],
});
const encode = (json: string) =>
  encodeFeatures(JSON.parse(json) as Record<string, unknown>, layout, Date.UTC(2026, 0, 2));
const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;

describe('encodeFeatures', () => {
  it('puts values where their features are, whatever their order, and null where there are none', () => {
    expect(encode('{"n2":2,"c":"x"}')).toEqual({
      num: [NaN, 2],
      cat: ['x', NULL, NULL],
      invalid: {},
      extra: '',
    });
    expect(encode('{}')).toMatchObject({ num: [NaN, NaN], cat: [NULL, NULL, NULL] });
    expect(encode('{"n":null,"c":null,"b":null}')).toMatchObject({ num: [NaN, NaN], invalid: {} });
  });

  it.each([
    { name: 'number', json: '{"n":-0.5}', expected: { num: [-0.5, NaN] } },
    { name: 'number for a category', json: '{"c":733}', expected: { cat: ['733', NULL, NULL] } },
    { name: 'boolean for a category', json: '{"c":false}', expected: { cat: ['false', NULL, NULL] } },
    { name: 'empty text as missing', json: '{"c":""}', expected: { cat: [NULL, NULL, NULL] } },
    { name: 'text that spells a number', json: '{"n":" 12.0 "}', expected: { num: [12, NaN] } },
    { name: 'a boolean for a number', json: '{"n":true}', expected: { num: [1, NaN] } },
    { name: 'boolean', json: '{"b":true}', expected: { cat: [NULL, 'true', NULL] } },
    { name: 'boolean as text', json: '{"b":"false"}', expected: { cat: [NULL, 'false', NULL] } },
    {
      name: 'a name that every object has',
      json: '{"constructor":"k"}',
      expected: { cat: [NULL, NULL, 'k'] },
    },
  ])('stores $name', ({ json, expected }) => {
    expect(encode(json)).toMatchObject({ ...expected, invalid: {} });
  });

  it.each([
    { name: 'text for a number', json: '{"n":"12 m"}', num: Infinity, invalid: { n: '12 m' } },
    { name: 'a number beyond doubles', json: '{"n":1e400}', num: Infinity, invalid: { n: 'Infinity' } },
    {
      name: 'a negative one is marked alike',
      json: '{"n":-1e400}',
      num: Infinity,
      invalid: { n: '-Infinity' },
    },
    {
      name: 'a list for a number',
      json: '{"n":[1,2]}',
      num: Infinity,
      invalid: { n: 'nested value: [1,2]' },
    },
    {
      name: 'an object for a category',
      json: '{"c":{"a":1}}',
      cat: BAD,
      invalid: { c: 'nested value: {"a":1}' },
    },
    {
      name: 'text too long to be a category',
      json: `{"c":"${'x'.repeat(257)}"}`,
      cat: BAD,
      invalid: { c: 'x'.repeat(256) },
    },
    { name: 'text that means null', json: '{"c":"\\u0000"}', cat: BAD, invalid: { c: '\0' } },
    { name: 'text that means invalid', json: '{"c":"\\u0001"}', cat: BAD, invalid: { c: '\x01' } },
    {
      name: 'a number beyond doubles for a category',
      json: '{"c":1e400}',
      cat: BAD,
      invalid: { c: 'Infinity' },
    },
    {
      name: 'nesting too deep to show',
      json: `{"c":${deep}}`,
      cat: BAD,
      invalid: { c: 'nested value: too deep to show' },
    },
  ])('marks $name as invalid and keeps its text', ({ json, num, cat, invalid }) => {
    const encoded = encode(json);
    if (num !== undefined) expect(encoded.num[0]).toBe(num);
    if (cat !== undefined) expect(encoded.cat[0]).toBe(cat);
    expect({ ...encoded.invalid }).toEqual(invalid);
  });

  it('keeps unknown features as JSON, __proto__ among them', () => {
    const { extra } = encode('{"n":1,"new":[1],"__proto__":"p","toString":null}');
    expect(extra).toBe('{"new":[1],"__proto__":"p","toString":null}');
    expect(() => JSON.parse(encode(`{"x":${deep}}`).extra) as unknown).not.toThrow();
  });
});

describe('other types', () => {
  const others = layoutOf(1, {
    status: 'registered',
    features: [
      { name: 'since', type: 'timestamp', role: 'input' },
      { name: 'plate', type: 'identifier', role: 'input' },
      { name: 'note', type: 'text', role: 'input' },
    ],
  });
  const event = Date.UTC(2026, 0, 2);
  const encoded = (value: object) => encodeFeatures(value as Record<string, unknown>, others, event);

  it.each([
    { name: 'a time as its age in seconds', value: { since: '2026-01-01T00:00:00Z' }, num: [86_400, NaN] },
    {
      name: 'a time to come as a negative age',
      value: { since: '2026-01-02T00:00:01.5Z' },
      num: [-1.5, NaN],
    },
    { name: 'seconds since 1970', value: { since: event / 1_000 - 60 }, num: [60, NaN] },
    { name: 'milliseconds since 1970', value: { since: String(event - 60_000) }, num: [60, NaN] },
    { name: 'a text as its length in characters', value: { note: 'naïve 👍' }, num: [NaN, 7] },
    { name: 'an empty text as missing', value: { note: '' }, num: [NaN, NaN] },
    { name: 'a number for a text as its digits', value: { note: 125 }, num: [NaN, 3] },
  ])('stores $name', ({ value, num }) => {
    expect(encoded(value)).toMatchObject({ num, cat: [NULL], invalid: {} });
  });

  it('keeps identifiers as text, also beyond what a double can tell apart', () => {
    expect(encoded({ plate: '9007199254740993' })).toMatchObject({ cat: ['9007199254740993'] });
  });

  it.each([
    { value: { since: 'yesterday' }, num: [Infinity, NaN], invalid: { since: 'yesterday' } },
    { value: { since: 12 }, num: [Infinity, NaN], invalid: { since: '12' } },
    { value: { note: [5] }, num: [NaN, Infinity], invalid: { note: 'nested value: [5]' } },
  ])('counts as invalid: %j', ({ value, num, invalid }) => {
    expect(encoded(value)).toMatchObject({ num, invalid });
  });
});

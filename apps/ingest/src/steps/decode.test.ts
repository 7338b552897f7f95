import { describe, expect, it } from 'vitest';

import { decode } from './decode.js';

const LIMIT = 1_048_576;
const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('decode', () => {
  it.each([
    { name: 'an object', value: bytes('{"a":1}'), expected: { a: 1 } },
    {
      name: 'a byte order mark',
      value: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes('{}')]),
      expected: {},
    },
    { name: 'a number beyond doubles', value: bytes('[1e400]'), expected: [Infinity] },
    { name: 'duplicate keys: the last one', value: bytes('{"a":1,"a":2}'), expected: { a: 2 } },
  ])('reads $name', ({ value, expected }) => {
    expect(decode(value, LIMIT)).toEqual({ kind: 'ok', value: expected });
  });

  it.each([
    { name: 'a tombstone', value: null, reason: 'empty' },
    { name: 'no bytes', value: Buffer.alloc(0), reason: 'empty' },
    { name: 'text', value: bytes('hello'), reason: 'not_json' },
    { name: 'half an object', value: bytes('{"a":'), reason: 'not_json' },
    { name: 'NaN', value: bytes('{"a":NaN}'), reason: 'not_json' },
    { name: 'Infinity', value: bytes('{"a":-Infinity}'), reason: 'not_json' },
    { name: 'bytes that are not UTF-8', value: Buffer.from([0x22, 0xff, 0x22]), reason: 'not_json' },
    { name: 'UTF-16', value: Buffer.from('{}', 'utf16le'), reason: 'not_json' },
    { name: 'a byte order mark alone', value: Buffer.from([0xef, 0xbb, 0xbf]), reason: 'not_json' },
    { name: 'a value of 10 MB', value: bytes(`"${'x'.repeat(10_000_000)}"`), reason: 'too_large' },
    { name: 'one byte too many', value: bytes(`"${'x'.repeat(LIMIT - 1)}"`), reason: 'too_large' },
  ])('quarantines $name as $reason', ({ value, reason }) => {
    const step = decode(value, LIMIT);
    expect(step).toMatchObject({ kind: 'quarantined', reason });
    if (step.kind === 'quarantined') expect(step.message.length).toBeGreaterThan(10);
  });

  it('reads an event of exactly the limit, and nesting a million deep', () => {
    expect(decode(bytes(`"${'x'.repeat(LIMIT - 2)}"`), LIMIT).kind).toBe('ok');
    expect(decode(bytes('['.repeat(500_000) + ']'.repeat(500_000)), LIMIT).kind).toBe('ok');
  });

  it('keeps __proto__ a plain key that changes no prototype', () => {
    const step = decode(bytes('{"__proto__":{"polluted":true}}'), LIMIT);
    expect(step.kind === 'ok' && Object.getPrototypeOf(step.value) === Object.prototype).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('messages', () => {
  it.each([
    { text: '{"a":NaN}', says: 'NaN is not allowed; leave the value out or write null' },
    { text: '{"a":-Infinity}', says: '-Infinity is not allowed; leave the value out or write null' },
    { text: '{"a":True}', says: 'True is not allowed; write true' },
    { text: "{'a':1}", says: 'names and texts stand in double quotes; found single ones' },
    { text: '{"a":', says: 'it ends too early; send the event as a whole' },
    { text: '{"a":"x', says: 'it ends too early; send the event as a whole' },
    { text: '{"a":1 "b":2}', says: 'character 8 is not what JSON has there; send one JSON object' },
    { text: ' ', says: 'it holds nothing; send one JSON object' },
  ])('say what is wrong with $text', ({ text, says }) => {
    expect(decode(bytes(text), LIMIT)).toMatchObject({ message: `the event is no JSON: ${says}` });
  });
});

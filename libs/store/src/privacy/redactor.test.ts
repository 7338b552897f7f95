import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { privacyRuleSchema, type PrivacyRule } from '#libs/contracts';
import { createRedactor } from './redactor.js';
import { redactValue, WITHHELD } from './redact-value.js';

const KEY = Buffer.alloc(32, 3);
const keys = { values: KEY, content: Buffer.alloc(32, 4) };
const hash: PrivacyRule = { action: 'hash' };
const width: PrivacyRule = { action: 'bucket', width: 5 };
const edges: PrivacyRule = { action: 'bucket', edges: [0, 18, 65] };
const month: PrivacyRule = { action: 'bucket', truncate: 'month' };
const hmac = (text: string) => `hmac:${createHmac('sha256', KEY).update(text).digest('hex').slice(0, 32)}`;

it.each<[string, PrivacyRule, unknown, unknown]>([
  ['drop', { action: 'drop' }, 'x', undefined],
  ['drop of null', { action: 'drop' }, null, undefined],
  ['null stays null', hash, null, null],
  ['hash of text', hash, 'x', hmac('x')],
  ['hash of a number is that of its text', hash, 733, hmac('733')],
  ['hash of a truth value', hash, true, hmac('true')],
  ['a hash is not hashed again', hash, hmac('x'), hmac('x')],
  ['hash of an object', hash, { a: 1 }, WITHHELD],
  ['width', width, 17, 15],
  ['width below zero', width, -1, -5],
  ['width of text', width, ' 17 ', '15'],
  ['width of what is no number', width, '1O', WITHHELD],
  ['width that overflows', { action: 'bucket', width: 1e-300 }, 1e300, WITHHELD],
  ['edges', edges, 18, 18],
  ['between edges', edges, 64.9, 18],
  ['above the edges', edges, 1e9, 65],
  ['below the edges', edges, -3, 0],
  ['a truth value in buckets', edges, true, WITHHELD],
  ['a month', month, '2026-11-22T10:00:00Z', '2026-11'],
  ['coarser than asked', month, '2026', '2026'],
  ['a date of another kind', month, '22.11.2026', WITHHELD],
  ['a date as number', month, 20261122, WITHHELD],
])('%s', (_, rule, value, expected) => {
  expect(redactValue(value, rule, KEY)).toEqual(expected);
});

it('changes nothing the second time', () => {
  const rule = fc.oneof(
    fc.constant(hash),
    fc.constant(edges),
    fc.constant(month),
    fc.integer({ min: 1, max: 1_000 }).map((each): PrivacyRule => ({ action: 'bucket', width: each })),
  );
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }).map(String),
  );
  fc.assert(
    fc.property(rule, value, (each, raw) => {
      const once = redactValue(raw, each, KEY);
      if (once !== WITHHELD) expect(redactValue(once, each, KEY)).toEqual(once);
    }),
  );
});

describe('createRedactor', () => {
  const redactor = createRedactor(
    {
      features: { ssn: { action: 'drop' }, zip: hash, absent: hash },
      tags: { subject: hash, born: { action: 'bucket', truncate: 'year' } },
    },
    keys,
  );
  const event = { id: '1', model: 'm', version: '1', time: '', prediction: { score: 1 } };

  it('drops a feature with its attribution and leaves the rest alone', () => {
    const given = {
      ...event,
      features: { ssn: 1, zip: '10115', other: 2 },
      attributions: { ssn: 0.1, zip: 0.2 },
      tags: { subject: 's', born: 'unknown', region: 'x' },
    };
    const before = structuredClone(given);
    expect(redactor.event(given)).toEqual({
      ...event,
      features: { zip: hmac('10115'), other: 2 },
      attributions: { zip: 0.2 },
      tags: { subject: hmac('s'), born: null, region: 'x' },
    });
    expect(given).toEqual(before);
  });

  it('adds nothing to an event that lacks all of it', () => {
    expect(redactor.event(event)).toEqual(event);
  });

  it('hashes the content under a key', () => {
    const bytes = Buffer.from('{}');
    const other = createRedactor({ features: {}, tags: {} }, { ...keys, content: Buffer.alloc(32, 5) });
    expect(redactor.contentHash(bytes)).toBe(redactor.contentHash(Buffer.from('{}')));
    expect(redactor.contentHash(bytes)).not.toBe(other.contentHash(bytes));
  });
});

it.each([
  [{ action: 'bucket' }, 'exactly one of'],
  [{ action: 'bucket', width: 1, edges: [1] }, 'exactly one of'],
  [{ action: 'hash', width: 1 }, 'takes no settings'],
  [{ action: 'bucket', edges: [2, 1] }, 'must ascend'],
  [{ action: 'bucket', width: 0 }, '>0'],
  [{ action: 'hide' }, 'drop'],
])('refuses the rule %j', (rule, message) => {
  expect(privacyRuleSchema.safeParse(rule).error?.issues[0]?.message).toContain(message);
});

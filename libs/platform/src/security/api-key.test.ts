import { describe, expect, it } from 'vitest';

import { equalInConstantTime, hashApiKey, isApiKey, newApiKey } from './api-key.js';

describe('newApiKey', () => {
  it('makes keys that pass their own check, differ, and are not in their stored parts', () => {
    const keys = Array.from({ length: 200 }, newApiKey);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
    for (const { key, hash, prefix } of keys) {
      expect(key).toMatch(/^pl_[\w-]{38}$/);
      expect(isApiKey(key)).toBe(true);
      expect(hash).toBe(hashApiKey(key));
      expect(hash).toMatch(/^[\da-f]{64}$/);
      expect(key.startsWith(prefix)).toBe(true);
      expect(prefix).toHaveLength(11);
    }
  });
});

describe('isApiKey', () => {
  const { key } = newApiKey();
  const swapped = `${key.slice(0, 5)}${key[5] === 'A' ? 'B' : 'A'}${key.slice(6)}`;
  it.each([
    ['a changed character', swapped],
    ['another prefix', key.replace('pl_', 'sk_')],
    ['a longer text', `${key}A`],
    ['white space', ` ${key}`],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(isApiKey(text)).toBe(false);
  });
});

describe('equalInConstantTime', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcd', false],
    ['', '', true],
  ])('%s and %s: %s', (left, right, expected) => {
    expect(equalInConstantTime(left, right)).toBe(expected);
  });
});

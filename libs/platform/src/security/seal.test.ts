import { createSecretKey, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { open, seal } from './seal.js';

const key = createSecretKey(randomBytes(32));
const place = { purpose: 'channel-secret', context: 'default/channel/7' };
const sealed = seal(key, place, 'https://hooks.example/π');

const tamper = (text: string): string => {
  const [version, id, payload] = text.split('.') as [string, string, string];
  const bytes = Buffer.from(payload, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return [version, id, bytes.toString('base64url')].join('.');
};

describe('seal and open', () => {
  it('gives the text back in its place, and never the same ciphertext twice', () => {
    expect(open(key, place, sealed)).toEqual({ ok: true, value: 'https://hooks.example/π' });
    expect(seal(key, place, 'https://hooks.example/π')).not.toBe(sealed);
    expect(open(key, place, seal(key, place, ''))).toEqual({ ok: true, value: '' });
  });

  it.each([
    ['another context', { ...place, context: 'default/channel/8' }, sealed, 'not_authentic'],
    ['another purpose', { ...place, purpose: 'link' }, sealed, 'not_authentic'],
    [
      'a context that only looks alike',
      { purpose: 'channel-secret","default', context: '/channel/7' },
      sealed,
      'not_authentic',
    ],
    ['a changed byte', place, tamper(sealed), 'not_authentic'],
    ['a cut text', place, sealed.slice(0, 20), 'malformed'],
    ['no text', place, '', 'malformed'],
    ['too many parts', place, `${sealed}.x`, 'malformed'],
    ['a later version', place, sealed.replace('v1', 'v2'), 'unknown_version'],
  ])('refuses %s', (_, where, text, reason) => {
    expect(open(key, where, text)).toEqual({ ok: false, reason });
  });

  it('says when the secret key was changed', () => {
    expect(open(createSecretKey(randomBytes(32)), place, sealed)).toEqual({ ok: false, reason: 'other_key' });
  });
});

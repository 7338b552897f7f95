import { createSecretKey, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { signLink, signToken, verifyLink, verifyToken } from './signed.js';

const key = createSecretKey(randomBytes(32));
const nowMs = Date.UTC(2026, 0, 1);
const expiresAtMs = nowMs + 1_000;
const check = { purpose: 'read-alert', nowMs };

describe('links', () => {
  const link = signLink(key, { purpose: 'read-alert', path: '/alerts/7?segment=origin%20hub', expiresAtMs });

  it('verify for the page they were signed for', () => {
    expect(verifyLink(key, check, link)).toEqual({
      ok: true,
      subject: '/alerts/7?segment=origin+hub',
      expiresAtMs,
    });
    const plain = signLink(key, { purpose: 'read-alert', path: '/alerts/7', expiresAtMs });
    expect(plain).toMatch(/^\/alerts\/7\?exp=\d+&sig=[\w-]{43}$/);
    expect(verifyLink(key, check, plain)).toMatchObject({ ok: true, subject: '/alerts/7' });
  });

  it.each([
    ['another page', link.replace('/alerts/7', '/alerts/8'), 'not_authentic'],
    ['another query', link.replace('origin', 'haul'), 'not_authentic'],
    ['an added parameter', `${link}&all=1`, 'not_authentic'],
    ['a later expiry', link.replace(String(expiresAtMs), String(expiresAtMs + 1)), 'not_authentic'],
    ['a changed signature', `${link}A`, 'not_authentic'],
    ['two signatures', `${link}&sig=x`, 'malformed'],
    ['no signature', '/alerts/7', 'malformed'],
    ['an expiry that is no number', link.replace(String(expiresAtMs), '1e99'), 'malformed'],
  ])('refuse %s', (_, url, reason) => {
    expect(verifyLink(key, check, url)).toEqual({ ok: false, reason });
  });

  it('refuse another purpose, another key and a past expiry', () => {
    expect(verifyLink(key, { ...check, purpose: 'login' }, link)).toMatchObject({ reason: 'not_authentic' });
    expect(verifyLink(createSecretKey(randomBytes(32)), check, link)).toMatchObject({
      reason: 'not_authentic',
    });
    expect(verifyLink(key, { ...check, nowMs: expiresAtMs }, link)).toEqual({ ok: false, reason: 'expired' });
  });
});

describe('tokens', () => {
  const token = signToken(key, { purpose: 'session', subject: 'key:π.7', expiresAtMs });
  const session = { purpose: 'session', nowMs };

  it('carry their subject until they expire', () => {
    expect(verifyToken(key, session, token)).toEqual({ ok: true, subject: 'key:π.7', expiresAtMs });
    expect(verifyToken(key, { ...session, nowMs: expiresAtMs }, token)).toEqual({
      ok: false,
      reason: 'expired',
    });
  });

  it.each([
    ['another purpose', { ...session, purpose: 'read-alert' }, token, 'not_authentic'],
    [
      'another subject',
      session,
      token.replace(/^[^.]+/, Buffer.from('key:8').toString('base64url')),
      'not_authentic',
    ],
    ['a cut token', session, token.split('.').slice(0, 2).join('.'), 'malformed'],
    ['an endless token', session, `${'A'.repeat(5_000)}.1.x`, 'malformed'],
  ])('refuse %s', (_, given, text, reason) => {
    expect(verifyToken(key, given, text)).toEqual({ ok: false, reason });
  });
});

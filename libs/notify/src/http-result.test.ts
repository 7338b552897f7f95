import { OutboundError } from '#libs/outbound';
import { describe, expect, it } from 'vitest';

import { httpResult, outboundResult, retryAfterMs } from './http-result.js';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const answer = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: '',
  truncated: false,
});

describe('retryAfterMs', () => {
  it.each([
    ['30', 30_000],
    ['1.5', 1_500],
    ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
    ['Thu, 01 Jan 2015 00:00:10 GMT', 0],
    ['999999', 3_600_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });
});

describe('httpResult', () => {
  it.each([
    [200, {}, { ok: true }],
    [204, {}, { ok: true }],
    [302, {}, { ok: false, retryable: false }],
    [400, {}, { ok: false, retryable: false }],
    [403, {}, { ok: false, retryable: false }],
    [404, {}, { ok: false, retryable: false }],
    [408, {}, { ok: false, retryable: true }],
    [410, {}, { ok: false, retryable: false }],
    [429, {}, { ok: false, retryable: true, retryAfterMs: 30_000 }],
    [429, { 'retry-after': '7' }, { ok: false, retryable: true, retryAfterMs: 7_000 }],
    [500, {}, { ok: false, retryable: true }],
    [503, { 'retry-after': '60' }, { ok: false, retryable: true, retryAfterMs: 60_000 }],
  ])('%i', (status, headers, expected) => {
    expect(httpResult(answer(status, headers), nowMs)).toMatchObject(expected);
  });

  it('names the status and the detail', () => {
    expect(httpResult(answer(404), nowMs, 'no_service')).toMatchObject({
      reason: 'answered HTTP 404 (no_service)',
    });
  });
});

describe('outboundResult', () => {
  it('takes over what the way out says and throws bugs on', () => {
    expect(outboundResult(new OutboundError('timeout', 'late'))).toEqual({
      ok: false,
      retryable: true,
      reason: 'late',
    });
    expect(outboundResult(new OutboundError('forbidden_address', 'no'))).toEqual({
      ok: false,
      retryable: false,
      reason: 'no',
    });
    expect(() => outboundResult(new TypeError('bug'))).toThrow('bug');
  });
});

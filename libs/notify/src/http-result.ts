import { OutboundError, type OutboundResponse } from '#libs/outbound';

import type { SendResult } from './channel.js';

const RETRY_AFTER_DEFAULT_MS = 30_000;
const RETRY_AFTER_MAX_MS = 3_600_000;
const RETRYABLE_CLIENT_ERRORS = [408, 425];

/** retryAfterMs: a Retry-After header as ms from now: seconds or an HTTP date, between 0 and one hour; undefined if it is neither. */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  if (header === undefined) return undefined;
  const waitMs = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MAX_MS);
};

/** httpResult: what an HTTP answer means for a delivery. `detail` is added to the reason; pass only what is known to be harmless. */
export const httpResult = ({ status, headers }: OutboundResponse, nowMs: number, detail = ''): SendResult => {
  if (status >= 200 && status < 300) return { ok: true, receipt: `HTTP ${status}` };
  const reason = `answered HTTP ${status}${detail === '' ? '' : ` (${detail})`}`;
  const named = retryAfterMs(headers['retry-after'], nowMs);
  if (status === 429)
    return { ok: false, retryable: true, retryAfterMs: named ?? RETRY_AFTER_DEFAULT_MS, reason };
  const retryable = status >= 500 || RETRYABLE_CLIENT_ERRORS.includes(status);
  return {
    ok: false,
    retryable,
    reason,
    ...(retryable && named !== undefined ? { retryAfterMs: named } : {}),
  };
};

/** outboundResult: what the absence of an answer means for a delivery; a bug, which is no OutboundError, is thrown on. */
export const outboundResult = (error: unknown): SendResult => {
  if (!(error instanceof OutboundError)) throw error;
  return { ok: false, retryable: error.retryable, reason: error.message };
};

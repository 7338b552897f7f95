import { createHmac } from 'node:crypto';

import type { Outbound } from '#libs/outbound';

import { SEND_TIMEOUT_MS, type Channel, type SendResult } from '../channel.js';
import { httpResult, outboundResult } from '../http-result.js';

/** Version of the body; fields are only ever added within one. */
const WEBHOOK_FORMAT = 1;

/** `v1=` and the hex HMAC-SHA-256 over `<timestamp in s>.<body>`; the receiver refuses old timestamps, so a caught call cannot be replayed. */
const signWebhook = (signingKey: string, timestampS: number, body: string): string =>
  `v1=${createHmac('sha256', signingKey).update(`${timestampS}.${body}`).digest('hex')}`;

const headersFor = (
  body: string,
  transitionId: string,
  signingKey: string | undefined,
  nowMs: number,
): Record<string, string> => {
  const timestampS = Math.floor(nowMs / 1_000);
  return {
    'content-type': 'application/json',
    'user-agent': 'Plumbline',
    'idempotency-key': transitionId,
    'plumbline-timestamp': String(timestampS),
    ...(signingKey === undefined ? {} : { 'plumbline-signature': signWebhook(signingKey, timestampS, body) }),
  };
};

/** webhookChannel: the whole message as JSON to an address of the user's. The answer's body is never shown: it may come from where the user has no right to read. */
export const webhookChannel = (outbound: Outbound, now: () => number = Date.now): Channel<'webhook'> => ({
  kind: 'webhook',
  async send(message, { secret }, signal): Promise<SendResult> {
    const body = JSON.stringify({ format: WEBHOOK_FORMAT, ...message });
    const headers = headersFor(body, message.transitionId, secret.signingKey, now());
    try {
      const response = await outbound.fetch(secret.url, {
        method: 'POST',
        headers,
        body,
        timeoutMs: SEND_TIMEOUT_MS,
        maxBytes: 1_024,
        signal,
      });
      return httpResult(response, now());
    } catch (error) {
      return outboundResult(error);
    }
  },
});

import type { Outbound, OutboundResponse } from '#libs/outbound';
import { IncomingWebhook, SlackWebhookError } from '@slack/webhook';

import { SEND_TIMEOUT_MS, type Channel, type SendResult } from '../channel.js';
import { renderSlack } from '../content/slack.js';
import { httpResult, outboundResult } from '../http-result.js';

type Fetch = NonNullable<NonNullable<ConstructorParameters<typeof IncomingWebhook>[1]>['fetch']>;
type Seen = { response?: OutboundResponse; error?: unknown };

/** Slack answers failures with one word such as `no_service`; only such a word is repeated. */
const slackWord = (body: string): string => (/^[a-z_]{1,60}$/.test(body.trim()) ? body.trim() : '');

/** Sends through the guarded way out and keeps what came back: the library forgets headers, and Retry-After is one. */
const guardedFetch =
  (outbound: Outbound, signal: AbortSignal, seen: Seen): Fetch =>
  async (url, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '';
    try {
      const response = await outbound.fetch(String(url), {
        method: 'POST',
        headers: init.headers ?? {},
        body,
        timeoutMs: SEND_TIMEOUT_MS,
        maxBytes: 1_024,
        signal,
      });
      seen.response = response;
      return new Response(response.status === 204 ? null : response.body, {
        status: Math.max(200, response.status),
        headers: response.headers,
      });
    } catch (error) {
      seen.error = error;
      throw error;
    }
  };

/** slackChannel: Slack's incoming webhook. An update is a new message: webhooks can neither edit nor thread. */
export const slackChannel = (outbound: Outbound, now: () => number = Date.now): Channel<'slack'> => ({
  kind: 'slack',
  async send(message, { secret }, signal): Promise<SendResult> {
    const seen: Seen = {};
    try {
      await new IncomingWebhook(secret.webhookUrl, { fetch: guardedFetch(outbound, signal, seen) }).send(
        renderSlack(message),
      );
    } catch (error) {
      if (!(error instanceof SlackWebhookError)) throw error;
      if (seen.response === undefined) return outboundResult(seen.error ?? error);
    }
    if (seen.response === undefined) throw new Error('the Slack library ended without a call');
    return httpResult(seen.response, now(), slackWord(seen.response.body));
  },
});

import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Outbound } from '#libs/outbound';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { SendResult } from '../channel.js';
import { exampleMessage } from '../example-message.js';
import { slackChannel } from './slack.js';
import { webhookChannel } from './webhook.js';

type Call = { url: string; headers: IncomingHttpHeaders; body: string };

const calls: Call[] = [];
let reply: (response: ServerResponse) => void = (response) => void response.end('ok');
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    calls.push({ url: request.url ?? '', headers: request.headers, body });
    reply(response);
  });
});
let base = '';
let outbound: Outbound;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  base = `http://127.0.0.1:${port}`;
  outbound = new Outbound({ allow: [`127.0.0.1:${port}`] });
});
afterEach(() => void (calls.length = 0));
afterAll(async () => {
  await outbound.close();
  server.closeAllConnections();
  server.close();
});

const forever = new AbortController().signal;
const slack = (signal = forever, webhookUrl = `${base}/services/T0/B0/secret`): Promise<SendResult> =>
  slackChannel(outbound).send(
    exampleMessage(),
    { kind: 'slack', settings: {}, secret: { webhookUrl } },
    signal,
  );
const webhook = (signingKey?: string): Promise<SendResult> =>
  webhookChannel(outbound, () => 1_700_000_000_500).send(
    exampleMessage(),
    {
      kind: 'webhook',
      settings: {},
      secret: { url: `${base}/hook`, ...(signingKey === undefined ? {} : { signingKey }) },
    },
    forever,
  );

describe('slackChannel', () => {
  it('posts the blocks as JSON', async () => {
    reply = (response) => void response.end('ok');
    expect(await slack()).toEqual({ ok: true, receipt: 'HTTP 200' });
    expect(calls[0]).toMatchObject({ url: '/services/T0/B0/secret' });
    expect(calls[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(calls[0]?.body ?? '')).toHaveProperty('blocks.0.type', 'section');
  });

  it.each([
    ['404', 404, {}, 'no_service', { ok: false, retryable: false, reason: 'answered HTTP 404 (no_service)' }],
    ['403', 403, {}, 'action_prohibited', { ok: false, retryable: false }],
    ['410', 410, {}, 'channel_is_archived', { ok: false, retryable: false }],
    [
      '400',
      400,
      {},
      'invalid_blocks',
      { ok: false, retryable: false, reason: 'answered HTTP 400 (invalid_blocks)' },
    ],
    [
      '429',
      429,
      { 'retry-after': '12' },
      'rate_limited',
      { ok: false, retryable: true, retryAfterMs: 12_000 },
    ],
    [
      '500',
      500,
      {},
      '<html>stack trace with secrets</html>',
      { ok: false, retryable: true, reason: 'answered HTTP 500' },
    ],
    ['302', 302, { location: 'http://127.0.0.1:1/' }, '', { ok: false, retryable: false }],
    ['204', 204, {}, '', { ok: true }],
  ])('understands %s', async (_, status, headers, text, expected) => {
    reply = (response) => void response.writeHead(status, headers).end(text);
    expect(await slack()).toMatchObject(expected);
    expect(calls).toHaveLength(1);
  });

  it('retries later what hangs or breaks', async () => {
    const stop = new AbortController();
    reply = () => stop.abort();
    expect(await slack(stop.signal)).toMatchObject({ ok: false, retryable: true });
    reply = (response) => void response.destroy();
    expect(await slack()).toMatchObject({ ok: false, retryable: true });
  });

  it('does not call what is not allowed, and shows no secret', async () => {
    const result = await slack(forever, 'http://127.0.0.1:9/services/T0/B0/secret');
    expect(result).toMatchObject({ ok: false, retryable: false });
    expect(JSON.stringify(result)).not.toContain('secret');
  });
});

describe('webhookChannel', () => {
  it('posts the message, signed with its time', async () => {
    reply = (response) => void response.end('internal data');
    expect(await webhook('a-key-of-16-chars')).toEqual({ ok: true, receipt: 'HTTP 200' });
    const [call] = calls;
    const expected = createHmac('sha256', 'a-key-of-16-chars')
      .update(`1700000000.${call?.body}`)
      .digest('hex');
    expect(call?.headers).toMatchObject({
      'plumbline-timestamp': '1700000000',
      'plumbline-signature': `v1=${expected}`,
      'idempotency-key': 'al-7f3a.1',
    });
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      format: 1,
      model: 'delay-risk',
      segmentValue: 'ATL',
      transition: 'opened',
    });
  });

  it('sends no signature without a key and never repeats the answer', async () => {
    reply = (response) => void response.writeHead(500).end('internal_data');
    expect(await webhook()).toEqual({ ok: false, retryable: true, reason: 'answered HTTP 500' });
    expect(calls[0]?.headers).not.toHaveProperty('plumbline-signature');
  });
});

import type { AddressInfo, Socket } from 'node:net';

import { Outbound } from '#libs/outbound';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { ChannelTarget, SendResult } from '../channel.js';
import { exampleMessage } from '../example-message.js';
import { emailChannel } from './email.js';

type Target = ChannelTarget<'email'>;
type Given = {
  security?: 'none' | 'tls' | 'starttls';
  secret?: Target['secret'];
  to?: string[];
  listed?: boolean;
  signal?: AbortSignal;
  trusting?: boolean;
};

const sockets: Socket[] = [];
const connections = new Map<string, Socket>();
const closers: (() => Promise<void>)[] = [];
vi.setConfig({ testTimeout: 30_000 });

/** The test server warns that its certificate is a public one, which is what these tests want. */
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

const start = async (options: SMTPServerOptions = {}) => {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, _session, done) =>
      void simpleParser(stream)
        .then((mail) => mails.push(mail))
        .then(() => done(), done),
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.server.on('connection', (socket: Socket) => sockets.push(socket));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  const send = async ({
    security = 'none',
    secret = {},
    to = ['a@example.org'],
    listed = true,
    trusting = true,
    signal = new AbortController().signal,
  }: Given = {}): Promise<SendResult> => {
    const outbound = new Outbound({ allow: listed ? [`localhost:${port}`] : [] });
    const settings = { to, from: 'alerts@example.org', host: 'localhost', port, security };
    return emailChannel(outbound, { tls: trusting ? { rejectUnauthorized: false } : {} }).send(
      exampleMessage(),
      { kind: 'email', settings, secret },
      signal,
    );
  };
  return { mails, send };
};

describe('emailChannel delivers', () => {
  it('a mail with text, HTML and picture, threaded and marked as automatic', async () => {
    const { mails, send } = await start();
    expect(await send({ to: ['a@example.org', 'b@example.org'] })).toMatchObject({ ok: true });
    const [mail] = mails;
    expect(mail?.subject).toBe('[Plumbline] delay-risk 1: origin = ATL · daily-drift');
    expect(mail?.text).toContain('1,203 against 14,880');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.messageId).toMatch(/^<plumbline\.[\da-f]{32}@example\.org>$/);
    expect(mail?.inReplyTo).toMatch(/^<plumbline\.[\da-f]{32}@example\.org>$/);
    expect(mail?.references).toEqual(mail?.inReplyTo);
    const [picture] = mail?.attachments ?? [];
    expect(picture).toMatchObject({ contentType: 'image/png', contentDisposition: 'inline', related: true });
    expect(picture?.content.subarray(1, 4).toString()).toBe('PNG');
    expect(mail?.html).toContain('data:image/png;base64');
  });

  it.each(['tls', 'starttls'] as const)('with a login over %s', async (security) => {
    let login: unknown;
    const { mails, send } = await start({
      secure: security === 'tls',
      authOptional: false,
      onAuth: ({ username, password }, session, done) => {
        login = { username, password, secure: session.secure };
        done(null, { user: username });
      },
    });
    expect(await send({ security, secret: { user: 'u', password: 'p' }, listed: true })).toMatchObject({
      ok: true,
    });
    expect(login).toEqual({ username: 'u', password: 'p', secure: true });
    expect(mails).toHaveLength(1);
  });

  it('to those recipients that are taken, and says how many were not', async () => {
    const { mails, send } = await start({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('b') ? refusal(550, 'no such user') : null),
    });
    expect(await send({ to: ['a@example.org', 'b@example.org'] })).toMatchObject({
      ok: true,
      receipt: expect.stringContaining('1 of the recipients were refused') as string,
    });
    expect(mails).toHaveLength(1);
  });
});

describe('emailChannel fails', () => {
  it.each([
    [
      'for good when the recipient is refused',
      { onRcptTo: (_a, _s, done) => done(refusal(550, 'no such user')) },
      false,
      /550 no such user/,
    ],
    [
      'for now when the recipient is greylisted',
      { onRcptTo: (_a, _s, done) => done(refusal(450, 'come back later')) },
      true,
      /450 come back later/,
    ],
    [
      'for good when the server refuses us',
      { onConnect: (_s, done) => done(refusal(554, 'go away')) },
      false,
      /554 go away/,
    ],
    [
      'for now when the server is busy',
      { onConnect: (_s, done) => done(refusal(421, 'too busy')) },
      true,
      /421 too busy/,
    ],
    [
      'for good when the mail is refused',
      { onData: (stream, _s, done) => void stream.on('end', () => done(refusal(552, 'too large'))).resume() },
      false,
      /552 too large/,
    ],
  ] satisfies [string, SMTPServerOptions, boolean, RegExp][])('%s', async (_, options, retryable, reason) => {
    const { send } = await start(options);
    const result = await send();
    expect(result).toMatchObject({ ok: false, retryable });
    expect(result.ok ? '' : result.reason).toMatch(reason);
  });

  it('for good when the login is wrong, without showing it', async () => {
    const { send } = await start({
      secure: true,
      authOptional: false,
      onAuth: (_auth, _session, done) => done(refusal(535, 'bad credentials')),
    });
    const result = await send({ security: 'tls', secret: { user: 'u', password: 'hunter2' } });
    expect(result).toMatchObject({ ok: false, retryable: false });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('for now when the connection is cut after DATA, and sends the same Message-ID again', async () => {
    const ids: (string | undefined)[] = [];
    let cuts = 1;
    const { send } = await start({
      onData: (stream, session, done) =>
        void simpleParser(stream).then((mail) => {
          ids.push(mail.messageId);
          cuts -= 1;
          if (cuts < 0) done();
          else connections.get(session.id)?.destroy();
        }),
      onConnect: (session, done) => {
        const socket = sockets.at(-1);
        if (socket !== undefined) connections.set(session.id, socket);
        done();
      },
    });
    expect(await send()).toMatchObject({ ok: false, retryable: true });
    expect(await send()).toMatchObject({ ok: true });
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });

  it.each(['tls', 'starttls'] as const)(
    'before it logs in over %s where nobody vouches for the certificate',
    async (security) => {
      let logins = 0;
      const { send } = await start({
        secure: security === 'tls',
        onAuth: (_auth, _session, done) => {
          logins += 1;
          done(null, { user: 'u' });
        },
      });
      expect(await send({ security, trusting: false, secret: { user: 'u', password: 'p' } })).toMatchObject({
        ok: false,
      });
      expect(logins).toBe(0);
    },
  );

  it('for now when the server hangs', async () => {
    const stop = new AbortController();
    const { send } = await start({ onMailFrom: () => stop.abort() });
    const reason = 'localhost did not finish in time';
    expect(await send({ signal: stop.signal })).toEqual({ ok: false, retryable: true, reason });
  });

  it('without a word on the wire where TLS is missing or the address is private', async () => {
    const { mails, send } = await start({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    expect(await send({ security: 'none', listed: false })).toMatchObject({
      ok: false,
      retryable: false,
      reason: expect.stringContaining('allow-list') as string,
    });
    expect(await send({ security: 'starttls', listed: false })).toMatchObject({
      ok: false,
      retryable: false,
      reason: expect.stringContaining('PLUMBLINE_OUTBOUND_ALLOW') as string,
    });
    expect(await send({ security: 'starttls', secret: { user: 'u', password: 'p' } })).toMatchObject({
      ok: false,
    });
    expect(mails).toHaveLength(0);
  });
});

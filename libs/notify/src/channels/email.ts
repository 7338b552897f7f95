import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { AlertMessage } from '#libs/contracts';
import type { Outbound } from '#libs/outbound';
import { createTransport, type SendMailOptions } from 'nodemailer';

import { SEND_TIMEOUT_MS, type Channel, type ChannelTarget, type SendResult } from '../channel.js';
import { chartSpec } from '../chart/chart-spec.js';
import { renderPng } from '../chart/render.js';
import { emailIdentity } from '../content/email-identity.js';
import { renderEmail } from '../content/email.js';
import { smtpFailure } from '../smtp-result.js';

type Options = {
  /** Added to the TLS options, e.g. the certificate authority of a company. */ tls?: ConnectionOptions;
};
type Target = ChannelTarget<'email'>;

const GREETING_MS = 10_000;

type Picture = { png?: Buffer; note: string };

/** A picture that cannot be drawn must not keep the news back: the mail goes without it, and its receipt says so. */
const pictureOf = async ({ chart }: AlertMessage): Promise<Picture> => {
  if (chart === undefined || chart.cells.length === 0) return { note: '' };
  try {
    return { png: await renderPng(chartSpec(chart)), note: '' };
  } catch (error) {
    return { note: `; sent without its picture (${error instanceof Error ? error.message : String(error)})` };
  }
};

/** mailOf: the mail with its headers; a picture that the HTML part refers to is attached inline. */
const mailOf = (
  message: AlertMessage,
  { from, to }: Target['settings'],
  png: Buffer | undefined,
): SendMailOptions => {
  const { messageId, threadRoot, subject } = emailIdentity(message, from);
  const { text, html, picture } = renderEmail(message, png);
  return {
    from,
    to,
    subject,
    text,
    html,
    messageId,
    references: [threadRoot],
    inReplyTo: threadRoot,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    attachments:
      picture === undefined
        ? []
        : [
            {
              cid: picture.cid,
              content: picture.png,
              contentType: 'image/png',
              contentDisposition: 'inline',
              filename: 'baseline-against-window.png',
            },
          ],
    disableFileAccess: true,
    disableUrlAccess: true,
  };
};

const transportFor = ({ settings, secret }: Target, connection: Socket, tls: ConnectionOptions) =>
  createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.security === 'tls',
    requireTLS: settings.security === 'starttls',
    ignoreTLS: settings.security === 'none',
    ...(secret.user === undefined ? {} : { auth: { user: secret.user, pass: secret.password ?? '' } }),
    tls: { minVersion: 'TLSv1.2', ...tls },
    greetingTimeout: GREETING_MS,
    socketTimeout: SEND_TIMEOUT_MS,
    getSocket: (_options: unknown, callback: (error: Error | null, given: { connection: Socket }) => void) =>
      callback(null, { connection }),
  });

const receiptOf = ({ response, rejected }: { response: string; rejected: readonly unknown[] }): string =>
  rejected.length === 0
    ? response.slice(0, 200)
    : `${response.slice(0, 200)}; ${rejected.length} of the recipients were refused`;

/**
 * emailChannel: mail over SMTP, connected to an address that was checked. Without TLS only to hosts on the outbound allow-list.
 * SMTP cannot tell whether a mail was taken when the connection breaks after its end: it is sent again under the same Message-ID.
 */
export const emailChannel = (outbound: Outbound, { tls = {} }: Options = {}): Channel<'email'> => ({
  kind: 'email',
  async send(message, target, signal): Promise<SendResult> {
    const { host, port, security } = target.settings;
    if (security === 'none' && !outbound.isListed(host, port)) {
      return {
        ok: false,
        retryable: false,
        reason: `${host}:${port} is not on the outbound allow-list, and only there mail goes without TLS; use starttls or tls`,
      };
    }
    const ending = AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
    const { png, note } = await pictureOf(message);
    const mail = mailOf(message, target.settings, png);
    let socket: Socket | undefined;
    const cut = () => socket?.destroy(new Error('given up'));
    ending.addEventListener('abort', cut, { once: true });
    try {
      socket = await outbound.connect({ host, port, signal: ending });
      return {
        ok: true,
        receipt: `${receiptOf(await transportFor(target, socket, tls).sendMail(mail))}${note}`,
      };
    } catch (error) {
      return smtpFailure(error, { host, givenUp: ending.aborted });
    } finally {
      ending.removeEventListener('abort', cut);
      socket?.destroy();
    }
  },
});

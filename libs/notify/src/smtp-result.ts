import { OutboundError } from '#libs/outbound';

import type { SendResult } from './channel.js';
import { oneLine } from './content/text.js';

const REPLY_MAX_CHARS = 200;

type SmtpError = Error & { code?: string; responseCode?: number; response?: string };

/** Codes of the mail library for what the settings cause and time does not heal. */
const PERMANENT = ['EENVELOPE', 'EMESSAGE', 'ENOAUTH', 'ECONFIG'];

const isPermanent = ({ code, responseCode }: SmtpError): boolean =>
  responseCode === undefined ? PERMANENT.includes(code ?? '') : responseCode >= 500;

/** smtpFailure: what a failed mail means: replies of 400 to 499 are worth another try, 500 and above are not, a broken connection is. */
export const smtpFailure = (
  error: unknown,
  { host, givenUp }: { host: string; givenUp: boolean },
): SendResult => {
  if (error instanceof OutboundError) return { ok: false, retryable: error.retryable, reason: error.message };
  if (!(error instanceof Error)) throw error;
  if (givenUp) return { ok: false, retryable: true, reason: `${host} did not finish in time` };
  const smtp: SmtpError = error;
  const said =
    smtp.response === undefined
      ? `the connection failed (${smtp.code ?? 'no code'})`
      : `answered ${oneLine(smtp.response, REPLY_MAX_CHARS)}`;
  return { ok: false, retryable: !isPermanent(smtp), reason: `${host} ${said}` };
};

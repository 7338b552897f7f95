import { readFile } from 'node:fs/promises';

import type { Sasl } from '#libs/platform';

/** No token could be had. The message holds no secret. */
class TokenError extends Error {
  override readonly name = 'TokenError';
}

type Token = { value: string };
type Issued = Token & { untilMs: number };

const TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024;
const DEFAULT_LIFE_S = 60;
/** A token is used for this share of its life: a connection that authenticates with it must be able to last a while. */
const USED_SHARE = 0.8;

const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

const bounded = async (answer: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) throw new TokenError(`it answers more than ${ANSWER_BYTES_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
};

const read = (text: string): { value: string; lifeS: number } => {
  const answer = JSON.parse(text) as { access_token?: unknown; expires_in?: unknown };
  if (typeof answer.access_token !== 'string') throw new TokenError('its answer has no access_token');
  const lifeS = typeof answer.expires_in === 'number' ? answer.expires_in : DEFAULT_LIFE_S;
  return { value: answer.access_token, lifeS };
};

/** The client credentials grant of RFC 6749, section 4.4. */
const ask = async ({ tokenUrl = '', clientId = '', clientSecret = '', scope }: Sasl): Promise<string> => {
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: basic(clientId, clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope === undefined ? {} : { scope }),
    }).toString(),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new TokenError(`it answers ${answer.status}`);
  return bounded(answer);
};

const issue = async (sasl: Sasl, now: () => number): Promise<Issued> => {
  try {
    const askedMs = now();
    const { value, lifeS } = read(await ask(sasl));
    return { value, untilMs: askedMs + lifeS * 1_000 * USED_SHARE };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TokenError(`no token from ${sasl.tokenUrl ?? ''}: ${reason}`, { cause });
  }
};

const fromFile = async (path: string): Promise<Token> => {
  const value = (await readFile(path, 'utf8')).trim();
  if (value === '') throw new TokenError(`the token file ${path} is empty`);
  return { value };
};

/**
 * createTokens: gives the token for each new connection: out of the file, read anew each time since its owner replaces it, or from
 * the authorization server, which is asked again when most of the last token's life is over.
 */
export const createTokens = (sasl: Sasl, now: () => number = Date.now): (() => Promise<Token>) => {
  const { tokenFile } = sasl;
  if (tokenFile !== undefined) return () => fromFile(tokenFile);
  let current: Promise<Issued> | undefined;
  return async () => {
    const last = await current?.catch(() => undefined);
    if (last === undefined || last.untilMs <= now()) current = issue(sasl, now);
    const { value } = await (current ?? issue(sasl, now));
    return { value };
  };
};

import { connect as connectSocket, type Socket, type TcpNetConnectOpts } from 'node:net';

import { Agent, buildConnector, errors, request, type Dispatcher } from 'undici';

import type { Config } from '#libs/platform';
import { AddressGuard, bareHost, pinned, type Resolve } from './address-guard.js';
import { OutboundError } from './outbound-error.js';

/** One call; the answer's body is kept up to `maxBytes`, and all of it takes at most `timeoutMs`. */
type OutboundRequest = {
  method?: 'GET' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  timeoutMs?: number;
  maxBytes?: number;
  signal?: AbortSignal;
};

/** OutboundResponse: header names in lower case; `truncated` when the body was longer than asked for and the rest was not read. */
export type OutboundResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
};

type SocketRequest = { host: string; port: number; timeoutMs?: number; signal?: AbortSignal };
type Ending = { signal: AbortSignal; timeout: AbortSignal; timeoutMs: number };

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 64 * 1024;
const URL_MAX_CHARS = 2_048;
const CONNECTIONS_PER_ORIGIN = 8;

const checkedUrl = (text: string): URL => {
  const url = text.length <= URL_MAX_CHARS ? URL.parse(text) : null;
  if (url === null)
    throw new OutboundError('forbidden_url', 'this is not an address; write http://… or https://…');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new OutboundError('forbidden_url', `${url.protocol} addresses are not called; use http: or https:`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new OutboundError(
      'forbidden_url',
      'an address with a user name or password in it is not called; use a header or a secret path',
    );
  }
  return url;
};

const portOf = (port: string, protocol: string): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);

const endingOf = (timeoutMs: number, signal: AbortSignal | undefined): Ending => {
  const timeout = AbortSignal.timeout(timeoutMs);
  return { timeoutMs, timeout, signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) };
};

const endedBy = ({ timeout, timeoutMs }: Ending, host: string): OutboundError =>
  timeout.aborted
    ? new OutboundError('timeout', `no complete answer from ${host} within ${timeoutMs} ms`)
    : new OutboundError('aborted', `the call to ${host} was given up`);

const translated = (error: unknown, host: string, ending: Ending): OutboundError => {
  if (error instanceof OutboundError) return error;
  if (ending.signal.aborted) return endedBy(ending, host);
  if (error instanceof errors.ConnectTimeoutError)
    return new OutboundError('timeout', `${host} did not accept a connection in time`);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return new OutboundError('unreachable', `${host} cannot be reached (${code})`, { cause: error });
};

const unlessEnded = async <T>(act: Promise<T>, ending: Ending, host: string): Promise<T> => {
  const ended = Promise.withResolvers<never>();
  const end = () => ended.reject(endedBy(ending, host));
  if (ending.signal.aborted) end();
  ending.signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([act, ended.promise]);
  } finally {
    ending.signal.removeEventListener('abort', end);
  }
};

const readUpTo = async (
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<{ body: string; truncated: boolean }> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), truncated: bytes > maxBytes };
};

const flatten = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** The socket keeps a listener for errors: one that breaks before its user listens must not end the process. */
const openSocket = async (options: TcpNetConnectOpts, signal: AbortSignal): Promise<Socket> => {
  const socket = connectSocket(options);
  const opened = Promise.withResolvers<Socket>();
  socket.once('connect', () => opened.resolve(socket));
  socket.on('error', opened.reject);
  const end = () => socket.destroy(new Error('given up'));
  signal.addEventListener('abort', end, { once: true });
  try {
    return await opened.promise;
  } finally {
    signal.removeEventListener('abort', end);
  }
};

/**
 * Outbound: the only way out to addresses that users chose (webhooks, mail servers). Addresses are checked at connect time,
 * redirects are not followed, proxies of the environment are not used, size and time are bounded.
 */
export class Outbound {
  private readonly guard: AddressGuard;
  private readonly agent: Agent;

  constructor({ allow }: Config['outbound'], resolve?: Resolve) {
    this.guard = new AddressGuard(allow, resolve);
    this.agent = new Agent({
      connections: CONNECTIONS_PER_ORIGIN,
      connect: (options, callback) => void this.connector(options, callback),
    });
  }

  /** assertAllowed: checks an address when it is saved; throws OutboundError. No promise for later: `fetch` checks again. */
  async assertAllowed(address: string): Promise<void> {
    const url = checkedUrl(address);
    await this.guard.addresses(url.hostname, portOf(url.port, url.protocol));
  }

  /** assertHostAllowed: the same for a bare host and port, as mail servers have. */
  async assertHostAllowed(host: string, port: number): Promise<void> {
    await this.guard.addresses(host, port);
  }

  /** isListed: whether a host and port are on the allow list, so that something weaker (mail without TLS) may be done there. */
  isListed(host: string, port: number): boolean {
    return this.guard.isListed(host, port);
  }

  /** fetch: one HTTP call; any status, redirects included, is an answer. Throws OutboundError when there is none. */
  async fetch(address: string, options: OutboundRequest = {}): Promise<OutboundResponse> {
    const url = checkedUrl(address);
    const ending = endingOf(options.timeoutMs ?? TIMEOUT_MS, options.signal);
    try {
      return await unlessEnded(this.call(url, options, ending), ending, url.host);
    } catch (error) {
      throw translated(error, url.host, ending);
    }
  }

  /** connect: a TCP socket to a checked address of the host, for protocols other than HTTP. Throws OutboundError. */
  async connect({ host, port, timeoutMs = TIMEOUT_MS, signal }: SocketRequest): Promise<Socket> {
    const ending = endingOf(timeoutMs, signal);
    const name = `${host}:${port}`;
    try {
      const addresses = await unlessEnded(this.guard.addresses(host, port), ending, name);
      return await openSocket({ host: bareHost(host), port, lookup: pinned(addresses) }, ending.signal);
    } catch (error) {
      throw translated(error, name, ending);
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async call(url: URL, options: OutboundRequest, { signal }: Ending): Promise<OutboundResponse> {
    const { method = 'GET', headers = {}, body = null, maxBytes = MAX_BYTES } = options;
    const response = await request(url, { dispatcher: this.agent, method, headers, body, signal });
    return {
      status: response.statusCode,
      headers: flatten(response.headers),
      ...(await readUpTo(response.body, maxBytes)),
    };
  }

  private async connector(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    try {
      const addresses = await this.guard.addresses(options.hostname, portOf(options.port, options.protocol));
      buildConnector({ timeout: TIMEOUT_MS, maxCachedSessions: 0, lookup: pinned(addresses) })(
        options,
        callback,
      );
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null);
    }
  }
}

import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino';

import type { Config } from './config/load.js';

export type { Logger } from 'pino';

const HIDDEN = '[hidden]';
const SECRET_KEY_NAME =
  /^(?:authorization|cookie|set-?cookie|password|pass|secret|secrets|secret_?key|api_?key|x-api-key|token|webhook(?:_?url)?|signature|sealed)$/i;
const DEPTH_MAX = 6;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const hide = (value: unknown, depth: number): unknown => {
  if (depth === 0) return typeof value === 'object' && value !== null ? '[deeper]' : value;
  if (Array.isArray(value)) return value.map((item) => hide(item, depth - 1));
  return isPlain(value) ? hideSecrets(value, depth - 1) : value;
};

/** A copy of a plain object in which every value under a secret's name is replaced, at any depth up to six. */
const hideSecrets = (record: Record<string, unknown>, depth = DEPTH_MAX): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      SECRET_KEY_NAME.test(key) ? HIDDEN : hide(value, depth),
    ]),
  );

const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"\\]+@/gi, `$1${HIDDEN}@`],
  [/(hooks\.slack(?:-gov)?\.com\/)[^\s"\\]+/gi, `$1${HIDDEN}`],
  [/\bpl_[\w-]{20,}/g, `pl_${HIDDEN}`],
  [/([?&](?:sig|token)=)[^\s"&\\]+/gi, `$1${HIDDEN}`],
];

/** scrubLine: hides what looks like a secret inside free text: credentials in addresses, Slack hooks, API keys, signatures of links. */
export const scrubLine = (line: string): string =>
  SECRET_SHAPES.reduce((text, [shape, replacement]) => text.replace(shape, replacement), line);

/** httpSerializers: what a log line says of a request and its response: never headers, cookies or bodies. */
export const httpSerializers = {
  req: ({ id, method, url }: RequestLike) => ({ id, method, url }),
  res: ({ statusCode }: { statusCode?: unknown }) => ({ statusCode }),
};

type RequestLike = { id?: unknown; method?: unknown; url?: unknown };

/**
 * createLogger: the JSON logger of one app, on stdout or on the given destination.
 * Secrets are hidden twice: by key name before a record is written, by shape in the finished line (messages and stacks included).
 */
export const createLogger = (
  { logLevel }: Pick<Config, 'logLevel'>,
  app: string,
  destination?: DestinationStream,
): Logger => {
  const options = {
    level: logLevel,
    base: { app },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (record: object) => hideSecrets({ ...record }),
    },
    serializers: {
      err: stdSerializers.err,
      ...httpSerializers,
    },
    hooks: { streamWrite: scrubLine },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
};

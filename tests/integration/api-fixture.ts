import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig, type Config } from '#libs/platform';
import { createStore, type Store } from '#libs/store';
import { inject } from 'vitest';
import { startApi, type RunningApi } from '../../apps/api/src/app.js';

/** An API of its own: own database, own home, own port, the run's ClickHouse and Redis. */
export type ApiUnderTest = {
  api: RunningApi;
  config: Config;
  store: Store;
  /** Admin of the whole installation. */
  adminKey: string;
  /** What the first start said. */
  announced: string[];
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  stop: () => Promise<void>;
};

export type CallOptions = {
  key?: string | null;
  body?: unknown;
  raw?: BodyInit;
  headers?: Record<string, string>;
};
/** What was answered; tests look at the fields they are about. */
export type Answer = { status: number; headers: Headers; text: string; body: Json };
export type Json = Readonly<Record<string, unknown>>;

type Shown = { field: string; message: string };
/** The errors of a problem document. */
export const errorsOf = ({ body }: Answer): Shown[] => (body['errors'] ?? []) as Shown[];
/** The items of a list. */
export const itemsOf = ({ body }: Answer): Json[] => (body['items'] ?? []) as Json[];

export const testConfig = (home: string, more: Record<string, string> = {}): Config =>
  loadConfig({
    CLICKHOUSE_URL: inject('clickhouseUrl'),
    CLICKHOUSE_USER: inject('clickhouseUser'),
    CLICKHOUSE_PASSWORD: inject('clickhousePassword'),
    CLICKHOUSE_DATABASE: `api_${randomUUID().replaceAll('-', '')}`,
    REDIS_URL: inject('redisUrl'),
    PLUMBLINE_HOME: home,
    PLUMBLINE_SECRET_KEY: randomBytes(32).toString('base64'),
    PLUMBLINE_LOG_LEVEL: 'fatal',
    PORT: '0',
    ...more,
  });

const parse = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { text };
  }
};

/** caller: fetch with a key, JSON in and out. */
export const caller =
  (url: string, key: string): ApiUnderTest['call'] =>
  async (method, path, { key: own = key, body, raw, headers = {} } = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(own === null ? {} : { authorization: `Bearer ${own}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(raw === undefined ? {} : { body: raw, duplex: 'half' }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };

/** startTestApi: started, migrated, with its first key. */
export const startTestApi = async (more: Record<string, string> = {}): Promise<ApiUnderTest> => {
  const home = await mkdtemp(join(tmpdir(), 'plumbline-api-'));
  const config = testConfig(home, more);
  const stopping = new AbortController();
  const announced: string[] = [];
  const api = await startApi({
    config,
    logger: createLogger(config, 'api'),
    signal: stopping.signal,
    announce: (key) => announced.push(key),
  });
  await api.ready;
  const adminKey = (await readFile(join(home, 'admin.key'), 'utf8')).trim();
  const store = createStore(config.clickhouse);
  return {
    api,
    config,
    store,
    adminKey,
    announced,
    call: caller(api.url, adminKey),
    stop: async () => {
      stopping.abort();
      await api.close();
      await store.close();
      await rm(home, { recursive: true, force: true });
    },
  };
};

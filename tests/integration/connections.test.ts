import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig, type Config } from '#libs/platform';
import { JobQueue, JobWorker, openRedis, pingRedis } from '#libs/queue';
import { createStore } from '#libs/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeCertificates, type Certificates } from '../setup/certificates.js';
import { z } from 'zod';
import { startTlsProxy, type TlsProxy } from './tls-proxy.js';

let folder: string;
let certificates: Certificates;
let clickhouse: TlsProxy;
let redis: TlsProxy;

const REDIS_PASSWORD = 'p@ss/word';
const logger = createLogger({ logLevel: 'fatal' }, 'test');
const inTheClear = async ([name = '', ...args]: string[]): Promise<void> => {
  const client = openRedis(loadConfig({ REDIS_URL: inject('redisUrl') }), logger);
  await client.call(name, ...args);
  client.disconnect();
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-tls-'));
  certificates = await makeCertificates(folder);
  const [clickhouseUrl, redisUrl] = [new URL(inject('clickhouseUrl')), new URL(inject('redisUrl'))];
  const target = ({ hostname, port }: URL) => ({ host: hostname, port: Number(port) });
  clickhouse = await startTlsProxy(target(clickhouseUrl), certificates);
  redis = await startTlsProxy(target(redisUrl), certificates);
  await inTheClear(['ACL', 'SETUSER', 'tls', 'on', `>${REDIS_PASSWORD}`, '~*', '&*', '+@all']);
});
afterAll(async () => {
  await inTheClear(['ACL', 'DELUSER', 'tls']);
  await Promise.all([clickhouse.close(), redis.close()]);
  await rm(folder, { recursive: true });
});

type Given = { password?: string; ca?: 'ca' | 'otherCa'; client?: boolean; host?: string };

const configOf = ({ password, ca = 'ca', client = true, host = '127.0.0.1' }: Given = {}): Config => {
  const own = (prefix: string) => ({
    [`${prefix}_TLS_CA`]: certificates[ca],
    ...(client
      ? {
          [`${prefix}_TLS_CERT`]: certificates.clientCert,
          [`${prefix}_TLS_KEY`]: certificates.clientKey,
        }
      : {}),
  });
  return loadConfig({
    ...own('CLICKHOUSE'),
    CLICKHOUSE_URL: `https://${host}:${clickhouse.port}`,
    CLICKHOUSE_USER: inject('clickhouseUser'),
    CLICKHOUSE_PASSWORD: password ?? inject('clickhousePassword'),
    CLICKHOUSE_DATABASE: 'system',
    ...own('REDIS'),
    REDIS_URL: `rediss://tls:${encodeURIComponent(password ?? REDIS_PASSWORD)}@${host}:${redis.port}`,
  });
};

const clickhouseError = async (given: Given): Promise<string> => {
  const store = createStore({ ...configOf(given).clickhouse, requestTimeoutMs: 5_000 });
  const error = await store.ping().then(
    () => 'none',
    (caught: unknown) => caught,
  );
  await store.close();
  const { cause } = error as { cause?: unknown };
  return `${String(error)} ${String(cause)}`;
};
const redisError = async (given: Given): Promise<string> =>
  pingRedis(configOf(given)).then(
    () => 'none',
    (error: unknown) => String(error),
  );

describe('ClickHouse behind TLS', () => {
  it('answers, with the client certificate and the password of the configuration', async () => {
    expect(await clickhouseError({})).toMatch(/^none/);
    expect(await clickhouseError({ host: 'localhost' })).toMatch(/^none/);
  });

  it.each<[string, Given, RegExp]>([
    ['an authority that did not sign', { ca: 'otherCa' }, /certificate|signature/],
    ['no client certificate', { client: false }, /certificate|ECONNRESET|hang up|closed/i],
    ['a name that the certificate does not have', { host: '127.0.0.2' }, /altnames|ECONNREFUSED/],
    ['a wrong password', { password: 'wr0ng' }, /Authentication failed|AUTHENTICATION_FAILED|password/i],
  ])('%s: is refused without saying the password', async (_, given, reason) => {
    const error = await clickhouseError(given);
    expect(error).toMatch(reason);
    expect(error).not.toContain(given.password ?? inject('clickhousePassword'));
  });
});

describe('Redis behind TLS', () => {
  it('answers short commands and carries queues', async () => {
    const config = configOf();
    await pingRedis(config);
    const client = openRedis(config, logger);
    expect(await client.call('ACL', 'WHOAMI')).toBe('tls');
    client.disconnect();
    const definition = { name: 'tls', payload: z.number() };
    const parts = { config, logger, prefix: `{test-${randomUUID()}}` };
    const seen: number[] = [];
    const handle = (payload: number) => {
      seen.push(payload);
      return Promise.resolve({ kind: 'done' as const });
    };
    const queue = new JobQueue(definition, parts);
    const worker = new JobWorker(definition, { ...parts, handle, concurrency: 1 });
    await queue.add(7, { id: 'job-tls' });
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([7]);
    await Promise.all([queue.close(), worker.close(1_000)]);
  });

  it.each<[string, Given, RegExp]>([
    ['an authority that did not sign', { ca: 'otherCa' }, /certificate|signature|closed/i],
    ['no client certificate', { client: false }, /certificate|ECONNRESET|closed/i],
    ['a name that the certificate does not have', { host: '127.0.0.2' }, /altnames|closed|ECONNREFUSED/i],
    ['a wrong password', { password: 'wr0ng' }, /WRONGPASS|closed/],
  ])('%s: is refused', async (_, given, reason) => {
    expect(await redisError(given)).toMatch(reason);
  });
});

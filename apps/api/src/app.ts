import type { Server } from 'node:http';

import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Health, probe, waitFor, type Config, type Logger } from '#libs/platform';
import { Metrics, NestLogger, STORE } from '#libs/service';
import { openRedis, pingRedis } from '#libs/queue';
import { migrate, StoreError, type Store } from '#libs/store';
import type { Redis } from 'ioredis';

import { ApiModule } from './api.module.js';
import { FirstStart } from './auth/first-start.js';
import { sweepSpool } from './baselines/spool.js';
import { spoolFolder } from './baselines/upload-desk.js';
import { requestContext } from './http/request-context.js';
import { redisLocks } from './locks.js';
import { Startup } from './startup.js';
import type { Clock } from './tokens.js';

const MIGRATION_MS = 600_000;
/** The login form. */
const FORM_BYTES = 8_192;
const HEADERS_MS = 30_000;
/** A large upload over a slow line takes its time; each one is ended after a minute without a byte. */
const REQUEST_MS = 4 * 3_600_000;

export type ApiOptions = {
  config: Config;
  logger: Logger;
  /** Aborts the wait for what is away at start. */
  signal: AbortSignal;
  clock?: Clock;
  /** Gets the first admin key, once in the life of an installation. */
  announce: (key: string, file: string) => void;
};

/** RunningApi: `ready` settles when the database is migrated and a key exists; until then requests get 503. */
export type RunningApi = { url: string; ready: Promise<void>; close: () => Promise<void> };

/** What ClickHouse refuses for good (a wrong password, a migration that was edited) is not waited for. */
const migrateOrRefuse = async ({ config, logger }: ApiOptions): Promise<StoreError | undefined> => {
  try {
    await migrate(config.clickhouse, (line) => logger.info(line));
    return undefined;
  } catch (error) {
    if (error instanceof StoreError && !error.retryable) return error;
    throw error;
  }
};

const migrateWhenThere = async (options: ApiOptions): Promise<void> => {
  const { logger, signal } = options;
  const outcome: { refusal?: StoreError | undefined } = {};
  const check = async () => {
    outcome.refusal = await migrateOrRefuse(options);
  };
  await waitFor({ name: 'ClickHouse', check, checkTimeoutMs: MIGRATION_MS, logger, signal });
  if (outcome.refusal !== undefined) throw outcome.refusal;
};

const prepare = async (app: NestExpressApplication, options: ApiOptions): Promise<void> => {
  const { config, logger, signal, announce } = options;
  const startup = app.get(Startup);
  startup.waits('ClickHouse');
  await migrateWhenThere(options);
  startup.waits('Redis');
  await waitFor({ name: 'Redis', check: () => pingRedis(config), logger, signal });
  await app.get(FirstStart).prepare(announce);
  await sweepSpool(spoolFolder(config.home), Date.now());
  startup.done();
};

const checks = (health: Health, app: NestExpressApplication, redis: Redis): void => {
  health.addReady(
    'clickhouse',
    probe(() => app.get<Store>(STORE).ping()),
  );
  health.addReady(
    'redis',
    probe(() => redis.ping()),
  );
  health.addReady('startup', () =>
    app.get(Startup).ready ? { ok: true } : { ok: false, reason: 'the first start is not complete' },
  );
};

const configure = (app: NestExpressApplication, config: Config): void => {
  app.use(requestContext(config.publicUrl));
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.useBodyParser('json', {
    limit: config.limits.jsonBodyBytes,
    type: ['application/json', 'application/*+json'],
  });
  app.useBodyParser('urlencoded', { limit: FORM_BYTES, extended: false });
  const server: Server = app.getHttpServer();
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
};

/** startApi: listens at once, so that probes are answered, and prepares what it needs behind that. */
export const startApi = async (options: ApiOptions): Promise<RunningApi> => {
  const { config, logger, clock = Date.now } = options;
  const redis = openRedis(config, logger);
  const health = new Health({
    onError: (name, error) => logger.warn({ err: error, check: name }, 'a health check failed'),
  });
  const metrics = new Metrics('api');
  const app = await NestFactory.create<NestExpressApplication>(
    ApiModule.over({ config, logger, locks: redisLocks(redis, logger), clock, metrics, health }),
    // Nest tells of every module and route that it finds; only what goes wrong there is of interest.
    { bodyParser: false, logger: ['fatal', 'error', 'warn'], abortOnError: false },
  );
  configure(app, config);
  checks(health, app, redis);
  await app.listen(config.http.port, config.http.host);
  app.useLogger(app.get(NestLogger));
  return {
    url: await app.getUrl(),
    ready: prepare(app, options),
    close: async () => {
      await app.close();
      redis.disconnect();
    },
  };
};

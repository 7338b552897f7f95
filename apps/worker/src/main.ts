import 'reflect-metadata';

import { ConfigError, createLogger, Health, loadConfig, Metrics, NestLogger, Shutdown } from '#libs/platform';
import { NestFactory } from '@nestjs/core';

import { createWorker } from './worker.js';
import { WorkerModule } from './worker.module.js';

/** Probes answer from the first moment, also while the worker waits for ClickHouse or Redis. */
const run = async (): Promise<void> => {
  const config = loadConfig();
  const logger = createLogger(config, 'worker');
  const shutdown = new Shutdown({ logger, deadlineMs: config.shutdownMs });
  shutdown.listen();
  const metrics = new Metrics('worker');
  const health = new Health({
    onError: (name, err) => logger.warn({ check: name, err }, 'a health check failed'),
  });
  const app = await NestFactory.create(WorkerModule.register({ logger, metrics, health }), {
    bufferLogs: true,
  });
  app.useLogger(app.get(NestLogger));
  shutdown.add('http', () => app.close());
  const worker = createWorker({ config, logger, metrics, health, shutdown });
  await app.listen(config.http.port, config.http.host);
  try {
    await worker.start();
  } catch (error) {
    if (!shutdown.signal.aborted) throw error;
  }
};

run().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exit(error instanceof ConfigError ? 78 : 1);
});

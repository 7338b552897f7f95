import 'reflect-metadata';

import { ConfigError, createLogger, Health, loadConfig, Metrics, NestLogger, Shutdown } from '#libs/platform';
import { NestFactory } from '@nestjs/core';

import { createIngest } from './ingest.js';
import { IngestModule } from './ingest.module.js';

/** Probes answer from the first moment, also while ingestion waits for Kafka or ClickHouse. */
const run = async (): Promise<void> => {
  const config = loadConfig();
  const logger = createLogger(config, 'ingest');
  const shutdown = new Shutdown({ logger, deadlineMs: config.shutdownMs });
  shutdown.listen();
  const metrics = new Metrics('ingest');
  const health = new Health({
    onError: (name, err) => logger.warn({ check: name, err }, 'a health check failed'),
  });
  const app = await NestFactory.create(IngestModule.register({ logger, metrics, health }), {
    bufferLogs: true,
  });
  app.useLogger(app.get(NestLogger));
  shutdown.add('http', () => app.close());
  const ingest = createIngest({ config, logger, metrics, health, shutdown });
  await app.listen(config.http.port, config.http.host);
  try {
    await ingest.start();
    logger.info({ topics: config.topics.projects }, 'ingesting');
  } catch (error) {
    if (!shutdown.signal.aborted) throw error;
  }
};

run().catch((error: unknown) => {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exit(1);
});

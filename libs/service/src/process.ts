import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import {
  ConfigError,
  createLogger,
  Health,
  loadConfig,
  Shutdown,
  type Config,
  type Logger,
} from '#libs/platform';
import { loggingModule, NestLogger } from './logging.module.js';
import { Metrics } from './metrics.js';
import { ObservabilityModule } from './observability.module.js';

/** ProcessParts: what every process without an API of its own is made with. */
export type ProcessParts = {
  config: Config;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  shutdown: Shutdown;
};

/** The exit code of a configuration that has to be corrected first; starting again does not help (sysexits.h, EX_CONFIG). */
export const CONFIG_EXIT_CODE = 78;

/** The HTTP side of a process, which is probes and metrics only. */
@Module({})
class ProbesModule {
  static register({ logger, metrics, health }: ProcessParts): DynamicModule {
    return {
      module: ProbesModule,
      imports: [loggingModule(logger), ObservabilityModule.forRoot({ metrics, health })],
    };
  }
}

const start = async (name: string, work: (parts: ProcessParts) => Promise<void>): Promise<void> => {
  const config = loadConfig();
  const logger = createLogger(config, name);
  const shutdown = new Shutdown({ logger, deadlineMs: config.shutdownMs });
  shutdown.listen();
  const metrics = new Metrics(name);
  const health = new Health({
    onError: (check, err) => logger.warn({ check, err }, 'a health check failed'),
  });
  const parts = { config, logger, metrics, health, shutdown };
  const app = await NestFactory.create(ProbesModule.register(parts), { bufferLogs: true });
  app.useLogger(app.get(NestLogger));
  shutdown.add('http', () => app.close());
  await app.listen(config.http.port, config.http.host);
  try {
    await work(parts);
  } catch (error) {
    if (!shutdown.signal.aborted) throw error;
  }
};

/**
 * runProcess: a process that takes its work from elsewhere. Probes answer from the first moment, also while `work` waits for what is away;
 * what `work` throws ends the process with a line for the person at the keyboard, unless it is being stopped.
 */
export const runProcess = (name: string, work: (parts: ProcessParts) => Promise<void>): void => {
  start(name, work).catch((error: unknown) => {
    const isConfig = error instanceof ConfigError;
    const text = error instanceof Error && !isConfig ? error.stack : String(isConfig ? error.message : error);
    process.stderr.write(`${text ?? ''}\n`);
    process.exit(isConfig ? CONFIG_EXIT_CODE : 1);
  });
};

import 'reflect-metadata';

import {
  ConfigError,
  createLogger,
  loadConfig,
  requireSecretKey,
  Shutdown,
  type Config,
} from '#libs/platform';
import { CONFIG_EXIT_CODE } from '#libs/service';

import { startApi } from './app.js';

const readConfig = (): Config => {
  try {
    const config = loadConfig();
    requireSecretKey(config);
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
};

/** Printed past the log, which hides keys. */
const announce = (key: string, file: string): void => {
  process.stdout.write(
    `\nThe admin key of this installation, shown this once (also in ${file}, readable by you alone):\n\n  ${key}\n\n`,
  );
};

const config = readConfig();
const logger = createLogger(config, 'api');
const shutdown = new Shutdown({ logger, deadlineMs: config.shutdownMs });
shutdown.listen();
const api = await startApi({ config, logger, signal: shutdown.signal, announce });
shutdown.add('http', () => api.close());
logger.info({ url: api.url }, 'listening');
await api.ready.then(
  () => logger.info('ready'),
  (error: unknown) => {
    if (shutdown.signal.aborted) return;
    logger.fatal({ err: error }, 'the start failed');
    process.exit(1);
  },
);

import type { Config } from '#libs/platform';
import type { StackAddresses } from '../../../deploy/local/index.js';
import { say } from './settings.js';

/** Creates the database and applies what is new in its schema; does nothing when all is applied. */
export async function migrateStore(
  config: Pick<Config, 'clickhouse'>,
  addresses: StackAddresses,
): Promise<void> {
  const { migrate } = await import('#libs/store');
  const applied = await migrate({
    url: addresses.clickhouseUrl,
    user: addresses.clickhouseUser,
    password: addresses.clickhousePassword,
    database: config.clickhouse.database,
  });
  say(
    applied.length === 0 ? 'The database is up to date.' : `Applied to the database: ${applied.join(', ')}.`,
  );
}

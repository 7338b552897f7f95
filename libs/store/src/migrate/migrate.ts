import { z } from 'zod';
import { createDatabase, type Database, type StoreConfig } from '../client/database.js';
import { StoreError } from '../client/store-error.js';
import { migrationsFolder, readMigrations, type Migration } from './migration-files.js';

/** DDL of a large table may wait for merges. */
const STATEMENT_TIMEOUT_MS = 300_000;

const CREATE_LEDGER = `
CREATE TABLE IF NOT EXISTS schema_migrations (
  id String,
  checksum String,
  applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree(applied_at) ORDER BY id`;

/**
 * migrate: brings the database to the newest shape and returns the ids of the migrations that it applied. Every statement is idempotent
 * (IF NOT EXISTS), and a migration is noted after its last statement; so a second process, or one that follows a crash, repeats without harm.
 * Migrations only go forward; older code runs beside a newer shape.
 */
export async function migrate(
  config: StoreConfig,
  log: (line: string) => void = () => undefined,
): Promise<string[]> {
  await createTarget(config);
  const database = createDatabase(config);
  try {
    await database.command({
      name: 'create-migration-ledger',
      sql: CREATE_LEDGER,
      timeoutMs: STATEMENT_TIMEOUT_MS,
    });
    const known = await applied(database);
    const fresh: string[] = [];
    for (const migration of await readMigrations(migrationsFolder())) {
      const checksum = known.get(migration.id);
      if (checksum === undefined) {
        log(`applying migration ${migration.id}`);
        await apply(database, migration);
        fresh.push(migration.id);
      } else if (checksum !== migration.checksum) throw changedAfterwards(config.database, migration.id);
    }
    return fresh;
  } finally {
    await database.close();
  }
}

/** Looks first, because the right to create a database is often not given where one exists. */
async function createTarget(config: StoreConfig): Promise<void> {
  const server = createDatabase({ ...config, database: 'default' });
  const params = { database: config.database };
  try {
    const [row] = await server.query({
      name: 'database-exists',
      sql: 'SELECT count() AS found FROM system.databases WHERE name = {database: String}',
      params,
      row: z.object({ found: z.coerce.number() }),
    });
    if (row?.found === 1) return;
    await server.command({
      name: 'create-database',
      sql: 'CREATE DATABASE IF NOT EXISTS {database: Identifier} ENGINE = Atomic',
      params,
    });
  } finally {
    await server.close();
  }
}

async function applied(database: Database): Promise<Map<string, string>> {
  const rows = await database.query({
    name: 'applied-migrations',
    sql: 'SELECT id, checksum FROM schema_migrations FINAL ORDER BY id',
    row: z.object({ id: z.string(), checksum: z.string() }),
  });
  return new Map(rows.map(({ id, checksum }) => [id, checksum]));
}

async function apply(database: Database, { id, checksum, statements }: Migration): Promise<void> {
  for (const [index, sql] of statements.entries())
    await database.command({ name: `migration-${id}-${index + 1}`, sql, timeoutMs: STATEMENT_TIMEOUT_MS });
  await database.command({
    name: 'note-migration',
    sql: 'INSERT INTO schema_migrations (id, checksum) SELECT {id: String}, {checksum: String}',
    params: { id, checksum },
  });
}

const changedAfterwards = (database: string, id: string): StoreError =>
  new StoreError(
    `migration ${id} was changed after it was applied to '${database}': restore the file and add a new migration (or, for a database without value, drop it)`,
    { query: 'migrate', retryable: false, code: 'MIGRATION_CHANGED' },
  );

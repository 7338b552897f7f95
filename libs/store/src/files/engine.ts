import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { createDatabase, fixedSettings, type Database } from '../client/database.js';
import { migrationsFolder, readMigrations } from '../migrate/migration-files.js';

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** What profiles need of the schema; nothing else is stored beside a file. */
const PROFILE_TABLES = /^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) (profiles|profile_runs)\b/;
/** The engine keeps the settings of one statement for the next, so those that statements change are said with every one. */
const sessionSettings = {
  ...fixedSettings,
  max_threads: 0,
  max_insert_threads: '0',
  max_block_size: '65409',
  // Threads share a table by the blocks it was written in, and one of a million rows would be all of it.
  min_insert_block_size_rows: '65409',
  min_insert_block_size_bytes: '0',
  max_memory_usage: '8000000000',
  max_query_size: '64000000',
  max_ast_elements: '2000000',
  max_expanded_ast_elements: '8000000',
  max_parser_depth: '10000',
  // A statement runs once or twice here, which is less than compiling it takes.
  compile_expressions: 0,
  compile_aggregate_expressions: 0,
  compile_sort_description: 0,
  precise_float_parsing: 1,
  optimize_on_insert: 1,
  // Mapped pages of a file would count as memory of the process, up to all of it.
  storage_file_read_method: 'pread',
  // The reader of Parquet would run ahead of a slow statement by 4 GB.
  input_format_parquet_memory_low_watermark: '2000000',
  input_format_parquet_memory_high_watermark: '100000000',
  input_format_parquet_case_insensitive_column_matching: 0,
} as const;

/** openEngine: ClickHouse inside this process with its data in `folder`. Ends with the process: the engine's threads outlive its closing. */
export async function openEngine(folder: string): Promise<Database> {
  const { createChdbConnection } = await import('chdb/connection');
  // The same interface, declared in two packages.
  const connection = createChdbConnection({ path: folder }) as unknown as ClientOptions['connection'];
  const embedded: ClickHouseClient = createClient({
    ...(connection === undefined ? {} : { connection }),
    clickhouse_settings: sessionSettings,
    log: { level: 127 },
  });
  const db = createDatabase({ database: 'default', embedded });
  for (const { id, statements } of await readMigrations(migrationsFolder()))
    for (const sql of statements)
      if (PROFILE_TABLES.test(sql)) await db.command({ name: `embedded-${id}`, sql });
  return db;
}

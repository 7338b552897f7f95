import { z } from 'zod';
import type { Database } from '../client/index.js';

const MASKED = `
SELECT DISTINCT table FROM system.parts
WHERE database = currentDatabase() AND active AND has_lightweight_delete
ORDER BY table`;
const TIMEOUT_MS = 7_200_000;

/**
 * purgeDeleted: rewrites the parts of tables in which rows are hidden, so that their bytes leave the disk. Hiding a row costs a small file
 * per part, rewriting costs the part; so rows are hidden at once and parts rewritten once for all that was hidden meanwhile.
 */
export async function purgeDeleted(database: Database): Promise<void> {
  const tables = await database.query({
    name: 'purge-masked-tables',
    sql: MASKED,
    row: z.object({ table: z.string() }),
  });
  for (const { table } of tables)
    await database.command({
      name: 'purge-deleted',
      sql: 'ALTER TABLE {table: Identifier} APPLY DELETED MASK',
      params: { table },
      settings: { mutations_sync: '2' },
      timeoutMs: TIMEOUT_MS,
    });
}

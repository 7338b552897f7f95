import { z } from 'zod';
import { RowBinary, type Database } from '../client/index.js';

/** saveOrder: what an erasure is to find, sealed. Written before its document, so that a document always has its order. */
export async function saveOrder(
  database: Database,
  {
    project,
    erasure,
    sealedSelector,
    nowMs,
  }: { project: string; erasure: string; sealedSelector: string; nowMs: number },
): Promise<void> {
  const writer = new RowBinary();
  for (const text of [project, erasure, sealedSelector]) writer.string(text);
  writer.dateTime64(nowMs);
  const columns = ['project', 'erasure', 'selector', 'at'];
  await database.insertRowBinary({ table: 'erasure_orders', columns, data: writer.chunks() });
}

/** readOrder: the sealed selector; null once the erasure is done. */
export async function readOrder(
  database: Database,
  project: string,
  erasure: string,
): Promise<string | null> {
  const [row] = await database.query({
    name: 'erasure-order',
    sql: 'SELECT selector FROM erasure_orders FINAL WHERE project = {project: String} AND erasure = {erasure: String}',
    params: { project, erasure },
    row: z.object({ selector: z.string() }),
  });
  return row?.selector ?? null;
}

/** removeOrders: of erasures that are done. */
export async function removeOrders(
  database: Database,
  project: string,
  erasures: readonly string[],
): Promise<void> {
  for (const table of ['erasure_orders', 'erasure_baselines'])
    for (const erasure of erasures)
      await database.command({
        name: 'erasure-order-done',
        sql: `DELETE FROM ${table} WHERE project = {project: String} AND erasure = {erasure: String}`,
        params: { project, erasure },
        settings: { lightweight_deletes_sync: '2' },
        timeoutMs: 300_000,
      });
}

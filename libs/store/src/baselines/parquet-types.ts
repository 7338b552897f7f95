import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { typesInput } from './file-input.js';

const TIMEOUT_MS = 600_000;
const typesRow = z.object({ types: z.array(z.string()) });

/**
 * singlePrecision: which of these columns of a Parquet file are Float32. As text, 0.1f would read back as 0.1 and not as the number that
 * it is (0.10000000149…), which is what a service that serves the same model sends; so they are read as Float64, and others, whose text is
 * exact, are not. Dynamic tells the types, but it reads null as zero, hence two passes.
 */
export async function singlePrecision(
  db: Database,
  columns: readonly string[],
  file: Readable,
): Promise<Set<string>> {
  const upload = randomUUID();
  const bindings = new Bindings();
  const input = typesInput(columns);
  await db.insertStream(
    {
      name: 'baseline-types',
      sql:
        `INSERT INTO file_columns (upload, types, at) SELECT ${bindings.text(upload)}, [${input.types.join(', ')}], now() ` +
        `FROM ${input.from} LIMIT 1 FORMAT Parquet`,
      params: bindings.params,
      settings: { max_memory_usage: '6000000000', max_query_size: '16000000' },
      timeoutMs: TIMEOUT_MS,
    },
    file,
  );
  const [row] = await db.query({
    name: 'baseline-types-read',
    sql: 'SELECT types FROM file_columns WHERE upload = {upload: String}',
    params: { upload },
    row: typesRow,
  });
  return new Set(columns.filter((_, index) => row?.types[index] === 'Float32'));
}

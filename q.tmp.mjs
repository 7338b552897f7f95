import { createClient } from '@clickhouse/client';
import { mkdtempSync } from 'node:fs';
const { createChdbConnection } = await import('chdb/connection');
const connection = createChdbConnection({ path: mkdtempSync('/tmp/rd/ch') });
const c = createClient({ connection, clickhouse_settings: { precise_float_parsing: 1, output_format_json_quote_denormals: 1 }, log: { level: 127 } });
for (const sql of process.argv.slice(2)) {
  const t = performance.now();
  try { const r = await c.query({ query: sql, format: 'TabSeparated' }); console.log(await r.text(), `-- ${(performance.now() - t).toFixed(0)} ms`); } catch (e) { console.log('ERR', e.message.slice(0, 300)); }
}
process.exit(0);

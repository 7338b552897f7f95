import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { checkoutRoot } from '../../deploy/local/index.js';
import { benches } from './benches.js';

/** `npm run bench -- NAME`: prints a table and writes bench/out/NAME.json. */
const [name = '', ...options] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  console.error(`npm run bench -- NAME, with one of: ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
const rows = await bench(options);
console.table(rows);
const directory = join(checkoutRoot, 'bench', 'out');
await mkdir(directory, { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', node: process.version };
await writeFile(
  join(directory, `${name}.json`),
  `${JSON.stringify({ name, at: new Date().toISOString(), machine, rows }, null, 2)}\n`,
);

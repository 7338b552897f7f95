import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dashboards } from './dashboards.js';

/** Writes the dashboards' JSON beside their sources: `npm run dashboards`. */
const directory = join(process.cwd(), 'deploy/grafana/dashboards');
await mkdir(directory, { recursive: true });
for (const [name, json] of Object.entries(dashboards())) await writeFile(join(directory, name), json);

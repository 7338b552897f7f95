import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { splitStatements } from './split-statements.js';

export type Migration = {
  /** `001_initial`: number and name, the order of application. */
  id: string;
  statements: string[];
  /** Of the statements without comments and spacing: a migration that was applied may be explained better, not changed. */
  checksum: string;
};

const FILE = /^(\d{3}_[a-z0-9_]+)\.sql$/;

/** The compiler copies no SQL, so sources and `dist` both look for the folder from the root of the repository. */
export function migrationsFolder(start: string = import.meta.dirname): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'libs', 'store', 'migrations');
    if (existsSync(join(folder, 'package.json')) && existsSync(candidate)) return candidate;
    if (dirname(folder) === folder)
      throw new Error(`no libs/store/migrations beside a package.json above ${start}`);
  }
}

/** readMigrations: all numbered files in order; refuses two files with one number. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  const seen = new Set<string>();
  return Promise.all(
    names.map(async (name) => {
      const id = FILE.exec(name)?.[1];
      if (id === undefined) throw new Error(`${name}: name migrations like 003_what_changes.sql`);
      if (seen.has(id.slice(0, 3)))
        throw new Error(`${name}: another migration has this number, take the next one`);
      seen.add(id.slice(0, 3));
      return { id, ...parseMigration(await readFile(join(folder, name), 'utf8')) };
    }),
  );
}

export function parseMigration(sql: string): Omit<Migration, 'id'> {
  const statements = splitStatements(sql);
  const normal = statements.map((statement) => statement.replace(/\s+/g, ' ')).join(';');
  return { statements, checksum: createHash('sha256').update(normal).digest('hex').slice(0, 16) };
}

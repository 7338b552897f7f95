import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrationsFolder, parseMigration, readMigrations } from './migration-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('files come in the order of their numbers', async () => {
  await writeFile(join(folder, '010_later.sql'), 'SELECT 2');
  await writeFile(join(folder, '002_first.sql'), 'SELECT 1');
  await writeFile(join(folder, 'README.md'), 'not a migration');
  expect((await readMigrations(folder)).map(({ id, statements }) => [id, statements])).toEqual([
    ['002_first', ['SELECT 1']],
    ['010_later', ['SELECT 2']],
  ]);
});

test.each([
  { names: ['initial.sql'], message: /name migrations like/ },
  { names: ['001_a.sql', '001_b.sql'], message: /another migration has this number/ },
])('$names are refused', async ({ names, message }) => {
  for (const name of names) await writeFile(join(folder, name), 'SELECT 1');
  await expect(readMigrations(folder)).rejects.toThrow(message);
});

test('comments and spacing do not change a checksum, content does', () => {
  const { checksum } = parseMigration('SELECT 1, 2;');
  expect(parseMigration('-- explained\nSELECT\n  1, 2').checksum).toBe(checksum);
  expect(parseMigration('SELECT 1, 3').checksum).not.toBe(checksum);
});

test('the folder is found from sources and from built code', async () => {
  const built = join(folder, 'dist', 'libs', 'store', 'src', 'migrate');
  await mkdir(built, { recursive: true });
  await mkdir(join(folder, 'libs', 'store', 'migrations'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{}');
  expect(migrationsFolder(built)).toBe(join(folder, 'libs', 'store', 'migrations'));
  expect(migrationsFolder()).toMatch(/libs\/store\/migrations$/);
});

import type { Documents } from '#libs/store';
import { expect, it } from 'vitest';
import { registrySnapshot } from './registry-snapshot.js';

it('registrySnapshot reads the same thing once and different things apart', async () => {
  const reads: string[] = [];
  const documents = {
    get: (project: string, kind: string, id: string) => {
      reads.push(`get ${project} ${kind} ${id}`);
      return Promise.resolve(null);
    },
    list: (project: string, kind: string, { prefix }: { prefix?: string }) => {
      reads.push(`list ${project} ${kind} ${prefix ?? ''}`);
      return Promise.resolve([]);
    },
  } as unknown as Documents;
  const snapshot = registrySnapshot(documents);
  await Promise.all([snapshot.get('p', 'model', 'm'), snapshot.get('p', 'model', 'm')]);
  await snapshot.get('p', 'version', 'm');
  await snapshot.list('p', 'segment', { prefix: 'm/' });
  await snapshot.list('p', 'segment');
  await snapshot.list('p', 'segment', {});
  expect(reads).toEqual(['get p model m', 'get p version m', 'list p segment m/', 'list p segment ']);
});

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childEnvironment } from '#libs/platform';
import { startTestApi, type ApiUnderTest } from './api-fixture.js';

let at: ApiUnderTest;
beforeAll(async () => {
  at = await startTestApi();
});
afterAll(() => at.stop());

/** The shell commands under a heading of the README, but for the two lines that say where the API is. */
async function commandsUnder(heading: string): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const section = readme.slice(readme.indexOf(`## ${heading}`)).split(/\n## /)[0] ?? '';
  const blocks = [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
  return blocks.join('\n').replaceAll(/^export .*$/gm, '');
}

const training = [
  'ts,distance,origin,outcome,predicted,score',
  ...Array.from({ length: 600 }, (_, i) => {
    const time = new Date(Date.UTC(2026, 0, 1) + i * 1_800_000).toISOString();
    const late = i % 3 === 0;
    return `${time},${500 + ((i * 37) % 400)},${['ATL', 'ORD'][i % 2]},${late ? 'late' : 'ontime'},${i % 4 === 0 ? 'late' : 'ontime'},${(i % 100) / 100}`;
  }),
].join('\n');

it('the commands of the README define a model, its baseline and a monitor', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-readme-'));
  await writeFile(join(folder, 'training.csv'), training);
  const script = [
    await commandsUnder('Define a model, a segment and a baseline'),
    await commandsUnder('Monitors'),
  ].join('\n');
  expect(script).toContain('curl');
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], {
    cwd: folder,
    env: childEnvironment({ API: `${at.api.url}/v1/projects/default`, KEY: at.adminKey }),
  });
  expect(stderr).toBe('');
  // Every command is answered; only the last one has no traffic yet to look at.
  expect(stdout.match(/"type":"https:\/\/plumbline.dev\/problems\/[a-z-]+"/g) ?? []).toEqual([
    '"type":"https://plumbline.dev/problems/conflict"',
  ]);
  const monitors = await at.store.documents.list('default', 'monitor');
  expect(monitors.map(({ id }) => id).toSorted()).toEqual([
    'my-model-1-data-quality',
    'my-model-1-drift',
    'my-model-1-prediction-drift',
    'my-model-1-quality',
    'strict-distance',
  ]);
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockHolder, takeLock } from './lock.js';
import { identify } from './process-identity.js';

let folder = '';
let path = '';
const lines: string[] = [];
const take = (waitMs = 0) => takeLock({ path, purpose: 'A start', waitMs, say: (line) => lines.push(line) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-lock-'));
  path = join(folder, 'stack.lock');
  lines.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

describe('takeLock', () => {
  it('refuses a second holder by name, and lets it in after the release', async () => {
    const release = await take();
    await expect(take()).rejects.toThrow(`A start is already running (pid ${process.pid})`);
    await release();
    await (
      await take()
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets one after the other in when both wait, and says whom it waits for', async () => {
    const order: string[] = [];
    const use = async (name: string) => {
      const release = await take(10_000);
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
      await release();
    };
    await Promise.all([use('a'), use('b'), use('c')]);
    expect(order.filter((_, index) => index % 2 === 0).map((entry) => entry.replace(' in', ' out'))).toEqual(
      order.filter((_, index) => index % 2 === 1),
    );
    expect(lines.every((line) => line.includes(`pid ${process.pid}`))).toBe(true);
  });

  it.each([
    ['a torn file', () => Promise.resolve('{"pid":')],
    [
      'a process that is gone',
      () => Promise.resolve(JSON.stringify({ pid: 4_194_304, startToken: '1', marker: '', startedAt: '' })),
    ],
    [
      'a pid that belongs to another process now',
      async () => JSON.stringify({ ...(await identify(process.pid, '')), startToken: '1' }),
    ],
  ])('takes over from %s', async (_name, content) => {
    await writeFile(path, await content());
    expect(await lockHolder(path)).toBeUndefined();
    const release = await take();
    expect((await lockHolder(path))?.pid).toBe(process.pid);
    await release();
  });

  it('stops waiting when asked to', async () => {
    const release = await take();
    const waiting = takeLock({
      path,
      purpose: 'A start',
      waitMs: 60_000,
      say: () => undefined,
      signal: AbortSignal.abort(),
    });
    await expect(waiting).rejects.toThrow(/abort/i);
    await release();
  });
});

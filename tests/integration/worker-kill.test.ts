import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, putChannel, until, type World } from './worker-fixture.js';

const MAIN = join(import.meta.dirname, '../../dist/apps/worker/src/main.js');
const children: ChildProcess[] = [];
let world: World;

/** A worker as it is shipped, in a process of its own. */
const spawnWorker = (more: Record<string, string> = {}): ChildProcess => {
  const child = spawn(process.execPath, [MAIN], { env: { ...world.environment, ...more }, stdio: 'ignore' });
  children.push(child);
  return child;
};
const kill = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
};
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

beforeEach(async () => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run npm run build first`);
  world = await openWorld(13);
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => kill(child, 'SIGKILL')));
  await world.close();
});

describe('a worker process', () => {
  it(
    'that is killed twice in the middle of the same notice has it sent by the third',
    { timeout: 400_000 },
    async () => {
      await putChannel(world, 'hook');
      world.sink.answer = () => null;
      await world.day(1, { faultyHub: 'ATL' });
      for (const tries of [1, 2]) {
        const worker = spawnWorker();
        await until(() => expect(world.sink.received).toHaveLength(tries));
        await kill(worker, 'SIGKILL');
      }
      world.sink.answer = () => 200;
      const third = spawnWorker();
      await until(async () =>
        expect((await world.outcome())['notices']).toMatchObject([{ outcome: 'sent' }]),
      );
      expect(world.sink.received).toHaveLength(3);
      expect(await kill(third, 'SIGTERM')).toBe(0);
    },
  );

  it('waits for a Redis that is away: alive, not ready, and ended at once by SIGTERM', async () => {
    const [port, nobody] = await Promise.all([freePort(), freePort()]);
    const worker = spawnWorker({ REDIS_URL: `redis://127.0.0.1:${nobody}`, PORT: String(port) });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}/health/${path}`)).status;
    await until(async () => expect(await status('live')).toBe(200));
    expect(await status('ready')).toBe(503);
    expect(await kill(worker, 'SIGTERM')).toBe(0);
  });
});

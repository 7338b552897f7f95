import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import {
  carriesMarker,
  factsFromPs,
  findByMarker,
  identify,
  isAlive,
  startTokenOf,
} from './process-identity.js';
import { killProcess, stopProcess } from './processes.js';

const marker = `/plumbline-test-${process.pid}/server.properties`;
const children: ChildProcess[] = [];

/** A process with the marker in its command line that says when it runs. */
async function startMarked(script: string): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    `${script}; console.log('up'); setInterval(() => {}, 1000)`,
    marker,
  ]);
  children.push(child);
  await once(child.stdout, 'data');
  return Number(child.pid);
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('startTokenOf', () => {
  const fields = (state: string, threads = 1) =>
    `${state} 1 4242 4242 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 ${threads} 0 987654 1024 256`;

  it.each([
    ['a plain name', `4242 (java) ${fields('S')}`, '987654'],
    ['a name with blanks and brackets', `4242 (node (x) y) ${fields('R')}`, '987654'],
    ['a zombie, which runs no longer', `4242 (java) ${fields('Z')}`, undefined],
    ['a zombie whose threads still end', `4242 (java) ${fields('Z', 9)}`, '987654'],
  ])('reads %s', (_name, stat, expected) => {
    expect(startTokenOf(stat)).toBe(expected);
  });
});

describe('carriesMarker', () => {
  const path = '/a/.plumbline/kafka/server.properties';

  it.each([
    ['an argument', ['java', 'kafka.Kafka', path], true],
    ['an option’s value', ['app', `--plumbline-app=${path}`], true],
    ['the same name in another home', ['java', '/a/.plumbline/test/kafka/server.properties'], false],
    ['a longer path', ['vi', `${path}.bak`], false],
    ['nothing', [], false],
  ])('looks at %s', (_name, args, expected) => {
    expect(carriesMarker(args, path)).toBe(expected);
  });
});

describe('factsFromPs', () => {
  it('takes the date as the start time and the rest as arguments', () => {
    expect(factsFromPs('Mon Nov 23 16:10:59 2026 redis-server /h/redis.conf\n')).toEqual({
      startToken: 'Mon Nov 23 16:10:59 2026',
      args: ['redis-server', '/h/redis.conf'],
    });
    expect(factsFromPs('')).toBeUndefined();
  });
});

describe('a started process', () => {
  it('is known again by pid, start time and command line, and found without its pid', async () => {
    const pid = await startMarked('0');
    const record = (await identify(pid, marker))!;
    expect(await isAlive(record)).toBe(true);
    expect((await findByMarker(marker))?.pid).toBe(pid);
    expect(await isAlive({ ...record, startToken: '1' })).toBe(false);
    expect(await isAlive({ ...record, marker: `${marker}.other` })).toBe(false);
    expect(await isAlive({ ...record, pid: process.pid })).toBe(false);
  });

  it('is never signalled when the pid belongs to another process now', async () => {
    const pid = await startMarked('0');
    const record = (await identify(pid, marker))!;
    const stale = { ...record, startToken: '1' };
    expect(await stopProcess(stale, 1_000)).toBe('gone');
    await killProcess(stale);
    expect(await isAlive(record)).toBe(true);
  });

  it.each([
    ['ends by itself when asked to', '0', 'ended'],
    ['is killed when it will not listen', "process.on('SIGTERM', () => {})", 'killed'],
  ] as const)('%s', async (_name, script, outcome) => {
    const pid = await startMarked(script);
    const record = (await identify(pid, marker))!;
    expect(await stopProcess(record, outcome === 'killed' ? 200 : 10_000)).toBe(outcome);
    expect(await isAlive(record)).toBe(false);
    expect(await findByMarker(marker)).toBeUndefined();
  });
});

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export type ServiceName = 'kafka' | 'clickhouse' | 'redis';

/** Site: the real services under attack; the runner and the tests bring their own. */
export type Site = {
  kafkaBrokers: string;
  clickhouse: { url: string; user: string; password: string };
  redisUrl: string;
  /** Id of the process that serves now. */
  pid: (name: ServiceName) => Promise<number>;
  /** Starts it on the same data and port, and waits until it answers. */
  start: (name: ServiceName) => Promise<void>;
  /** An orderly stop. */
  stop: (name: ServiceName) => Promise<void>;
};

/** Numbers in [0, 1) from a seed: a 32-bit state that is scrambled anew for each number. */
export const randomFrom = (seed: string): (() => number) => {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
};

const POLL_MS = 50;

/** until: polls `probe` until it holds; fails with what was waited for. */
export const until = async (
  what: string | (() => string),
  probe: () => Promise<boolean> | boolean,
  { timeoutMs = 120_000, everyMs = POLL_MS } = {},
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe())) {
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs / 1_000} s for ${typeof what === 'string' ? what : what()}`);
    await sleep(everyMs);
  }
};

/** hasEnded: whether no process of this id is there any more. */
export const hasEnded = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

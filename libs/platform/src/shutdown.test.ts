import { afterEach, describe, expect, it } from 'vitest';

import { createLogger } from './logging.js';
import { Shutdown } from './shutdown.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const make = (exit?: (code: number) => void): Shutdown =>
  new Shutdown({ logger, deadlineMs: 50, ...(exit === undefined ? {} : { exit }) });

afterEach(() => {
  process.removeAllListeners('SIGTERM');
  process.removeAllListeners('SIGINT');
});

describe('Shutdown', () => {
  it('stops the last thing first, one after the other, once', async () => {
    const order: string[] = [];
    const shutdown = make();
    shutdown.add('client', () => void order.push('client'));
    shutdown.add('consumer', async () => {
      await Promise.resolve();
      order.push('consumer');
    });
    expect(shutdown.signal.aborted).toBe(false);
    expect(await Promise.all([shutdown.stop(), shutdown.stop()])).toEqual([true, true]);
    expect(order).toEqual(['consumer', 'client']);
    expect(shutdown.signal.aborted).toBe(true);
  });

  it('goes on after a failed step and says so', async () => {
    const order: string[] = [];
    const shutdown = make();
    shutdown.add('client', () => void order.push('client'));
    shutdown.add('consumer', () => Promise.reject(new Error('no')));
    expect(await shutdown.stop()).toBe(false);
    expect(order).toEqual(['client']);
  });

  it('leaves a hanging step behind at the deadline', async () => {
    const shutdown = make();
    shutdown.add('hangs', () => new Promise(() => undefined));
    expect(await shutdown.stop()).toBe(false);
  });

  it('leaves with the right code on the first signal and ignores the second', async () => {
    const codes: number[] = [];
    const shutdown = make((code) => void codes.push(code));
    const step = Promise.withResolvers<undefined>();
    shutdown.add('slow', () => step.promise);
    shutdown.listen();
    process.emit('SIGTERM');
    process.emit('SIGINT');
    step.resolve(undefined);
    await expect.poll(() => codes).toEqual([0]);
  });
});

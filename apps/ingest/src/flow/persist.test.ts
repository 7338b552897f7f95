import { createLogger } from '#libs/platform';
import { describe, expect, it } from 'vitest';

import { Outages, persist, UnavailableError } from './persist.js';

const setup = () => {
  const outages = new Outages();
  const stop = new AbortController();
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  return { outages, stop, waiting: { signal: stop.signal, logger, outages } };
};

describe('persist', () => {
  it('goes on until the service answers, and shows the outage meanwhile', async () => {
    const { outages, waiting } = setup();
    const seen: string[][] = [];
    let tries = 0;
    const act = () => {
      seen.push(outages.names());
      tries += 1;
      return tries < 3 ? Promise.reject(new UnavailableError('away')) : Promise.resolve('done');
    };
    expect(await persist('Redis', act, waiting)).toBe('done');
    expect(seen).toEqual([[], ['Redis'], ['Redis']]);
    expect(outages.names()).toEqual([]);
  });

  it('throws a bug at once', async () => {
    const { waiting } = setup();
    let tries = 0;
    const act = () => {
      tries += 1;
      return Promise.reject(new TypeError('bug'));
    };
    await expect(persist('ClickHouse', act, waiting)).rejects.toThrow('bug');
    expect(tries).toBe(1);
  });

  it('ends the wait when the batch is no longer ours, with the reason', async () => {
    const { waiting, stop, outages } = setup();
    const reason = new Error('rebalance');
    const act = () => {
      setImmediate(() => stop.abort(reason));
      return Promise.reject(new UnavailableError('away'));
    };
    await expect(persist('ClickHouse', act, waiting)).rejects.toThrow();
    expect(outages.names()).toEqual([]);
  });
});

describe('Outages', () => {
  it('counts waits of several batches for one service', () => {
    const outages = new Outages();
    outages.begin('a');
    outages.begin('a');
    outages.end('a');
    expect(outages.names()).toEqual(['a']);
    outages.end('a');
    expect(outages.names()).toEqual([]);
  });
});

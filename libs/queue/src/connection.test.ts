import { createLogger } from '#libs/platform';
import { describe, expect, it } from 'vitest';

import { pingRedis, redisOptions, throttled } from './connection.js';

describe('redisOptions', () => {
  it.each([
    ['redis://127.0.0.1:6400', { host: '127.0.0.1', port: 6400, db: 0 }],
    ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
    ['redis://:p%40ss@cache:1/3', { password: 'p@ss', port: 1, db: 3 }],
    ['redis://app:secret@[::1]:7000', { host: '::1', username: 'app', password: 'secret' }],
    ['rediss://cache:6380', { port: 6380, tls: { servername: 'cache' } }],
  ])('%s', (address, expected) => {
    expect(redisOptions(address)).toMatchObject(expected);
  });

  it('leaves credentials and TLS out where the address has none', () => {
    expect(Object.keys(redisOptions('redis://cache'))).not.toEqual(expect.arrayContaining(['username']));
    expect(redisOptions('redis://cache')).not.toHaveProperty('tls');
  });

  it('never gives up reconnecting and never waits long', () => {
    const { retryStrategy } = redisOptions('redis://cache');
    for (const times of [1, 10, 10_000]) expect(retryStrategy(times)).toBeLessThanOrEqual(3_100);
  });
});

describe('throttled', () => {
  it('writes one line per ten seconds', () => {
    const lines: string[] = [];
    let clockMs = 0;
    const listener = throttled(
      createLogger({ logLevel: 'info' }, 'x', { write: (line) => void lines.push(line) }),
      'away',
      () => clockMs,
    );
    for (clockMs = 0; clockMs < 25_000; clockMs += 500) listener(new Error('ECONNREFUSED'));
    expect(lines).toHaveLength(3);
  });
});

describe('pingRedis', () => {
  it('throws when nobody listens', async () => {
    await expect(pingRedis({ redis: { url: 'redis://127.0.0.1:1' } })).rejects.toThrow();
  });
});

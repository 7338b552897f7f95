import { describe, expect, it } from 'vitest';

import { logThrottle } from './client.js';

describe('logThrottle', () => {
  it('lets a message through once per interval, each message by itself', () => {
    const isNew = logThrottle(1_000);
    expect([isNew('a', 0), isNew('a', 999), isNew('b', 999), isNew('a', 1_000)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});

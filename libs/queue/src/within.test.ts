import { describe, expect, it } from 'vitest';

import { QueueUnavailableError, within } from './within.js';

describe('within', () => {
  it('hands through what comes in time and refuses to wait for what does not', async () => {
    expect(await within(1_000, 'add', Promise.resolve(7))).toBe(7);
    await expect(within(1_000, 'add', Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(within(5, 'add to numbers', new Promise(() => undefined))).rejects.toThrow(
      QueueUnavailableError,
    );
  });
});

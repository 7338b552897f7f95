import { describe, expect, it } from 'vitest';
import { pacer } from './pace.js';
import { DAY_MS } from './scenario.js';

const { signal } = new AbortController();

describe('pacer', () => {
  it('lets the replay run ahead by some days, then waits until they are evaluated', async () => {
    let [asked, evaluatedMs] = [0, 0];
    const pace = pacer(
      {
        evaluatedThroughMs: () => {
          asked += 1;
          evaluatedMs += 3 * DAY_MS;
          return Promise.resolve(evaluatedMs);
        },
        signal,
      },
      0,
    );
    await pace(11 * DAY_MS);
    expect(asked).toBe(0);
    await pace(14 * DAY_MS);
    expect(asked).toBe(1);
    await pace(14.5 * DAY_MS);
    expect(asked).toBe(1);
  });

  it('goes on slowly when nothing is evaluated, or nobody answers', async () => {
    let asked = 0;
    const evaluatedThroughMs = () => {
      asked += 1;
      return Promise.reject(new Error('away'));
    };
    await pacer({ evaluatedThroughMs, signal }, 0)(40 * DAY_MS);
    expect(asked).toBe(4);
  });

  it('ends with the demo', async () => {
    const stopped = AbortSignal.abort();
    await pacer({ evaluatedThroughMs: () => Promise.resolve(null), signal: stopped }, 0)(40 * DAY_MS);
  });
});

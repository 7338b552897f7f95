import { describe, expect, it } from 'vitest';
import { WindowWatch } from './window-watch.js';

describe('WindowWatch', () => {
  it('knows a settled window until its signature or the context changes', () => {
    const watch = new WindowWatch();
    expect(watch.isKnown('m', 'c', 'w', '1')).toBe(false);
    watch.settle('m', 'c', 'w', '1');
    expect(watch.isKnown('m', 'c', 'w', '1')).toBe(true);
    expect(watch.isKnown('m', 'c', 'w', '2')).toBe(false);
    expect(watch.isKnown('n', 'c', 'w', '1')).toBe(false);
    expect(watch.isKnown('m', 'changed', 'w', '1')).toBe(false);
  });

  it('remembers when a window began to wait, until it is settled', () => {
    const watch = new WindowWatch();
    expect(watch.waitsSince('m', 'c', 'w', 10)).toBe(10);
    expect(watch.waitsSince('m', 'c', 'w', 20)).toBe(10);
    watch.settle('m', 'c', 'w', '1');
    expect(watch.waitsSince('m', 'c', 'w', 30)).toBe(30);
  });

  it('forgets monitors that are gone', () => {
    const watch = new WindowWatch();
    watch.settle('m', 'c', 'w', '1');
    watch.settle('n', 'c', 'w', '1');
    watch.keep(new Set(['n']));
    expect([watch.isKnown('m', 'c', 'w', '1'), watch.isKnown('n', 'c', 'w', '1')]).toEqual([false, true]);
  });
});

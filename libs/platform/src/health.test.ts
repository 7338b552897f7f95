import { describe, expect, it } from 'vitest';

import { Health, probe } from './health.js';

describe('Health', () => {
  it('is ok without checks and with checks that pass', async () => {
    const health = new Health();
    expect(await health.live()).toEqual({ ok: true, checks: {} });
    health.addReady(
      'redis',
      probe(() => Promise.resolve('PONG')),
    );
    health.addReady('lag', () => ({ ok: true, detail: '0 events behind' }));
    expect(await health.ready()).toEqual({
      ok: true,
      checks: { redis: { ok: true }, lag: { ok: true, detail: '0 events behind' } },
    });
  });

  it('keeps live and ready apart', async () => {
    const health = new Health();
    health.addReady('clickhouse', () => ({ ok: false, reason: 'away' }));
    expect((await health.live()).ok).toBe(true);
    expect((await health.ready()).ok).toBe(false);
  });

  it('turns a throw into a failure that shows nothing and reports the error', async () => {
    const seen: unknown[] = [];
    const health = new Health({ onError: (name, error) => seen.push([name, error]) });
    const error = new Error('connect redis://u:p@10.0.0.1');
    health.addReady('redis', () => {
      throw error;
    });
    expect(JSON.stringify(await health.ready())).not.toContain('10.0.0.1');
    expect(seen).toEqual([['redis', error]]);
  });

  it('bounds a check that hangs, aborts it and still answers for the others', async () => {
    const health = new Health({ timeoutMs: 20 });
    let aborted = false;
    health.addReady('stuck', (signal) => {
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    });
    health.addReady('fine', () => ({ ok: true }));
    const report = await health.ready();
    expect(report.checks).toEqual({
      stuck: { ok: false, reason: 'no answer within 20 ms' },
      fine: { ok: true },
    });
    expect(aborted).toBe(true);
  });

  it('does not let a check that fails after its deadline become an unhandled rejection', async () => {
    const health = new Health({ timeoutMs: 5 });
    health.addReady(
      'late',
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
    );
    expect((await health.ready()).ok).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineCut } from './baseline-cut.js';
import { countWindows } from './count-windows.js';

const HOUR_MS = 3_600_000;
const buckets = (...rows: number[]) => rows.map((count, i) => ({ startMs: i * HOUR_MS, rows: count }));
const hours = (windows: readonly { startMs: number; endMs: number }[]) =>
  windows.map(({ startMs, endMs }) => [startMs / HOUR_MS, endMs / HOUR_MS]);
const count = (
  rows: number,
  of: ReturnType<typeof buckets>,
  frozen: { startMs: number; endMs: number }[] = [],
) => countWindows({ rows, buckets: of, bucketMs: HOUR_MS, frozen });

describe('countWindows', () => {
  it('ends each window with the bucket that fills it, and leaves the rest open', () => {
    expect(hours(count(100, buckets(40, 50, 30, 0, 200, 60)))).toEqual([
      [0, 3],
      [3, 5],
    ]);
    expect(count(100, buckets(40, 50))).toEqual([]);
    expect(count(100, [])).toEqual([]);
  });

  it('never moves a bound that was evaluated, whatever arrives later', () => {
    const before = count(100, buckets(40, 50, 30, 60, 50));
    expect(hours(before)).toEqual([
      [0, 3],
      [3, 5],
    ]);
    // 500 late rows in the first bucket would close the first window two hours earlier.
    const late = buckets(540, 50, 30, 60, 50, 100);
    expect(hours(count(100, late, before))).toEqual([
      [0, 3],
      [3, 5],
      [5, 6],
    ]);
    const older = [{ startMs: -HOUR_MS, rows: 1_000 }, ...late];
    expect(hours(count(100, older, before))).toEqual([
      [0, 3],
      [3, 5],
      [5, 6],
    ]);
  });

  it('windows meet, and all but what is open is in one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { maxLength: 60 }),
        fc.integer({ min: 1, max: 120 }),
        (rows, wanted) => {
          const all = buckets(...rows);
          const windows = count(wanted, all);
          windows.slice(1).forEach((window, i) => expect(window.startMs).toBe(windows[i]!.endMs));
          for (const { startMs, endMs } of windows) {
            const inside = all.filter((bucket) => bucket.startMs >= startMs && bucket.startMs < endMs);
            const total = inside.reduce((sum, bucket) => sum + bucket.rows, 0);
            expect(total).toBeGreaterThanOrEqual(wanted);
            expect(total - inside.at(-1)!.rows).toBeLessThan(wanted);
          }
        },
      ),
    );
  });
});

describe('baselineCut', () => {
  const month = Array.from({ length: 31 * 24 }, (_, i) => ({ startMs: i * HOUR_MS, rows: 10 }));
  const plan = { timeZone: 'UTC', bucket: 'PT1H' };
  const cut = (window: { every?: string; size?: string; rows?: number }) =>
    baselineCut({ every: 'P1D', size: null, rows: null, settle: 'PT1H', maxWait: 'PT6H', ...window }, plan);

  it('days are what profiles have', () => expect(cut({})).toBeNull());

  it('weeks that slide are taken one after the other', () => {
    expect(hours(cut({ size: 'P7D' })!(month))).toEqual(
      [0, 1, 2, 3].map((week) => [week * 168, week * 168 + 168]),
    );
  });

  it('hours are thinned so that every hour of the day is met', () => {
    const parts = cut({ every: 'PT1H' })!(month);
    expect(parts.length).toBeLessThanOrEqual(120);
    expect(new Set(parts.map(({ startMs }) => (startMs / HOUR_MS) % 24)).size).toBe(24);
  });

  it('numbers of rows are counted', () => {
    expect(hours(cut({ rows: 2_000 })!(month)).slice(0, 2)).toEqual([
      [0, 200],
      [200, 400],
    ]);
    expect(cut({ every: 'PT6H' })!([])).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { windowSignatures } from './window-signatures.js';

const windows = [
  { startMs: 100, endMs: 200 },
  { startMs: 200, endMs: 300 },
  { startMs: 400, endMs: 500 },
];
const runs = [
  { startMs: 50, run: 1n },
  { startMs: 100, run: 7n },
  { startMs: 150, run: 8n },
  { startMs: 300, run: 9n },
  { startMs: 400, run: 10n },
];

describe('windowSignatures', () => {
  it('counts the runs of the buckets that start inside a window, ends excluded', () => {
    expect(windowSignatures(windows, runs)).toEqual(['2:15', '0:0', '1:10']);
  });

  it('changes for the window of a bucket that was profiled again, and for no other', () => {
    const again = runs.map((run) => (run.startMs === 150 ? { ...run, run: 11n } : run));
    expect(windowSignatures(windows, again)).toEqual(['2:18', '0:0', '1:10']);
  });

  it('knows no buckets and no windows', () => {
    expect(windowSignatures(windows, [])).toEqual(['0:0', '0:0', '0:0']);
    expect(windowSignatures([], runs)).toEqual([]);
  });
});

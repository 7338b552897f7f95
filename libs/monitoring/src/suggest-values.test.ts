import { describe, expect, test } from 'vitest';
import type { BinningBody, Feature, NumericCell, Profile } from '#libs/contracts';
import { evaluate } from './evaluate.js';
import { seeded } from './random.js';
import { suggestMonitors } from './suggest.js';
import { forSegmentValues } from './suggest-values.js';

const FEATURES = 10;
const BINS = 10;
const DIMENSIONS = { region: 5, plan: 3, device: 2 };
const names = Array.from({ length: FEATURES }, (_, i) => `x${i}`);
const features = names.map((name): Feature => ({ name, type: 'numeric', role: 'input' }));
const edges = Array.from({ length: BINS }, (_, bin) => bin);
const binning: BinningBody = {
  ...{ model: 'm', version: '1', hash: '0123456789abcdef' },
  features: names.map((feature) => ({ feature, kind: 'numeric', edges, max: BINS })),
};

/** Independent rows: every feature uniform over its bins, every dimension over its values. */
function quiet(seed: number, rows: number): Profile {
  const random = seeded(seed);
  const cells = new Map<string, NumericCell>();
  const count = (segment: string, segmentValue: string, feature: string, bin: number): void => {
    const key = JSON.stringify([segment, segmentValue, feature]);
    const known = cells.get(key);
    const cell: NumericCell = known ?? {
      ...{ kind: 'numeric', segment, segmentValue, feature, rows: 0, nulls: 0, invalid: 0 },
      ...{ counts: edges.map(() => 0), under: 0, underSum: 0, over: 0, overSum: 0 },
      ...{ min: 0, max: BINS, sum: 0, sumSquares: 0 },
    };
    cell.rows += 1;
    cell.counts[bin] = (cell.counts[bin] ?? 0) + 1;
    cell.sum += bin;
    cell.sumSquares += bin * bin;
    if (known === undefined) cells.set(key, cell);
  };
  for (let row = 0; row < rows; row += 1) {
    const values = Object.entries(DIMENSIONS).map(
      ([name, size]) => [name, `v${Math.floor(random() * size)}`] as const,
    );
    for (const feature of names) {
      const bin = Math.floor(random() * BINS);
      count('all', 'in', feature, bin);
      for (const [segment, value] of values) count(segment, value, feature, bin);
    }
  }
  return { cells: [...cells.values()] };
}

describe('segment values that nobody chose', () => {
  const rows = 1_000;
  const pairs = Array.from({ length: 200 }, (_, pair) => {
    const [baseline, window] = [quiet(2 * pair + 1, rows), quiet(2 * pair + 2, rows)];
    const bodies = suggestMonitors({
      ...{ model: 'm', version: '1', baseline: { hasLabels: false, cannotServe: [] } },
      ...{ baselineProfile: baseline, baselineChunks: [], binning, features },
    });
    return bodies.map((body) => {
      const settings = { ...forSegmentValues(body, { baseline, windowRows: rows }), minRows: 100 };
      const findings = evaluate({ ...{ baseline, baselineChunks: [], window, binning, features }, settings });
      return findings.filter(({ segment }) => segment !== 'all');
    });
  }).map((monitors) => monitors.flat());

  test('200 quiet pairs of files: no false breach, and hardly anything beyond its limit', () => {
    const decided = pairs.flat().filter(({ metric, value }) => metric === 'psi' && value !== null);
    expect(decided).toHaveLength(200 * FEATURES * 10);
    expect(decided.filter(({ status }) => status === 'breached')).toEqual([]);
    const beyond = decided.filter(({ value, threshold }) => (value ?? 0) > (threshold ?? Infinity));
    expect(beyond.length).toBeLessThanOrEqual(10);
  });

  test('limits are raised only where rows are few', () => {
    const baseline = quiet(1, 4_000);
    const [body] = suggestMonitors({
      ...{ model: 'm', version: '1', baseline: { hasLabels: false, cannotServe: [] } },
      ...{ baselineProfile: baseline, baselineChunks: [], binning, features },
    }).filter(({ kind }) => kind === 'drift');
    if (body === undefined) throw new Error('no drift monitor');
    expect(Object.keys(forSegmentValues(body, { baseline, windowRows: 400 }).segmentThresholds)).toContain(
      'region=v0',
    );
    expect(forSegmentValues(body, { baseline, windowRows: 40_000 }).segmentThresholds).toEqual({});
  });
});

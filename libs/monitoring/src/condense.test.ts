import { expect, it } from 'vitest';
import type { ProfileCell, ProfileChunk } from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  monitorBody,
  numericBinning,
  numericCell,
} from '../../../tests/fixtures/monitoring/cells.js';
import { generator } from '../../../tests/fixtures/stats/random.js';
import { condenser } from './condense.js';
import { evaluate } from './evaluate.js';
import { mergeProfiles } from './merge.js';
import type { MonitorInput } from './pair.js';

const distance = numericBinning('distance', 0, 1_000, 100);
const origin = categoricalBinning('origin', ['ATL', 'ORD', 'DFW', 'DEN']);
const random = generator(11);
const ofDay = (shift: number): ProfileCell[] => {
  const numbers = Array.from({ length: 200 }, () => Math.abs(random() * 900 + shift));
  const [cell, nulls] = [numericCell(distance, numbers), 5 + Math.floor(random() * 10)];
  return [
    { ...cell, rows: cell.rows + nulls, nulls },
    categoricalCell(origin, { ATL: 90 + Math.floor(random() * 20), ORD: 60, DFW: 30, DEN: 20 }),
  ];
};
const baselineChunks: ProfileChunk[] = Array.from({ length: 12 }, (_, day) => ({
  startMs: day * 86_400_000,
  cells: ofDay(random() * 40),
}));
const input = (settings: Parameters<typeof monitorBody>[0]): MonitorInput => ({
  baseline: mergeProfiles(baselineChunks),
  baselineChunks,
  window: { cells: ofDay(70) },
  binning: binningOf([distance, origin]),
  features: [
    { name: 'distance', type: 'numeric', role: 'input' },
    { name: 'origin', type: 'categorical', role: 'input' },
  ],
  settings: monitorBody(settings),
});

it.each([
  ['drift', { thresholds: { psi: 0.05, kolmogorov_smirnov: 0.1 } }],
  ['data quality', { kind: 'data_quality', thresholds: { missing_rate: 'auto', unseen_rate: 0.1 } }],
] as const)('what is kept of the parts of a baseline gives the same findings: %s', (_, settings) => {
  const whole = input(settings);
  const condense = condenser(whole) ?? ((cell) => cell);
  const parts = baselineChunks.map((chunk) => ({ ...chunk, cells: chunk.cells.map(condense) }));
  expect(parts.flatMap(({ cells }) => cells).map((cell) => 'counts' in cell && cell.counts)).toEqual(
    Array.from({ length: 24 }, () => []),
  );
  const found = evaluate(whole);
  expect(found.some(({ pAdjusted }) => pAdjusted !== null)).toBe(true);
  expect(evaluate({ ...whole, baselineChunks: parts })).toEqual(found);
});

it('a cell of another binning is kept, and fails its own comparison alone', () => {
  const whole = input({ thresholds: { psi: 0.05 } });
  const wrong = numericCell(numericBinning('distance', 0, 1_000, 7), [1, 2, 3]);
  const baseline = { cells: [wrong, ...whole.baseline.cells.slice(1)] };
  expect(condenser({ ...whole, baseline })?.(wrong)).toBe(wrong);
  expect(condenser(whole)?.(wrong)).toBe(wrong);
});

it.each([
  ['a fitted limit', { thresholds: { psi: 'auto' } }],
  ['one of a feature', { featureThresholds: { distance: { psi: { kind: 'stddev', factor: 3 } } } }],
  ['a range', { kind: 'data_quality', ranges: { distance: { from: 0 } } }],
  ['another kind', { kind: 'quality' }],
] as const)('%s needs all of a part', (_, settings) => {
  expect(condenser(input(settings))).toBeNull();
});

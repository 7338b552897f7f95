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
const ofDay = (shift: number): ProfileCell[] => [
  numericCell(
    distance,
    Array.from({ length: 200 }, () => Math.abs(random() * 900 + shift)),
  ),
  categoricalCell(origin, { ATL: 90 + Math.floor(random() * 20), ORD: 60, DFW: 30, DEN: 20 }),
];
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

it('what is kept of the parts of a baseline gives the same findings', () => {
  const whole = input({ thresholds: { psi: 0.05, kolmogorov_smirnov: 0.1 } });
  const condense = condenser(whole) ?? ((cell) => cell);
  const parts = baselineChunks.map((chunk) => ({ ...chunk, cells: chunk.cells.map(condense) }));
  expect(parts.flatMap(({ cells }) => cells).every((cell) => 'coarse' in cell)).toBe(true);
  const found = evaluate(whole);
  expect(found.some(({ pAdjusted }) => pAdjusted !== null)).toBe(true);
  expect(evaluate({ ...whole, baselineChunks: parts })).toEqual(found);
});

it.each([
  ['a fitted limit', { thresholds: { psi: 'auto' } }],
  ['one of a feature', { featureThresholds: { distance: { psi: { kind: 'stddev', factor: 3 } } } }],
  ['another kind', { kind: 'quality' }],
] as const)('%s needs all of a part', (_, settings) => {
  expect(condenser(input(settings))).toBeNull();
});

import { describe, expect, it } from 'vitest';
import type { NumericBinning } from '#libs/contracts';
import { binningOf, numericCell } from '../../../tests/fixtures/monitoring/cells.js';
import { generator } from '../../../tests/fixtures/stats/random.js';
import { evaluate } from './evaluate.js';
import { suggestMonitors } from './suggest.js';

const random = generator(29);
const rows = (count: number, value: () => number): number[] => Array.from({ length: count }, value);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const lognormal = (): number => Math.exp(normal());
const pareto = (): number => (1 - random()) ** (-1 / 2.5);
const zeros = (share: number) => (): number => (random() < share ? 0 : 10 * lognormal());

/** Bins as the store makes them: hundredths of the rows, finer at both ends, values of a hundredth by themselves. */
function binningFor(values: readonly number[]): NumericBinning {
  const ascending = values.toSorted((a, b) => a - b);
  const at = (share: number): number => ascending[Math.floor(share * values.length)]!;
  const hundredths = Array.from({ length: 100 }, (_, i) => at(i / 100));
  const outer = [0.995, 0.999, 0.005, 0.001].map(at);
  const atoms = ascending.filter(
    (value, i) => i > 0 && value === ascending[i - Math.ceil(values.length / 100)],
  );
  const beside = [...new Set(atoms)].flatMap((value) => [value, value === 0 ? Number.MIN_VALUE : value]);
  const edges = [...new Set([...hundredths, ...outer, ...beside])].sort((a, b) => a - b);
  return { feature: 'claim', kind: 'numeric', edges, max: ascending.at(-1)! };
}

/** What the suggested monitor says of a window, by metric. */
function statusesOf(baseline: readonly number[], window: readonly number[]): Record<string, string> {
  const binning = binningFor(baseline);
  const profile = { cells: [numericCell(binning, baseline)] };
  const input = {
    baselineChunks: [],
    binning: binningOf([binning]),
    features: [{ name: 'claim', type: 'numeric', role: 'input' } as const],
  };
  const [drift] = suggestMonitors({
    ...input,
    model: 'm',
    version: '1',
    baseline: { hasLabels: false, cannotServe: [] },
    baselineProfile: profile,
  }).filter(({ kind }) => kind === 'drift');
  const found = evaluate({
    ...input,
    baseline: profile,
    window: { cells: [numericCell(binning, window)] },
    settings: drift!,
  });
  return Object.fromEntries(found.map(({ metric, status }) => [metric, status]));
}

const top = (share: number, times: number, values: readonly number[]): number[] => {
  const from = values.toSorted((a, b) => a - b)[Math.floor((1 - share) * values.length)]!;
  return values.map((value) => (value >= from ? value * times : value));
};

describe('suggested limits see a tail', () => {
  it.each([
    {
      name: '95 % zeros, what is not a hundredfold',
      baseline: rows(3_000, zeros(0.95)),
      window: rows(3_000, zeros(0.95)).map((value) => 100 * value),
    },
    {
      name: '99 % zeros, the same',
      baseline: rows(5_000, zeros(0.99)),
      window: rows(5_000, zeros(0.99)).map((value) => 100 * value),
    },
    {
      name: 'the last hundredth tenfold',
      baseline: rows(5_000, lognormal),
      window: top(0.01, 10, rows(5_000, lognormal)),
    },
    {
      name: 'the first hundredth of negative values tenfold',
      baseline: rows(5_000, () => -lognormal()),
      window: top(0.01, 10, rows(5_000, lognormal)).map((value) => -value),
    },
    {
      name: 'a twentieth in thousandths of its unit',
      baseline: rows(5_000, () => 100 + 10 * normal()),
      window: top(
        0.05,
        0.001,
        rows(5_000, () => 100 + 10 * normal()),
      ),
    },
  ])('$name', ({ baseline, window }) => {
    expect(statusesOf(baseline, window)['wasserstein_normalised']).toBe('breached');
  });

  it.each([
    { name: 'lognormal values', draw: lognormal },
    { name: 'Pareto values', draw: pareto },
    { name: '95 % zeros', draw: zeros(0.95) },
    { name: 'normal values', draw: normal },
  ])('and nothing in $name that stayed', ({ draw }) => {
    const statuses = statusesOf(rows(5_000, draw), rows(5_000, draw));
    expect(Object.values(statuses)).not.toContain('breached');
  });

  it.each([
    { name: 'of normal values', draw: normal },
    { name: 'of a heavy tail', draw: lognormal },
  ])('and not one row of ten thousand $name that is far away', ({ draw }) => {
    const statuses = statusesOf(rows(10_000, draw), [...rows(9_999, draw), 1e9]);
    expect(statuses['wasserstein_normalised']).not.toBe('breached');
  });
});

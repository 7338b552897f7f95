import { describe, expect, it } from 'vitest';
import {
  monitorBodySchema,
  nameSchema,
  type ConfusionCell,
  type Feature,
  type ProfileCell,
} from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  confusionCell,
  numericBinning,
  numericCell,
  range,
  where,
} from '../../../tests/fixtures/monitoring/cells.js';
import { mergeProfiles } from './merge.js';
import { roundDown, roundUp } from './round.js';
import { monitorId, suggestMonitors, type SuggestInput } from './suggest.js';

const distance = numericBinning('distance', 0, 1_000, 100);
const origin = categoricalBinning('origin', ['ATL', 'ORD']);
const score = numericBinning('prediction.score', 0, 1, 20);
const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
];

/** Ten days; on every other one distances lie higher by `shift`, and `nulls` of 300 are missing. */
function baselineOf({
  shift = 0,
  nulls = 0,
  wrong = () => 60,
}: { shift?: number; nulls?: number; wrong?: (day: number) => number } = {}) {
  const chunks = Array.from({ length: 10 }, (_, day) => {
    const [from, missing] = day % 2 === 0 ? [0, 0] : [shift, nulls];
    const cells: ProfileCell[] = [
      numericCell(distance, [
        ...range(300 - missing, from, from + 1_000 - shift),
        ...Array<null>(missing).fill(null),
      ]),
      numericCell(distance, range(300, 0, 1_000), where('origin', 'ATL')),
      categoricalCell(origin, { ATL: 150, ORD: 150 }),
      numericCell(score, range(300, 0, 1)),
      confusionCell(300 - wrong(day), wrong(day)),
    ];
    return { startMs: day * 86_400_000, cells };
  });
  return { chunks, profile: mergeProfiles(chunks) };
}

function input(baseline = baselineOf(), changes: Partial<SuggestInput> = {}): SuggestInput {
  return {
    model: 'delay-risk',
    version: '1',
    baseline: { hasLabels: true, cannotServe: [] },
    baselineProfile: baseline.profile,
    baselineChunks: baseline.chunks,
    binning: binningOf([distance, origin, score]),
    features,
    ...changes,
  };
}

const suggested = (kind: string, from: SuggestInput = input()) =>
  suggestMonitors(from).find((m) => m.kind === kind)!;

describe('suggestMonitors', () => {
  it('suggests all kinds, daily, with an hour to settle and 200 rows', () => {
    const monitors = suggestMonitors(input());
    expect(monitors.map((m) => m.kind)).toEqual(['data_quality', 'drift', 'prediction_drift', 'quality']);
    for (const monitor of monitors) {
      expect(monitorBodySchema.parse(monitor)).toEqual(monitor);
      expect(monitor).toMatchObject({ model: 'delay-risk', version: '1', enabled: true, minRows: 200 });
      expect(monitor.window).toMatchObject({ every: 'P1D', settle: 'PT1H' });
    }
    expect(monitors[0]!.name).toBe('delay-risk 1: data quality');
  });

  it('starts at customary limits, for shares of rows and for how far values go', () => {
    expect(suggested('drift')).toMatchObject({
      thresholds: { psi: 0.2, jensen_shannon: 0.2, wasserstein_normalised: 0.15 },
      featureThresholds: {},
    });
    expect(suggested('data_quality')).toMatchObject({
      thresholds: { missing_rate: 0.01, invalid_rate: 0.01, unseen_rate: 0.01, share_loss: 0.9 },
      featureThresholds: {},
    });
  });

  it('raises the limit of a feature whose own days differ, and of no other', () => {
    const { featureThresholds } = suggested('drift', input(baselineOf({ shift: 300 })));
    expect(Object.keys(featureThresholds)).toEqual(['distance']);
    expect(featureThresholds['distance']!.psi).toBeGreaterThan(0.2);
    expect(featureThresholds['distance']!.psi).toBeLessThanOrEqual(2);
    // Every other day lies 150 higher on average, half a standard deviation; beside the other days, five ninths of that.
    expect(featureThresholds['distance']!.wasserstein_normalised).toBeGreaterThan(0.25);
    expect(featureThresholds['distance']!.wasserstein_normalised).toBeLessThanOrEqual(1);
    const missing = suggested('data_quality', input(baselineOf({ nulls: 15 }))).featureThresholds['distance'];
    // Rates alternate between 0 and 5 %: each day is 2.8 % beside the others at most, the deviation as much.
    expect(missing).toEqual({ missing_rate: 0.084 });
  });

  it('does not learn from a handful of days', () => {
    const noisy = baselineOf({ shift: 300 });
    const chunks = noisy.chunks.slice(0, 4);
    expect(suggested('drift', input({ ...noisy, chunks })).featureThresholds).toEqual({});
  });

  it.each([
    { name: 'even days', wrong: () => 60, accuracy: 0.78 },
    { name: 'days that differ', wrong: (day: number) => (day % 2 === 0 ? 30 : 90), accuracy: 0.46 },
  ])('puts the floor of accuracy below the baseline: $name', ({ wrong, accuracy }) => {
    expect(suggested('quality', input(baselineOf({ wrong }))).thresholds).toEqual({
      accuracy,
      share_loss: 0.9,
    });
  });

  it.each<{ name: string; cell: Partial<ConfusionCell> }>([
    { name: 'is 0', cell: { counts: { a: { b: 300 }, b: { a: 300 } } } },
    { name: 'is about 0', cell: { counts: { a: { a: 5, b: 595 } } } },
    { name: 'is of classes that no label has', cell: { counts: { true: { 1: 300 }, false: { 0: 300 } } } },
    { name: 'is of rows without a predicted class', cell: { counts: { a: { '': 600 } } } },
  ])('suggests no floor where accuracy $name, and still watches', ({ cell }) => {
    const profile = { cells: [{ ...confusionCell(300, 300), ...cell }] };
    const from = input({ profile, chunks: [] }, { binning: binningOf([distance, origin]) });
    expect(suggested('quality', from)).toMatchObject({ kind: 'quality', thresholds: { share_loss: 0.9 } });
  });

  it('has a regression with labels say that its quality is not measured', () => {
    const value = numericBinning('prediction.value', 0, 1, 20);
    const baseline = { ...baselineOf(), profile: { cells: [numericCell(value, range(300, 0, 1))] } };
    const of = (hasLabels: boolean) =>
      suggestMonitors(
        input(baseline, { binning: binningOf([value]), baseline: { hasLabels, cannotServe: [] } }),
      ).map(({ kind, thresholds }) => [kind, thresholds]);
    expect(of(true)).toContainEqual(['quality', {}]);
    expect(of(false).map(([kind]) => kind)).not.toContain('quality');
  });

  it.each<{ name: string; changes: Partial<SuggestInput>; kinds: string[] }>([
    {
      name: 'no labels',
      changes: { baseline: { hasLabels: false, cannotServe: [] } },
      kinds: ['data_quality', 'drift', 'prediction_drift'],
    },
    {
      name: 'no predictions',
      changes: { binning: binningOf([distance, origin]) },
      kinds: ['data_quality', 'drift', 'quality'],
    },
    {
      name: 'no inputs',
      changes: { features: [{ ...features[0]!, role: 'context' }] },
      // Its segment values may lose their rows.
      kinds: ['data_quality', 'prediction_drift', 'quality'],
    },
    {
      name: 'kinds it cannot serve',
      changes: { baseline: { hasLabels: true, cannotServe: [{ kind: 'drift', reason: 'no rows' }] } },
      kinds: ['data_quality', 'prediction_drift', 'quality'],
    },
  ])('leaves out what a baseline with $name has nothing for', ({ changes, kinds }) => {
    expect(suggestMonitors(input(baselineOf(), changes)).map((m) => m.kind)).toEqual(kinds);
  });
});

describe('monitorId', () => {
  it('is made of model, version and kind', () => {
    expect(monitorId({ model: 'delay-risk', version: '1', kind: 'prediction_drift' })).toBe(
      'delay-risk-1-prediction-drift',
    );
  });

  it('stays a name, and its own one, for long names', () => {
    const long = 'm'.repeat(64);
    const ids = ['1', '2', 'v'.repeat(64)].map((version) =>
      monitorId({ model: long, version, kind: 'prediction_drift' }),
    );
    for (const id of ids) expect(nameSchema.safeParse(id).success).toBe(true);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('rounding to two digits', () => {
  it.each([
    { value: 0.2, up: 0.2, down: 0.2 },
    { value: 0.201, up: 0.21, down: 0.2 },
    { value: 0.0991, up: 0.1, down: 0.099 },
    { value: 0.1 + 0.2, up: 0.3, down: 0.3 },
    { value: 123, up: 130, down: 120 },
    { value: 0, up: 0, down: 0 },
  ])('$value', ({ value, up, down }) => {
    expect(roundUp(value)).toBe(up);
    expect(roundDown(value)).toBe(down);
  });
});

import { describe, expect, it } from 'vitest';
import type {
  BinningBody,
  ConfusionCell,
  Finding,
  MonitorBody,
  Profile,
  ProfileChunk,
} from '#libs/contracts';
import {
  binningOf,
  categoricalBinning,
  categoricalCell,
  confusionCell,
  monitorBody,
  numericBinning,
  rowsCell,
  where,
} from '../../../tests/fixtures/monitoring/cells.js';
import { facetCell, facetPlan } from '../../../tests/fixtures/monitoring/facets.js';
import { sentenceOf } from './alerts/words.js';
import { condenser } from './condense.js';
import { evaluate } from './evaluate.js';
import { mergeProfiles } from './merge.js';

const predicted = categoricalBinning('prediction.label', ['no', 'yes', 'maybe']);
const LABELS = binningOf([predicted, categoricalBinning('origin', ['a', 'b', 'c'])]);
const LIMIT = { share_loss: 0.9 };
const PLAN = facetPlan({
  facets: [{ name: 'sex', feature: 'sex', disfavoured: ['f', 'x'], favoured: ['m'] }],
});

type Counts = Readonly<Record<string, number>>;
type World = { baseline: Profile; window: Profile; settings: Partial<MonitorBody>; binning?: BinningBody };

type Kind = {
  settings: Partial<MonitorBody>;
  profile: (counts: Counts) => Profile;
  finds: Partial<Finding>;
  says: string;
};

/** Counts as the cells of one kind of monitor, and the finding that is about them. */
const KINDS = {
  'predicted classes': {
    settings: { kind: 'prediction_drift' },
    profile: (counts) => ({ cells: [categoricalCell(predicted, counts)] }),
    finds: { feature: 'prediction.label', facetValue: '', segment: 'all' },
    says: 'a class is hardly predicted any more for all rows',
  },
  'true classes': {
    settings: { kind: 'quality' },
    profile: (counts) => ({ cells: [truths(counts)] }),
    finds: { feature: '', facetValue: '', segment: 'all' },
    says: 'labels of a class hardly come any more for all rows',
  },
  'categories of a feature': {
    settings: { kind: 'drift' },
    profile: ({ no = 0, yes = 0, ...rest }) => ({
      cells: [categoricalCell(categoricalBinning('origin', ['a', 'b', 'c']), { a: no, b: yes, ...rest })],
    }),
    finds: { feature: 'origin', facetValue: '', segment: 'all' },
    says: 'origin hardly takes one of its values any more for all rows',
  },
  'a segment value': {
    settings: { kind: 'data_quality' },
    profile: ({ no = 0, yes = 0 }) => ({
      cells: [
        rowsCell(no + yes),
        ...(yes === 0 ? [] : [rowsCell(yes, yes, where('origin', 'ATL'))]),
        ...(no === 0 ? [] : [rowsCell(no, no, where('origin', 'ORD'))]),
      ],
    }),
    finds: { feature: '', facetValue: '', segment: 'origin', segmentValue: 'ATL' },
    says: 'hardly any rows are left for origin = ATL',
  },
  'a group': {
    settings: { kind: 'bias' },
    profile: ({ no = 0, yes = 0 }) => ({
      cells: [],
      facets: [
        facetCell(PLAN, 'sex', [
          { levels: [1], yes: no },
          { levels: [2], yes },
        ]),
      ],
    }),
    finds: { feature: '', facet: 'sex', facetValue: 'f', segment: 'all' },
    says: "hardly any row is of 'f' (sex) for all rows",
  },
} satisfies Record<string, Kind>;

function truths(counts: Counts, labelled = 1): ConfusionCell {
  const rows = Object.values(counts).reduce((a, b) => a + b, 0);
  return {
    ...confusionCell(0, 0),
    rows: Math.round(rows / labelled),
    labelled: rows,
    counts: Object.fromEntries(Object.entries(counts).map(([label, n]) => [label, { no: n }])),
  };
}

const run = (
  { baseline, window, settings, binning = LABELS }: World,
  baselineChunks: readonly ProfileChunk[] = [],
): Finding[] =>
  evaluate({
    ...{ baseline, baselineChunks, window, binning, bias: PLAN },
    features: [{ name: 'origin', type: 'categorical', role: 'input' }],
    settings: monitorBody({ thresholds: LIMIT, ...settings }),
  });

const of = (
  { settings, profile, finds }: Kind,
  before: Counts,
  now: Counts,
  chunks: readonly Counts[] = [],
) => {
  const days = chunks.map((counts, day) => ({ startMs: day * 86_400_000, ...profile(counts) }));
  const baseline = days.length > 0 ? mergeProfiles(days) : profile(before);
  const found = run({ settings, baseline, window: profile(now) }, days);
  return found.find(
    (finding) =>
      finding.metric === 'share_loss' &&
      Object.entries(finds).every(([key, value]) => finding[key as keyof Finding] === value),
  )!;
};

describe.each(Object.entries<Kind>(KINDS))('%s', (_, kind) => {
  it.each([
    { name: 'as before', before: { no: 9_900, yes: 100 }, now: { no: 1_980, yes: 20 }, loss: 0, is: 'ok' },
    { name: 'gone', before: { no: 9_900, yes: 100 }, now: { no: 2_000, yes: 0 }, loss: 1, is: 'breached' },
    {
      name: 'gone but for one in twenty',
      before: { no: 9_900, yes: 100 },
      now: { no: 19_990, yes: 10 },
      loss: 0.95,
      is: 'breached',
    },
    { name: 'half gone', before: { no: 9_900, yes: 100 }, now: { no: 9_950, yes: 50 }, loss: 0.5, is: 'ok' },
    {
      name: 'gone from a half',
      before: { no: 5_000, yes: 5_000 },
      now: { no: 500, yes: 0 },
      loss: 1,
      is: 'breached',
    },
  ])('$name: $loss of its share is lost, $is', ({ before, now, loss, is }) => {
    const finding = of(kind, before, now);
    expect(finding).toMatchObject({ status: is, threshold: 0.9 });
    expect(finding.value).toBeCloseTo(loss, 10);
    const [total, all] = [before.no + before.yes, now.no + now.yes];
    expect(finding).toMatchObject({ rows: all, baselineRows: total });
  });

  it('says what is gone and what its share was', () => {
    const finding = of(kind, { no: 9_900, yes: 100 }, { no: 2_000, yes: 0 });
    expect(finding.note).toContain('0% of rows instead of 1%');
    expect(sentenceOf(finding, finding.note)).toContain(
      `${kind.says}: share lost 100% (limit 90%), 2,000 rows`,
    );
  });

  it('is not missed where it is too rare to be', () => {
    const finding = of(kind, { no: 9_900, yes: 100 }, { no: 300, yes: 0 });
    expect(finding.status).not.toBe('breached');
  });

  it('is not found where days are without it as often as not', () => {
    const days = Array.from({ length: 20 }, (_, day) => ({ no: 990, yes: day % 2 === 0 ? 20 : 0 }));
    expect(of(kind, {}, { no: 1_000, yes: 0 }, days).status).not.toBe('breached');
    const even = days.map(() => ({ no: 990, yes: 10 }));
    expect(of(kind, {}, { no: 1_000, yes: 0 }, even).status).toBe('breached');
  });

  it('keeps a limit of its own kind: fitted on its days', () => {
    const fitted = { ...kind, settings: { ...kind.settings, thresholds: { share_loss: 'auto' as const } } };
    const days = Array.from({ length: 20 }, (_, day) => ({ no: 900, yes: day % 2 === 0 ? 110 : 90 }));
    const finding = of(fitted, {}, { no: 1_000, yes: 20 }, days);
    expect(finding).toMatchObject({ status: 'breached' });
    expect(finding.threshold).toBeGreaterThan(0.05);
    expect(finding.threshold).toBeLessThan(0.3);
    expect(finding.note).toContain('99 % quantile over 20 parts of the baseline');
    expect(of(fitted, { no: 9_000, yes: 1_000 }, { no: 1_000, yes: 20 }).note).toContain('200 draws');
  });

  it('is told and decides nothing without a limit', () => {
    const muted = {
      ...kind,
      settings: { ...kind.settings, thresholds: {}, metrics: ['share_loss' as const] },
    };
    expect(of(muted, { no: 9_900, yes: 100 }, { no: 2_000, yes: 0 })).toMatchObject({
      ...{ value: 1, threshold: null, p: null, status: 'no_limit' },
    });
  });

  it('takes no default limit, which is for distances', () => {
    const thresholds = { default: 0.1 };
    const plain = { ...kind, settings: { ...kind.settings, thresholds, metrics: ['share_loss' as const] } };
    expect(of(plain, { no: 900, yes: 100 }, { no: 950, yes: 50 })).toMatchObject({ threshold: null });
  });
});

describe('of several values', () => {
  const kind = KINDS['predicted classes'];

  it('a rare one that is gone by chance does not hide one that is gone for sure', () => {
    const finding = of(kind, { no: 9_000, yes: 990, maybe: 10 }, { no: 4_990, yes: 10, maybe: 0 });
    expect(finding).toMatchObject({ status: 'breached' });
    expect(finding.note).toMatch(/^'yes' 0.2% of rows instead of 9.9%, 'maybe' 0% of rows instead of 0.1%/);
  });

  it('none need be missed where rows are few', () => {
    const many = categoricalBinning(
      'prediction.label',
      Array.from({ length: 200 }, (_, i) => `c${i}`),
    );
    const counts = (n: number) => Object.fromEntries(many.categories.map((name) => [name, n]));
    const cell = (n: number) => ({ cells: [categoricalCell(many, counts(n))] });
    const settings = { kind: 'prediction_drift' as const };
    const world = { settings, baseline: cell(100), window: cell(1), binning: binningOf([many]) };
    const [finding] = run(world).filter(({ metric }) => metric === 'share_loss');
    expect(finding).toMatchObject({
      status: 'not_enough_data',
      note: 'the most frequent value is expected 1 times in this window, 5 are needed',
    });
  });

  it('counts that each was looked at', () => {
    const p = (maybe: number) => of(kind, { no: 990, yes: 10, maybe }, { no: 1_000, yes: 0, maybe }).p!;
    expect(p(10) / p(0)).toBeCloseTo(3 / 2, 1);
  });

  it('are all gone where no class is sent any more', () => {
    const settings = { kind: 'prediction_drift' as const };
    const window = { cells: [categoricalCell(predicted, {}, { nulls: 500 })] };
    const baseline = { cells: [categoricalCell(predicted, { no: 700, yes: 300 })] };
    const found = run({ settings, baseline, window }).find(({ metric }) => metric === 'share_loss');
    expect(found).toMatchObject({ status: 'breached', value: 1 });
  });
});

describe('true classes', () => {
  const settings = { kind: 'quality' as const };
  const before = { cells: [truths({ no: 900, yes: 100 })] };

  it('wait while most labels are not there yet', () => {
    const window = (labelled: number) => ({ cells: [truths({ no: 1_000 }, labelled)] });
    const found = (labelled: number) =>
      run({ settings, baseline: before, window: window(labelled) }).find(
        ({ metric }) => metric === 'share_loss',
      );
    expect(found(0.4)).toMatchObject({ status: 'waiting', note: expect.stringContaining('40%') as string });
    expect(found(0.9)).toMatchObject({ status: 'breached' });
  });

  it('are beside predicted ones where predictions are scores only', () => {
    const binning = binningOf([numericBinning('prediction.score', 0, 1, 20)]);
    const cell = (counts: ConfusionCell['counts']) => ({
      cells: [{ ...truths({ no: 900, yes: 100 }), counts }],
    });
    const found = run({
      ...{ settings, binning },
      baseline: cell({ no: { no: 890, yes: 10 }, yes: { yes: 80, no: 20 } }),
      window: cell({ no: { no: 900 }, yes: { no: 100 } }),
    }).filter(({ metric }) => metric === 'share_loss');
    expect(found).toMatchObject([
      { feature: '', status: 'ok', value: 0 },
      { feature: 'prediction.label', status: 'breached', value: 1 },
    ]);
  });
});

describe('groups', () => {
  const rows = (m: number, f: number, nobody = 0) => ({
    cells: [],
    facets: [
      facetCell(PLAN, 'sex', [
        { levels: [0], yes: nobody },
        { levels: [1], yes: m },
        { levels: [2], yes: f },
      ]),
    ],
  });
  const found = (baseline: Profile, window: Profile, changes: Partial<MonitorBody> = {}) =>
    run({ settings: { kind: 'bias', ...changes }, baseline, window })
      .filter(({ metric }) => metric === 'share_loss')
      .map(({ facetValue, status }) => `${facetValue} ${status}`);

  it('may be the favoured one, and one that never was is no loss', () => {
    expect(found(rows(600, 400), rows(0, 1_000))).toEqual(['m breached', 'f ok', 'x not_enough_data']);
  });

  it('are all gone where the facet is sent no more', () => {
    expect(found(rows(600, 400), rows(0, 0, 1_000))).toEqual([
      'm breached',
      'f breached',
      'x not_enough_data',
    ]);
  });

  it('have limits per facet', () => {
    const featureThresholds = { sex: { share_loss: 0.4 } };
    const changes = { thresholds: {}, featureThresholds };
    expect(found(rows(500, 500), rows(800, 200), changes)).toEqual([
      'm ok',
      'f breached',
      'x not_enough_data',
    ]);
  });
});

describe('parts of a baseline', () => {
  it('keep their categories for a drift monitor that looks at single values', () => {
    const settings = (thresholds: MonitorBody['thresholds']) => monitorBody({ kind: 'drift', thresholds });
    const baseline = KINDS['categories of a feature'].profile({ no: 500, yes: 500 });
    const of = (thresholds: MonitorBody['thresholds']) =>
      condenser({ baseline, binning: LABELS, settings: settings(thresholds) });
    expect(of(LIMIT)).toBeNull();
    expect(of({ psi: 0.2 })).not.toBeNull();
  });
});

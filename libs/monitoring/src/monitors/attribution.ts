import {
  ALL_SEGMENT,
  SEGMENT_IN,
  type AttributionCell,
  type AttributionMonitorSettings,
  type MetricName,
} from '#libs/contracts';
import { designEffectOf, ndcg } from '#libs/stats';
import { attributionDraft, type Subject } from '../attribution/drafts.js';
import { cellsOf, countsIn } from '../attribution/distribution.js';
import { compareFeature } from '../attribution/features.js';
import { importanceOf, type Importance } from '../attribution/importance.js';
import { ndcgChance, shareMoves, type Ranked, type ShareMove } from '../attribution/uncertainty.js';
import type { Draft, Undecidable } from '../draft.js';
import { chunkNote, evidenceBeside, NO_SPREAD, spreadOf, type Spread } from '../evidence.js';
import { formatCount, formatPercent } from '../format.js';
import { specialKey } from '../merge-special.js';
import { timesOf, type MonitorInput, type SegmentValue, type Times } from '../pair.js';
import { specialValuesOf } from '../special-values.js';

type Index = ReadonlyMap<string, AttributionCell>;
type Cells = { readonly baseline: Index; readonly window: Index; readonly chunks: readonly Index[] };

const indexOf = (cells: readonly AttributionCell[] = []): Index =>
  new Map(cells.map((cell) => [specialKey(cell), cell]));
const EVERYWHERE: SegmentValue = { segment: ALL_SEGMENT, segmentValue: SEGMENT_IN };
const DEFAULTS: AttributionMonitorSettings = { aggregate: 'mean_abs' };
const NAMED = 3;
const WORTH_NAMING = 0.02;
const NONE: Importance = { value: 0, se: 0 };

const get = (index: Index, value: SegmentValue, feature: string): AttributionCell | null =>
  index.get(specialKey({ ...value, feature })) ?? null;

/** explainedFeatures: what anybody explains, in the order of the version's features. */
function explainedFeatures(
  { features, settings }: MonitorInput,
  cells: Cells,
  value: SegmentValue,
): string[] {
  const chosen = settings.features ?? features.map(({ name }) => name);
  const weights = settings.attribution?.weights ?? {};
  const isExplained = (cell: AttributionCell | null) => cell !== null && cell.explained > cell.nulls;
  return chosen.filter(
    (name) =>
      Object.hasOwn(weights, name) ||
      isExplained(get(cells.window, value, name)) ||
      isExplained(get(cells.baseline, value, name)),
  );
}

/** spreadIn: how the chunks of the baseline differ in the magnitudes of a feature's attributions. */
function spreadIn(
  { baseline, chunks }: Cells,
  { value, feature, times }: { value: SegmentValue; feature: string; times: Times },
): Spread {
  const countsOf = (who: SegmentValue) => {
    const whole = get(baseline, who, feature);
    if (whole === null) return [];
    const cells = cellsOf(whole);
    return chunks.flatMap((chunk, at) => {
      const cell = get(chunk, who, feature);
      return cell === null ? [] : [{ at, counts: countsIn(cell, cells) }];
    });
  };
  const own = countsOf(value);
  return spreadOf(
    {
      chunks: own.map(({ counts }) => counts),
      phases: own.flatMap(({ at }) => times.phases[at] ?? []),
      allChunks: () => countsOf(EVERYWHERE).map(({ counts }) => counts),
    },
    times,
  );
}

function coverageDraft(subject: Subject): Draft {
  const { window, baseline } = subject;
  const draft = attributionDraft(subject, 'attribution_coverage', 'explained-share-of-rows');
  if (window === null || window.rows === 0)
    return { ...draft, status: 'no_data', note: 'no rows in this window' };
  const names = Object.entries(window.unknown).sort(([, a], [, b]) => b - a);
  const unknown = names
    .slice(0, NAMED)
    .map(([name]) => name)
    .join(', ');
  return {
    ...draft,
    rows: window.rows,
    baselineRows: baseline?.rows ?? 0,
    value: window.explained / window.rows,
    baselineValue: baseline === null || baseline.rows === 0 ? null : baseline.explained / baseline.rows,
    evidence: 'exact',
    note:
      window.invalid === 0
        ? ''
        : `${formatCount(window.invalid)} rows explain features that the schema does not know (${unknown})`,
  };
}

/** blocked: too little was explained, now or at training; how much was, is said with it. */
function blocked({ window, baseline, settings }: Subject, weighted: boolean): Undecidable | null {
  if (window === null || window.rows === 0) return { status: 'no_data', note: 'no rows in this window' };
  const short = ({ explained, rows }: AttributionCell, where: string): Undecidable => ({
    status: 'not_enough_data',
    note: `${formatCount(explained)} explained rows in ${where} (${formatPercent(explained / Math.max(1, rows))} of all), ${formatCount(settings.minRows)} are needed`,
  });
  if (window.explained < settings.minRows) return short(window, 'this window');
  if (weighted) return null;
  if (baseline === null || baseline.explained === 0)
    return {
      status: 'no_baseline',
      note: 'the baseline has no attributions: upload rows with them, or give the monitor feature weights',
    };
  return baseline.explained < settings.minRows ? short(baseline, 'the baseline') : null;
}

/** movers: who gained and who lost, in plain words. */
function movers(features: readonly string[], moves: readonly ShareMove[] | null): string {
  const changes = (moves ?? [])
    .map(({ before, now }, index) => ({ name: features[index] ?? '', before, now }))
    .filter(({ before, now }) => Math.abs(now - before) >= WORTH_NAMING)
    .sort((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  const list = (gained: boolean) =>
    changes
      .filter(({ before, now }) => now > before === gained)
      .slice(0, NAMED)
      .map(({ name, before, now }) => `${name} ${formatPercent(now)} instead of ${formatPercent(before)}`)
      .join(', ');
  const [up, down] = [list(true), list(false)];
  return [up === '' ? '' : `gained: ${up}`, down === '' ? '' : `lost: ${down}`]
    .filter((part) => part !== '')
    .join('; ');
}

function rankingDraft(
  subject: Subject,
  features: readonly string[],
  { ranked, moves, note }: { ranked: Ranked; moves: ShareMove[] | null; note: string },
): Draft {
  const draft = attributionDraft(subject, 'ndcg', 'log2-ties-averaged');
  const values = (side: readonly Importance[]) => side.map(({ value }) => value);
  const value = ndcg({ baseline: values(ranked.baseline), window: values(ranked.window) });
  if (value === null)
    return {
      ...draft,
      status: 'not_computable',
      note: 'all attributions at training are 0: there is no ranking',
    };
  const decided = draft.threshold === null ? null : ndcgChance(ranked, draft.threshold);
  return {
    ...draft,
    value,
    baselineValue: 1,
    interval: decided && { low: decided.low, high: decided.high },
    p: decided?.p ?? null,
    evidence: 'test',
    note: [movers(features, moves), note].filter((part) => part !== '').join('; '),
  };
}

const FEATURE_METRICS: readonly MetricName[] = [
  'attribution_share',
  'attribution_drift',
  'attribution_sign_flip',
];

function compareValue(input: MonitorInput, cells: Cells, value: SegmentValue): Draft[] {
  const { settings } = input;
  const { aggregate, weights } = settings.attribution ?? DEFAULTS;
  const subjectOf = (feature: string): Subject => ({
    ...{ value, feature, settings },
    window: get(cells.window, value, feature),
    baseline: get(cells.baseline, value, feature),
  });
  const whole = subjectOf('');
  const features = explainedFeatures(input, cells, value);
  const reason = blocked(whole, weights !== undefined);
  if (reason !== null) {
    const blank = (feature: string, metric: MetricName): Draft => ({
      ...attributionDraft({ ...whole, feature }, metric, ''),
      ...reason,
    });
    return [
      coverageDraft(whole),
      blank('', 'ndcg'),
      ...features.flatMap((feature) => FEATURE_METRICS.map((metric) => blank(feature, metric))),
    ];
  }
  const times = timesOf(input);
  const place = { ...times, chunkCount: cells.chunks.length };
  const spreads = features.map((feature) => spreadIn(cells, { value, feature, times }));
  const deffs = spreads.map(({ dispersion }) => (dispersion === null ? 1 : designEffectOf(dispersion)));
  const importances = (index: Index): Importance[] =>
    features.map((feature, i) => {
      const cell = get(index, value, feature);
      const own = cell === null ? null : importanceOf(cell, aggregate);
      return own === null ? NONE : { value: own.value, se: own.se * Math.sqrt(deffs[i] ?? 1) };
    });
  const known = (feature: string): Importance => ({
    value: weights !== undefined && Object.hasOwn(weights, feature) ? (weights[feature] ?? 0) : 0,
    se: 0,
  });
  const ranked = {
    baseline: weights === undefined ? importances(cells.baseline) : features.map(known),
    window: importances(cells.window),
  };
  const moves = shareMoves(ranked);
  const noRows = weights === undefined ? '' : 'weights say nothing of the rows behind them';
  return [
    coverageDraft(whole),
    rankingDraft(whole, features, {
      ranked,
      moves,
      note: weights === undefined ? chunkNote(place) : '',
    }),
    ...features.flatMap((feature, i) =>
      compareFeature(
        {
          subject: subjectOf(feature),
          deff: deffs[i] ?? 1,
          evidence: (samples) => evidenceBeside(spreads[i] ?? NO_SPREAD, samples, place),
          move: moves?.[i] ?? null,
          noRows,
        },
        aggregate,
      ),
    ),
  ];
}

/**
 * compareAttributions: does the model rely on other features than at training? Per segment value the ranking (NDCG), and per feature its share
 * of all importance, the distribution of its attributions and the sign of their mean: NDCG has a high floor and sees no magnitudes.
 * Explanations are often sampled, so how many rows have one is a finding too.
 */
export function compareAttributions(input: MonitorInput): Draft[] {
  const cells = {
    baseline: indexOf(input.baseline.attributions),
    window: indexOf(input.window.attributions),
    chunks: input.baselineChunks.map((chunk) => indexOf(chunk.attributions)),
  };
  const values = specialValuesOf(input, [
    ...(input.baseline.attributions ?? []),
    ...(input.window.attributions ?? []),
  ]);
  const { metrics } = input.settings;
  return (values.length === 0 ? [EVERYWHERE] : values)
    .flatMap((value) => compareValue(input, cells, value))
    .filter(({ metric, threshold }) => metrics === null || metrics.includes(metric) || threshold !== null);
}

import {
  ALL_SEGMENT,
  attributionMetrics,
  biasMetrics,
  multivariateMetrics,
  SEGMENT_IN,
  shareMetrics,
  type Finding,
  type MetricName,
  type MonitorBody,
} from '#libs/contracts';
import { benjaminiHochberg, benjaminiYekutieli, rankedAmong } from '#libs/stats';
import { BLANK, sentences, undecided, type Draft, type Undecidable } from './draft.js';
import type { OwnTails } from './evidence.js';
import { formatNumber } from './format.js';
import { LESS_IS_WORSE } from './limits.js';
import { monitors, type Monitor } from './monitors.js';
import { pairer, segmentValuesOf, type MonitorInput, type Pair } from './pair.js';

const MAX_NOTE_LENGTH = 300;

const failure = (error: unknown): Undecidable => {
  const note = error instanceof Error ? error.message : String(error);
  return { status: 'failed', note: note.slice(0, MAX_NOTE_LENGTH) };
};

/** compare: a pair that breaks the mathematics costs one finding, not the evaluation. */
function compare(monitor: Monitor, pair: Pair, input: MonitorInput): Draft[] {
  try {
    return monitor.compare(pair, input);
  } catch (error) {
    return [undecided(pair, monitor.main, failure(error))];
  }
}

/** compareAll: the same for kinds that do not compare feature by feature. */
function compareAll(
  compared: NonNullable<Monitor['compareAll']>,
  input: MonitorInput,
  main: MetricName,
): Draft[] {
  try {
    return compared(input);
  } catch (error) {
    return [
      { ...BLANK, ...{ segment: ALL_SEGMENT, segmentValue: SEGMENT_IN, metric: main }, ...failure(error) },
    ];
  }
}

/** Metrics that each ask another question, and so have a test of their own. */
const OWN_TEST: ReadonlySet<MetricName> = new Set<MetricName>([
  ...biasMetrics,
  ...attributionMetrics,
  ...multivariateMetrics,
  ...shareMetrics,
]);

/** testOf: the metrics of one feature of one segment value share one test. */
const testOf = ({ segment, segmentValue, feature, facet, facetValue, metric }: Draft): string =>
  JSON.stringify([segment, segmentValue, feature, facet, facetValue, OWN_TEST.has(metric) ? metric : '']);

/**
 * adjustedByTest: one p per test enters the family, however many metrics share it. Those of tests that were also made among the baseline's own
 * chunks are worth what such values are there.
 */
function adjustedByTest(
  drafts: readonly Draft[],
  correction: MonitorBody['correction'],
): ReadonlyMap<string, number> {
  const tests = new Map<string, { readonly p: number; readonly own: OwnTails | null }>();
  for (const draft of drafts) {
    if (draft.p !== null) tests.set(testOf(draft), { p: draft.p, own: draft.own ?? null });
  }
  const owns = [...tests.values()].flatMap(({ own }) => own ?? []);
  const ranked = rankedAmong(
    owns.flatMap(({ small }) => small),
    owns.reduce((total, { of }) => total + of, 0),
  );
  const family = [...tests.values()].map(({ p, own }) => (own === null ? p : ranked(p)));
  const adjust = correction === 'by' ? benjaminiYekutieli : benjaminiHochberg;
  const adjusted = adjust(family);
  return new Map([...tests.keys()].map((key, i) => [key, adjusted[i] ?? 1]));
}

const passes = ({ value, threshold }: Omit<Draft, 'floor' | 'status'>, floor: boolean): boolean =>
  value !== null && threshold !== null && (floor ? value < threshold : value > threshold);

/** doubt: why what is beyond its limit is no breach. */
const doubt = (pAdjusted: number | null, level: number): string =>
  pAdjusted === null
    ? 'beyond its limit, but too few cells hold rows to test it'
    : `beyond its limit, but such a difference is not rare among the baseline's own parts (q = ${formatNumber(pAdjusted)}, at most ${formatNumber(level)} is needed)`;

/** unlimited: without a limit nothing is decided; a difference beyond doubt is told all the same. */
const unlimited = (pAdjusted: number | null, level: number): string =>
  pAdjusted !== null && pAdjusted <= level
    ? 'no limit is set; the difference is more than chance'
    : 'no limit is set';

function decide(draft: Draft, pAdjusted: number | null, level: number): Finding {
  const {
    status,
    floor = LESS_IS_WORSE.has(draft.metric),
    beyond = passes(draft, floor),
    own: _,
    ...rest
  } = draft;
  const finding = { ...rest, pAdjusted };
  const said = (note: string) => sentences(note, draft.note);
  if (status !== 'computed') return { ...finding, status };
  if (draft.threshold === null)
    return { ...finding, status: 'no_limit', note: said(unlimited(pAdjusted, level)) };
  if (!beyond) return { ...finding, status: 'ok' };
  if (draft.evidence === 'exact' || (pAdjusted !== null && pAdjusted <= level))
    return { ...finding, status: 'breached' };
  return { ...finding, status: 'inconclusive', note: said(doubt(pAdjusted, level)) };
}

/** uncounted: a segment that cannot be cut says so for each of its values, and spoils nothing else. */
const uncounted = ({ uncounted: segments = [] }: MonitorInput, metric: MetricName): Draft[] =>
  segments.flatMap(({ segment, values, missing }) =>
    values.map((segmentValue) => ({
      ...BLANK,
      ...{ segment, segmentValue, metric, status: 'not_computable' as const },
      note: `the segment looks at ${missing.map((name) => `'${name}'`).join(', ')}, which this version does not have`,
    })),
  );

function whyNothing({ baseline, window }: MonitorInput): Pick<Draft, 'status' | 'note'> {
  if (baseline.cells.length === 0) return { status: 'no_baseline', note: 'the version has no baseline' };
  if (window.cells.length === 0) return { status: 'no_data', note: 'no rows in this window' };
  return { status: 'not_computable', note: 'the baseline has nothing that this monitor looks at' };
}

/** nothing: an evaluation without anything to compare says so; silence would pass for health. */
const nothing = (input: MonitorInput, metric: MetricName): Draft => ({
  ...BLANK,
  ...{ segment: ALL_SEGMENT, segmentValue: SEGMENT_IN, metric },
  ...whyNothing(input),
});

/**
 * evaluate: all findings of one monitor in one window, `all` first. A finding is breached when its value is beyond its limit *and*
 * the evidence holds: exact facts by themselves, tests when p after Benjamini–Hochberg over features × segment values is at
 * most the monitor's level. Beyond its limit without evidence it is inconclusive, without a limit nothing is
 * decided: neither is ok. Does not throw for bad data.
 */
export function evaluate(input: MonitorInput): Finding[] {
  const monitor = monitors[input.settings.kind];
  const pairOf = pairer(input, monitor.whole);
  const subjects = monitor.subjects(input);
  const compared =
    monitor.compareAll === undefined
      ? segmentValuesOf(input).flatMap((value) =>
          subjects.flatMap((feature) => compare(monitor, pairOf(value, feature), input)),
        )
      : compareAll(monitor.compareAll, input, monitor.main);
  const drafts = [
    ...(compared.length > 0 ? compared : [nothing(input, monitor.main)]),
    ...uncounted(input, monitor.main),
  ];
  const adjusted = adjustedByTest(drafts, input.settings.correction);
  return drafts.map((draft) =>
    decide(draft, draft.p === null ? null : (adjusted.get(testOf(draft)) ?? null), input.settings.level),
  );
}

import type { BiasPlan, FacetCell, FacetSet, MonitorBody } from '#libs/contracts';
import { BLANK, type Draft, type Undecidable } from '../draft.js';
import type { SegmentValue } from '../pair.js';
import type { Comparison } from './comparisons.js';
import { absent, oneClass, REASONS, rowsFor, small, thin } from './gate.js';
import { biasLimit, chanceOf, isWanted, judge } from './limit.js';
import { GROUP_METRIC_NAMES, groupMetrics, type GroupMetric, type GroupMetricName } from './metrics.js';
import { sidesOf, type Sides } from './sides.js';

/** GroupInput: the cells of one facet set of one segment value, and what they are compared under. */
export type GroupInput = {
  readonly value: SegmentValue;
  readonly set: FacetSet;
  readonly plan: BiasPlan;
  readonly settings: MonitorBody;
  readonly window: FacetCell | null;
  readonly baseline: FacetCell | null;
  /** Rows of the window that belong to a group of the set. */
  readonly known: number;
  readonly deff: number;
  readonly deffNote: string;
};

const DEFAULTS = { facets: null, against: 'baseline', minGroupRows: 50 } as const;

/** biasSettingsOf: the monitor's own settings, or the defaults. */
export const biasSettingsOf = ({ bias }: MonitorBody) => bias ?? DEFAULTS;

type Compared = GroupInput & {
  readonly comparison: Comparison;
  readonly now: Sides | null;
  readonly before: Sides | null;
};

const rowsOfBoth = (sides: Sides | null, metric: GroupMetric): number =>
  sides === null
    ? 0
    : rowsFor(sides.counts.favoured, metric.needs) + rowsFor(sides.counts.disfavoured, metric.needs);

function blank({ value, comparison, now, before, deff, settings }: Compared, name: GroupMetricName): Draft {
  const metric: GroupMetric = groupMetrics[name];
  return {
    ...BLANK,
    segment: value.segment,
    segmentValue: value.segmentValue,
    facet: comparison.facet,
    facetValue: comparison.facetValue,
    metric: name,
    variant: metric.variant,
    threshold: biasLimit(settings, value, { facet: comparison.facet, metric: name }),
    deff,
    rows: rowsOfBoth(now, metric),
    baselineRows: rowsOfBoth(before, metric),
  };
}

const CONDITIONAL: ReadonlySet<GroupMetricName> = new Set(['cddl', 'cddpl']);

/** ungrouped: without a group variable there is nothing that a disparity could be conditional on. */
const ungrouped = ({ plan }: Compared, name: GroupMetricName): Undecidable | null =>
  plan.groups.length > 0 || !CONDITIONAL.has(name)
    ? null
    : { status: 'not_computable', note: 'needs a group variable: name one as `group` beside the facets' };

/** blocked: why a metric cannot be decided in this window; the first reason that holds. */
function blocked(compared: Compared, metric: GroupMetric): Undecidable | null {
  const { comparison, window, settings, now, before, deff } = compared;
  const missing = absent(comparison, compared);
  if (missing !== null || now === null) return missing;
  if (metric.needs !== 'predictions' && window?.labelled === 0)
    return { status: 'waiting', note: 'no label has arrived for this window yet' };
  const { against, minGroupRows: minRows } = biasSettingsOf(settings);
  const few = small(comparison, now, { needs: metric.needs, minRows, where: 'this window' });
  if (few !== null) return few;
  const one = metric.needs === 'predictions' ? null : oneClass(now);
  if (one !== null) return one;
  if (against === 'fixed') return thin(metric.smallest(now, null, deff));
  if (before === null || rowsOfBoth(before, metric) === 0)
    return {
      status: 'no_baseline',
      note:
        before === null || metric.needs === 'predictions'
          ? 'the baseline has no such rows'
          : 'the baseline has no labels of these groups',
    };
  return (
    small(comparison, before, { needs: metric.needs, minRows, where: 'the baseline' }) ??
    thin(metric.smallest(now, before, deff))
  );
}

type Estimate = { value: number; low: number; high: number };

/** estimateOf: the value with its interval, for a test; of another metric where it has none itself. */
function estimateOf(metric: GroupMetric, sides: Sides, deff: number): Estimate | null {
  const tested: GroupMetric = metric.tested === undefined ? metric : groupMetrics[metric.tested as 'dpl'];
  const { value } = tested.measure(sides);
  const interval = tested.interval(sides, { deff });
  return value === null || interval === null ? null : { value, low: interval.low, high: interval.high };
}

function compareMetric(compared: Compared, name: GroupMetricName): Draft {
  const draft = blank(compared, name);
  const metric: GroupMetric = groupMetrics[name];
  const { now, before, deff, deffNote, settings } = compared;
  const reason = ungrouped(compared, name) ?? blocked(compared, metric);
  if (reason !== null || now === null) return { ...draft, ...(reason ?? {}) };
  const measured = metric.measure(now);
  const { scale } = metric;
  const isDrift = biasSettingsOf(settings).against === 'baseline';
  const reference = before === null ? null : metric.measure(before);
  const baselineValue = reference?.value ?? null;
  if (measured.value === null)
    return { ...draft, baselineValue, status: 'not_computable', note: REASONS[measured.reason] };
  const interval = metric.interval(now, { deff });
  const shown = {
    ...draft,
    value: measured.value,
    baselineValue,
    interval: interval && { low: interval.low, high: interval.high },
    note: deffNote,
  };
  if (draft.threshold === null) return shown;
  if (isDrift && reference?.value === null)
    return { ...shown, status: 'not_computable', note: `of the baseline: ${REASONS[reference.reason]}` };
  const judged = judge({
    value: measured.value,
    baselineValue: isDrift ? baselineValue : null,
    limit: draft.threshold,
    scale,
  });
  const live = estimateOf(metric, now, deff);
  // The baseline's days are what deff was seen on; its own estimate is of all of them, and as uncertain.
  const known = isDrift && before !== null ? estimateOf(metric, before, deff) : null;
  const threshold = metric.tested === undefined ? judged.threshold : Math.abs(judged.threshold);
  const p =
    live === null || (isDrift && known === null)
      ? null
      : chanceOf({ live, baseline: known, threshold, scale });
  return { ...shown, ...judged, p, evidence: 'test' };
}

/** compareGroups: every metric of every group of a facet set against its favoured group. */
export function compareGroups(input: GroupInput, comparisons: readonly Comparison[]): Draft[] {
  const { window, baseline, plan, settings, value, set } = input;
  const wanted = GROUP_METRIC_NAMES.filter((metric) =>
    isWanted(settings, value, { facet: set.name, metric }),
  );
  const groups = plan.groups.length;
  return comparisons.flatMap((comparison) => {
    const sides = (cell: FacetCell | null) =>
      cell === null ? null : sidesOf(cell.counts, comparison, groups);
    const compared = { ...input, comparison, now: sides(window), before: sides(baseline) };
    return wanted.map((name) => compareMetric(compared, name));
  });
}

import type { FeatureBinning, Finding, MetricName, Profile, ProfileCell } from '#libs/contracts';
import { attributionMetrics, biasMetrics, driftMetrics, isFeatureCell, SEGMENT_IN } from '#libs/contracts';
import { coarseCounts, coarsen, type FeatureCell } from '../coarsen.js';
import { hits } from '../monitors/quality.js';
import {
  contribution,
  explained,
  psiWeight,
  shareWeight,
  type Contribution,
  type Part,
} from './contribution.js';
import { isOverAll } from './fold.js';

/** Dimension: a segment whose values partition the rows; `feature` is the column that it is cut by, which it explains nothing about. */
export type Dimension = { readonly segment: string; readonly feature: string };

/**
 * Origin: where a change comes from. `values`: some values carry it; `mix`: values became more or less frequent and changed little within;
 * `alike`: every value shows it; `only`: some values show it and all rows do not.
 */
export type Origin = {
  readonly kind: 'values' | 'mix' | 'alike' | 'only';
  readonly segment: string;
  /** What the change is taken apart by; null where it cannot be. The parts are shares of the change, which add up to 1. */
  readonly parts: readonly Part[];
  /** The values that the kind speaks of, the one that carries most first. */
  readonly carriers: readonly Part[];
  /** What they carry of the change: 1 is all of it. */
  readonly share: number;
};

/** Values are named that carry so much together. */
const CARRIED = 0.8;
/** Beyond their share of the rows: less would be true of any large value. */
const LIFT = 0.2;
const MOST_CARRIERS = 3;
/** A change is one of the mix, or of within, from this share on. */
const MOSTLY = 0.8;
/** Below this a dimension says nothing about where a change is. */
const ALIKE = 0.25;

type Cells = ReadonlyMap<string, ProfileCell>;

/** OriginInput: both profiles of one window, and everything that was found in it. */
export type OriginInput = {
  readonly baseline: Profile;
  readonly window: Profile;
  readonly binnings: readonly FeatureBinning[];
  readonly dimensions: readonly Dimension[];
  readonly findings: readonly Finding[];
};

/** originOf: of findings of one window: looks cells up once for all of them; null where nothing can be said. */
export function originOf(input: OriginInput): (finding: Finding) => Origin | null {
  const [baseline, window] = [bySubject(input.baseline), bySubject(input.window)];
  const binnings = new Map(input.binnings.map((binning) => [binning.feature, binning]));
  return (finding) => {
    if (!isOverAll(finding)) return onlyIn(finding, input);
    const sides = countsFor(finding, binnings.get(finding.feature));
    if (sides === null) return null;
    const found = input.dimensions
      .filter(({ feature }) => feature !== finding.feature)
      .flatMap(({ segment }) => {
        const key = subjectKey(finding.feature, segment);
        const [before, now] = [baseline.get(key), window.get(key)];
        const whole = baseline.get(subjectKey(finding.feature, finding.segment))?.get(finding.segmentValue);
        if (before === undefined || now === undefined || whole === undefined) return [];
        const count = (cells: Cells) =>
          new Map([...cells].flatMap(([value, cell]) => asEntry(value, sides.counts(cell, whole))));
        const parts = contribution({ baseline: count(before), window: count(now) }, sides.weight);
        return parts === null || parts.total === 0 ? [] : [{ segment, parts }];
      })
      .toSorted((a, b) => explained(b.parts) - explained(a.parts) || (a.segment < b.segment ? -1 : 1));
    for (const { segment, parts } of found) {
      const origin = ofMix(segment, parts, finding, input) ?? ofValues(segment, parts);
      if (origin !== null) return origin;
    }
    return found.flatMap((one) => ofAll(one.segment, one.parts, finding, input) ?? [])[0] ?? null;
  };
}

const asEntry = (value: string, counts: readonly number[] | null): [string, readonly number[]][] =>
  counts === null ? [] : [[value, counts]];

const subjectKey = (feature: string, segment: string): string => JSON.stringify([feature, segment]);

/** Cells by what they count and the segment that they are of: value → cell. */
function bySubject({ cells }: Profile): ReadonlyMap<string, Cells> {
  const found = new Map<string, Map<string, ProfileCell>>();
  for (const cell of cells) {
    if (!isFeatureCell(cell) && cell.kind !== 'confusion') continue;
    const key = subjectKey(cell.feature, cell.segment);
    const values = found.get(key);
    if (values === undefined) found.set(key, new Map([[cell.segmentValue, cell]]));
    else values.set(cell.segmentValue, cell);
  }
  return found;
}

type Counting = {
  weight: typeof psiWeight;
  counts: (cell: ProfileCell, whole: ProfileCell) => number[] | null;
};

const FAULTS: Partial<Record<MetricName, (cell: FeatureCell) => number>> = {
  missing_column: ({ nulls }) => nulls,
  missing_rate: ({ nulls }) => nulls,
  invalid_rate: ({ invalid }) => invalid,
  unseen_rate: (cell) => (cell.kind === 'categorical' ? cell.unseen : 0),
  negative_rate: (cell) => (cell.kind === 'numeric' ? (cell.negatives ?? 0) : 0),
  out_of_range_rate: (cell) => (cell.kind === 'numeric' ? cell.under + cell.over : 0),
};

const DRIFT: ReadonlySet<MetricName> = new Set(driftMetrics);
const PER_GROUP: ReadonlySet<MetricName> = new Set([...biasMetrics, ...attributionMetrics]);

/** countsFor: what rows are counted in for a metric: its fault or none, right and wrong, or the cells that drift is measured in. */
function countsFor({ metric, facet }: Finding, binning: FeatureBinning | undefined): Counting | null {
  if (facet !== '' || PER_GROUP.has(metric)) return null;
  if (metric === 'accuracy')
    return {
      weight: shareWeight(1),
      counts: (cell) => {
        if (cell.kind !== 'confusion') return null;
        const { successes, trials } = hits(cell);
        return [trials - successes, successes];
      },
    };
  const faults = FAULTS[metric];
  if (faults !== undefined)
    return {
      weight: shareWeight(1),
      counts: (cell) => (isFeatureCell(cell) ? [cell.rows - faults(cell), faults(cell)] : null),
    };
  if (!DRIFT.has(metric) || binning === undefined) return null;
  return {
    weight: psiWeight,
    counts: (cell, whole) =>
      isFeatureCell(cell) && isFeatureCell(whole) && cell.kind === binning.kind && whole.kind === binning.kind
        ? coarseCounts(cell, coarsen(whole, binning), binning)
        : null,
  };
}

const shareOf = ({ total }: Contribution, parts: readonly Part[]): number =>
  parts.reduce((sum, { within, mix }) => sum + within + mix, 0) / total;

/** asShares: parts as shares of the change, those that carry most of it first. */
const asShares = ({ total, parts }: Contribution): Part[] =>
  parts
    .map((part) => ({ ...part, within: part.within / total, mix: part.mix / total }))
    .toSorted((a, b) => b.within + b.mix - a.within - a.mix);

/** ofValues: the fewest values that carry most of a change, where that is more than their number of rows alone would bring. */
function ofValues(segment: string, found: Contribution): Origin | null {
  const parts = asShares(found);
  const most = Math.min(MOST_CARRIERS, Math.floor(parts.length / 2));
  for (let count = 1; count <= most; count += 1) {
    const carriers = parts.slice(0, count);
    const share = carriers.reduce((sum, { within, mix }) => sum + within + mix, 0);
    if (share < CARRIED) continue;
    const rows = carriers.reduce((sum, { before, now }) => sum + (before + now) / 2, 0);
    return share - rows < LIFT ? null : { kind: 'values', segment, parts, carriers, share };
  }
  return null;
}

const sameMetric = (a: Finding, b: Finding): boolean => a.feature === b.feature && a.metric === b.metric;

/** ofMix: the values became more or less frequent, and none of them breached by itself. */
function ofMix(
  segment: string,
  found: Contribution,
  finding: Finding,
  { findings }: Pick<OriginInput, 'findings'>,
): Origin | null {
  const share = found.mix / found.total;
  if (share < MOSTLY) return null;
  const within = findings.filter((one) => one.segment === segment && sameMetric(one, finding));
  if (within.some(({ status }) => status === 'breached')) return null;
  const parts = asShares(found);
  const carriers = parts.toSorted((a, b) => Math.abs(b.now - b.before) - Math.abs(a.now - a.before));
  return { kind: 'mix', segment, parts, carriers: carriers.slice(0, 2), share };
}

/** ofAll: every value with enough rows shows it, and none more than its rows bring. */
function ofAll(
  segment: string,
  found: Contribution,
  finding: Finding,
  { findings }: Pick<OriginInput, 'findings'>,
): Origin | null {
  const decided = findings.filter(
    (one) => one.segment === segment && sameMetric(one, finding) && ['ok', 'breached'].includes(one.status),
  );
  const isEverywhere = decided.length >= 2 && decided.every(({ status }) => status === 'breached');
  if (!isEverywhere || explained(found) > ALIKE) return null;
  const parts = asShares(found);
  const values = new Set(decided.map(({ segmentValue }) => segmentValue));
  const carriers = parts.filter(({ value }) => values.has(value));
  return { kind: 'alike', segment, parts, carriers, share: shareOf(found, found.parts) };
}

/** onlyIn: a finding of a segment value that all rows do not show: with the other values of its segment that show it too. */
function onlyIn(finding: Finding, { findings }: Pick<OriginInput, 'findings'>): Origin {
  const same = findings.filter(
    (one) =>
      one.segment === finding.segment &&
      sameMetric(one, finding) &&
      one.facet === finding.facet &&
      one.facetValue === finding.facetValue,
  );
  const rows = { before: sum(same, 'baselineRows'), now: sum(same, 'rows') };
  const isPredicate = finding.segmentValue === SEGMENT_IN;
  const overall = isPredicate
    ? findings.find((one) => isOverAll(one) && sameMetric(one, finding))
    : undefined;
  const [before, now] = [overall?.baselineRows ?? rows.before, overall?.rows ?? rows.now];
  const carriers = same
    .filter(({ status }) => status === 'breached')
    .map((one) => ({
      value: one.segmentValue,
      within: 0,
      mix: 0,
      before: before > 0 ? one.baselineRows / before : 0,
      now: now > 0 ? one.rows / now : 0,
    }))
    .toSorted((a, b) => Number(b.value === finding.segmentValue) - Number(a.value === finding.segmentValue));
  return { kind: 'only', segment: finding.segment, parts: [], carriers, share: 0 };
}

const sum = (findings: readonly Finding[], of: 'rows' | 'baselineRows'): number =>
  findings.reduce((total, finding) => total + finding[of], 0);

import {
  ALL_SEGMENT,
  SEGMENT_OTHER,
  type CheckDimension,
  type CheckReport,
  type RowSample,
} from '#libs/contracts';
import { dimensionScores, formatCount, type Candidate } from '#libs/monitoring';
import type { StagedSample } from '#libs/store';
import type { Columns, ColumnView } from './columns.js';
import { CHECKED } from './monitor-plan.js';
import type { NamedSegment } from './segment-plan.js';

/** Rows of each side that dimensions are chosen by. */
export const DIMENSION_ROWS = 10_000;
const MOST_DIMENSIONS = 3;
const MOST_VALUES = 20;
/** A value is told apart when a comparison of it is worth so many rows: of n rows on one side and m on the other, n m / (n + m). */
const LEAST_WORTH = 100;
/** Values with a name of their own hold at least this share of the rows together. */
const LEAST_COVERED = 0.5;
/** Rows are counted once for every combination of values: more of them cost more than they tell, unless there are few rows. */
const MOST_COMBINATIONS = 256;
const FEW_ROWS = 200_000;
/** Comparisons of a feature in a segment value, at most. */
const MOST_COMPARISONS = 20_000;
/** What a column explains of a change, in PSI: less is chance, and then the order of the file holds. */
const LEAST_SCORE = 0.05;
/** Columns that are looked at, at most. */
const MOST_CANDIDATES = 30;

/** Chosen: the dimensions that cut the rows, with their values, and what is said of every column that could have been one. */
export type Chosen = { segments: NamedSegment[]; told: CheckDimension[] };

type Sized = Candidate & { different: number; why: string | null };

/** candidateColumns: features whose values are categories and few enough to be segments. */
export function candidateColumns({ features }: Columns, views: readonly ColumnView[]): string[] {
  const different = new Map(views.map(({ column, facts }) => [column.name, facts.different]));
  return features
    .filter(({ type, role }) => role === 'input' && (type === 'categorical' || type === 'boolean'))
    .filter(({ name }) => name !== ALL_SEGMENT && (different.get(name) ?? Infinity) <= MOST_VALUES)
    .slice(0, MOST_CANDIDATES)
    .map(({ name }) => name);
}

const isName = (value: string): boolean => value !== '' && value !== SEGMENT_OTHER && value.length <= 256;

/** The values of a column that have enough rows, the most frequent first, or why they make no dimension. */
function sized(feature: string, sample: RowSample, worth: number): Sized {
  const column = sample.columns.find((one) => one.feature === feature);
  const counts = new Map<string, number>();
  for (const value of column?.values ?? [])
    if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const rows = Math.max(1, column?.values.length ?? 0);
  const large = [...counts]
    .filter(([value, count]) => isName(value) && (count / rows) * worth >= LEAST_WORTH)
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const covered = large.reduce((sum, [, count]) => sum + count / rows, 0);
  const why = (): string | null => {
    if (counts.size < 2) return `has ${formatCount(counts.size)} value${counts.size === 1 ? '' : 's'}`;
    if (counts.size > MOST_VALUES)
      return `has ${formatCount(counts.size)} values; ${MOST_VALUES} are the most`;
    if (large.length < 2 || covered < LEAST_COVERED)
      return `${large.length === 0 ? 'none' : `only ${large.length}`} of its ${counts.size} values ${large.length === 1 ? 'has' : 'have'} enough rows in both files`;
    return null;
  };
  return { feature, values: large.map(([value]) => value), different: counts.size, why: why() };
}

/** Every row is in one value of each dimension, among the others, or outside. */
const combinations = (some: readonly Candidate[]): number =>
  some.reduce((product, { values }) => product * (values.length + 2), 1);

type Samples = { baseline: StagedSample; current: StagedSample };

/** worthOf: rows that a comparison of a window with the baseline is worth. */
function worthOf({ baseline, current }: { baseline: number; current: number }): number {
  return baseline + current > 0 ? (baseline * current) / (baseline + current) : 0;
}

/** chooseDimensions: up to three columns whose values become segments, those first that explain most of what changed, then in the order of the file. */
export function chooseDimensions(candidates: readonly string[], samples: Samples, features: number): Chosen {
  const { baseline, current } = samples;
  const perWindow = current.rows / Math.max(1, current.windows);
  const worth = worthOf({ baseline: baseline.rows, current: perWindow });
  const all = candidates.map((feature) => sized(feature, baseline, worth));
  const fit = all.filter(({ why }) => why === null);
  const scores =
    fit.length > MOST_DIMENSIONS
      ? dimensionScores({ baseline, window: current }, fit)
      : new Map<string, number>();
  const scoreOf = (feature: string): number => {
    const score = scores.get(feature) ?? 0;
    return score < LEAST_SCORE ? 0 : score;
  };
  const rows = Math.max(baseline.rows, current.rows);
  const used: Sized[] = [];
  const refused = new Map<string, string>();
  // Of equal scores, which is where nothing changed, the order of the file holds: sorting is stable.
  for (const candidate of fit.toSorted((a, b) => scoreOf(b.feature) - scoreOf(a.feature))) {
    const why = whyNot(candidate, { used, rows, features, scoreOf });
    if (why === null) used.push(candidate);
    else refused.set(candidate.feature, why);
  }
  const told = all.map(({ feature, values, different, why }): CheckDimension => {
    const isUsed = used.some((one) => one.feature === feature);
    return {
      column: feature,
      used: isUsed,
      values: isUsed ? [...values] : [],
      why: isUsed ? `${formatCount(different)} values` : (why ?? refused.get(feature) ?? ''),
    };
  });
  return {
    segments: used.map(({ feature, values }) => ({
      name: feature,
      body: { kind: 'dimension', model: CHECKED.model, feature, values: [...values] },
    })),
    told,
  };
}

function whyNot(
  candidate: Sized,
  {
    used,
    rows,
    features,
    scoreOf,
  }: { used: readonly Sized[]; rows: number; features: number; scoreOf: (feature: string) => number },
): string | null {
  if (used.length >= MOST_DIMENSIONS) {
    const better = used.filter(({ feature }) => scoreOf(feature) > scoreOf(candidate.feature));
    const names = (some: readonly Sized[]): string => some.map(({ feature }) => feature).join(', ');
    return better.length === 0
      ? `${MOST_DIMENSIONS} dimensions are the most, and ${names(used)} come before it`
      : `${MOST_DIMENSIONS} dimensions are the most, and ${names(better)} ${better.length === 1 ? 'explains' : 'explain'} more of what changed`;
  }
  const together = [...used, candidate];
  const comparisons = together.reduce((sum, { values }) => sum + values.length + 1, 0) * features;
  if (comparisons > MOST_COMPARISONS)
    return `with it there were ${formatCount(comparisons)} comparisons of a feature in a segment value; ${formatCount(MOST_COMPARISONS)} are the most`;
  const count = combinations(together);
  return rows > FEW_ROWS && count > MOST_COMBINATIONS
    ? `with it ${formatCount(rows)} rows would be counted in ${formatCount(count)} combinations of values; ${MOST_COMBINATIONS} are the most`
    : null;
}

const MOST_TOLD = 5;

/** dimensionLines: which columns cut segments, and why others do not; nothing where none was looked at. */
export function dimensionLines({ summary: { dimensions } }: CheckReport): string[] {
  if (dimensions.length === 0) return [];
  const used = dimensions.filter((one) => one.used).map(({ column, why }) => `${column} (${why})`);
  const others = dimensions.filter((one) => !one.used);
  const more = others.length > MOST_TOLD ? [`  … and ${others.length - MOST_TOLD} more columns`] : [];
  return [
    used.length === 0 ? 'Segments: none' : `Segments: ${used.join(', ')}`,
    ...others.slice(0, MOST_TOLD).map(({ column, why }) => `  not ${column}: ${why}`),
    ...more,
  ];
}

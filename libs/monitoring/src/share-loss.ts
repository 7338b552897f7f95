import { ALL_SEGMENT, type ConfusionCell, type FeatureCell } from '#libs/contracts';
import { multinomial, type Phase } from '#libs/stats';
import { chosenMetrics } from './chosen.js';
import { measured, undecided, type Draft, type Place } from './draft.js';
import { evidenceOf, MIN_CHUNKS, type Evidence } from './evidence.js';
import { formatNumber, formatPercent } from './format.js';
import { fewRows, gate, isComparable } from './gate.js';
import { limitFor, thresholdOf, type History } from './limits.js';
import type { Pair } from './pair.js';
import { checksum, seeded } from './random.js';

/** SHARE_LOSS_LIMIT: what is suggested: a value may lose nine tenths of its share before it counts as gone. */
export const SHARE_LOSS_LIMIT = 0.9;
const METRIC = 'share_loss';
/** A value that is expected less often than this may be absent by chance, and is not looked at. */
const LEAST_EXPECTED = 5;
/** Values beyond their limit that are tested, the most frequent ones. */
const MAX_TESTED = 20;
const MAX_NAMED = 3;
const DRAWS = 200;

/** Parts: rows of some values in a sample, and all its rows, of which other values may have some too. */
export type Parts = { readonly counts: readonly number[]; readonly rows: number };

/** Values: what may vanish, with its rows on both sides and in the chunks of the baseline. */
export type Values = {
  readonly names: readonly string[];
  readonly baseline: Parts;
  readonly window: Parts;
  readonly chunks: readonly Parts[];
  /** Where in their cycles the chunks began, as many as there are; empty when that is not known. */
  readonly phases: readonly Phase[];
  /** Chunks of all rows, where those of a segment value are too few. */
  readonly allChunks: () => readonly Parts[];
};

/** Who they belong to, and where in its cycles the window began. */
type About = Place & Pick<Pair, 'chunkCount' | 'phase' | 'span'>;

const at = ({ counts }: Parts, value: number): number => counts[value] ?? 0;
const shareAt = (parts: Parts, value: number): number => (parts.rows > 0 ? at(parts, value) / parts.rows : 0);

type Loss = { readonly value: number; readonly loss: number; readonly rows: number };

/** lossesOf: what each value that is frequent enough lost of its share: 0 where it lost nothing, 1 where it is gone. */
const lossesOf = (baseline: Parts, window: Parts): Loss[] =>
  baseline.counts.flatMap((rows, value) => {
    const share = shareAt(baseline, value);
    return rows < LEAST_EXPECTED || share * window.rows < LEAST_EXPECTED
      ? []
      : [{ value, loss: Math.max(0, 1 - shareAt(window, value) / share), rows }];
  });

const largest = (losses: readonly Loss[]): Loss | undefined =>
  losses.toSorted((a, b) => b.loss - a.loss || b.rows - a.rows)[0];

const without = (whole: Parts, part: Parts): Parts => ({
  counts: whole.counts.map((count, value) => Math.max(0, count - at(part, value))),
  rows: Math.max(0, whole.rows - part.rows),
});

/** historyOf: the largest loss of each chunk against the rest of the baseline, or, where there are too few, of draws of the window's size. */
function historyOf({ baseline, window, chunks }: Values): History {
  const lost = (before: Parts, now: Parts): number[] => {
    const worst = largest(lossesOf(before, now));
    return worst === undefined ? [] : [worst.loss];
  };
  const values = chunks.flatMap((chunk) => lost(without(baseline, chunk), chunk));
  if (values.length >= MIN_CHUNKS) return { values, of: `${values.length} parts of the baseline` };
  const random = seeded(checksum(JSON.stringify(baseline)));
  const cells = [...baseline.counts, Math.max(0, baseline.rows - baseline.counts.reduce((a, b) => a + b, 0))];
  const draws = Array.from({ length: DRAWS }, () => {
    const counts = multinomial({ cells, rows: window.rows, random })?.slice(0, -1) ?? [];
    return lost(baseline, { counts, rows: window.rows });
  });
  return { values: draws.flat(), of: `${DRAWS} draws from the baseline` };
}

/** evidenceFor: one value against all other rows. */
function evidenceFor(values: Values, value: number, about: About): Evidence {
  const both = (parts: Parts): number[] => [at(parts, value), Math.max(0, parts.rows - at(parts, value))];
  const counts = {
    baseline: both(values.baseline),
    window: both(values.window),
    chunks: values.chunks.map(both),
    phases: values.phases,
    allChunks: () => values.allChunks().map(both),
  };
  return evidenceOf(counts, about);
}

type Found = Loss & { readonly others: readonly Loss[]; readonly evidence: Evidence };

/** Without a limit nothing is decided, and no test joins the family. */
const NO_TEST: Evidence = { p: null, deff: 1, note: '' };

/** surest: of several that are beyond the limit the surest one stands for all; p counts that the others were looked at too (Bonferroni). */
function surest(
  values: Values,
  { losses, worst, limit }: { losses: readonly Loss[]; worst: Loss; limit: number },
  about: About,
): Found {
  const beyond = losses.filter(({ loss }) => loss > limit);
  const [first] = (beyond.length > 0 ? beyond : [worst])
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, MAX_TESTED)
    .map((loss) => ({ ...loss, evidence: evidenceFor(values, loss.value, about) }))
    .toSorted((a, b) => (a.evidence.p ?? 1) - (b.evidence.p ?? 1) || b.loss - a.loss);
  const { evidence, ...own } = first ?? { ...worst, evidence: NO_TEST };
  const p = evidence.p === null ? null : Math.min(1, evidence.p * losses.length);
  return { ...own, others: beyond.filter(({ value }) => value !== own.value), evidence: { ...evidence, p } };
}

function noteOf(
  { names, baseline, window }: Values,
  found: { value: number; others: readonly Loss[] },
): string {
  const told = [found.value, ...found.others.map(({ value }) => value)]
    .slice(0, MAX_NAMED)
    .map(
      (value) =>
        `'${names[value] ?? ''}' ${formatPercent(shareAt(window, value))} of rows instead of ${formatPercent(shareAt(baseline, value))}`,
    );
  const more = found.others.length + 1 - told.length;
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** tooRare: no value is frequent enough for its absence to say anything. */
function tooRare({ names, baseline, window }: Values): string {
  const share = Math.max(0, ...baseline.counts.map((_, value) => shareAt(baseline, value)));
  const who = names.length === 1 ? `'${names[0] ?? ''}'` : 'the most frequent value';
  return `${who} is expected ${formatNumber(share * window.rows)} times in this window, ${LEAST_EXPECTED} are needed`;
}

/**
 * shareLoss: which value lost most of its share of the rows: 0.95 says that a value of 1 % of the baseline's rows has 0.05 % of the
 * window's, 1 that it is gone, however rare it was. A share sees that; the number of rows that moved, which distances measure, does
 * not. Evidence is the test of that value against all other rows. Values that are expected fewer than 5 times are not looked at.
 */
export function shareLoss(
  about: About,
  values: Values,
  { variant, minRows }: { readonly variant: string; readonly minRows: number },
): Draft {
  const { baseline, window, names } = values;
  const few = fewRows(window.rows, baseline.rows, minRows);
  if (few !== null) return undecided(about, METRIC, few);
  const losses = lossesOf(baseline, window);
  const worst = largest(losses);
  if (worst === undefined || names.length === 0)
    return undecided(about, METRIC, { status: 'not_enough_data', note: tooRare(values) });
  // A default limit is for distances.
  const threshold = thresholdOf(about, METRIC, { withDefault: false });
  const limit = limitFor({ metric: METRIC, threshold, value: worst.loss, history: () => historyOf(values) });
  const found: Found =
    limit.threshold === null
      ? { ...worst, others: [], evidence: NO_TEST }
      : surest(values, { losses, worst, limit: limit.threshold }, about);
  const { evidence } = found;
  const note = [noteOf(values, found), evidence.note].filter((part) => part !== '').join('; ');
  return measured(
    about,
    { ...limit, metric: METRIC, variant, value: found.loss, rows: window.rows, baselineRows: baseline.rows },
    { ...evidence, note },
  );
}

const ofCategories = (cell: FeatureCell): Parts => ({ counts: cell.counts, rows: cell.rows });

const isWanted = (pair: Pair, byDefault: boolean): boolean =>
  chosenMetrics(pair, byDefault ? [METRIC] : []).includes(METRIC);

/** compareValues: the categories of a feature, or the predicted classes. Rows without a value count, so that classes that are sent no more are gone too. */
export function compareValues(pair: Pair): Draft[] {
  if (pair.type !== 'categorical' || !isWanted(pair, pair.settings.kind === 'prediction_drift')) return [];
  const gated = gate(pair);
  if (!isComparable(gated)) return [undecided(pair, METRIC, gated)];
  const { baseline, window, binning, settings } = gated;
  const partsOf = (chunks: Pair['chunks']): Parts[] =>
    chunks.flatMap((cell) => (cell.kind === 'categorical' ? [ofCategories(cell)] : []));
  const values: Values = {
    names: binning.kind === 'categorical' ? binning.categories : [],
    baseline: ofCategories(baseline),
    window: ofCategories(window),
    chunks: partsOf(pair.chunks),
    phases: pair.phases,
    allChunks: () => partsOf(pair.all.chunks),
  };
  return [shareLoss(pair, values, { variant: 'of-one-value', minRows: settings.minRows })];
}

/** compareClasses: classes of labelled rows, by their labels or by what was predicted for them. */
export function compareClasses(
  pair: Pair,
  { window, baseline }: { readonly window: ConfusionCell; readonly baseline: ConfusionCell },
  { by, feature }: { readonly by: 'label' | 'predicted'; readonly feature: string },
): Draft {
  const countsOf = ({ counts }: ConfusionCell): ReadonlyMap<string, number> => {
    const sums = new Map<string, number>();
    for (const [label, row] of Object.entries(counts))
      for (const [predicted, rows] of Object.entries(row)) {
        const name = by === 'label' ? label : predicted;
        sums.set(name, (sums.get(name) ?? 0) + rows);
      }
    return sums;
  };
  const names = [...countsOf(baseline).keys()].filter((name) => name !== '').sort();
  const partsOf = (cell: ConfusionCell): Parts => {
    const counts = countsOf(cell);
    return { counts: names.map((name) => counts.get(name) ?? 0), rows: cell.labelled };
  };
  const chunksOf = (chunks: Pair['chunks']): Parts[] =>
    chunks.flatMap((cell) => (cell.kind === 'confusion' ? [partsOf(cell)] : []));
  const values: Values = {
    names,
    baseline: partsOf(baseline),
    window: partsOf(window),
    chunks: chunksOf(pair.chunks),
    phases: pair.phases,
    allChunks: () => chunksOf(pair.all.chunks),
  };
  const { minRows } = pair.settings;
  return shareLoss({ ...pair, feature }, values, { variant: 'of-one-class', minRows });
}

/** compareSegmentValue: the rows of a segment value among all rows; nothing for all rows, and for what the baseline does not have. */
export function compareSegmentValue(pair: Pair): Draft[] {
  const { all } = pair;
  const rowsOf = (cell: Pair['window'] | undefined): number => (cell?.kind === 'rows' ? cell.rows : 0);
  const [known, whole, now] = [rowsOf(pair.baseline), rowsOf(all.baseline), rowsOf(all.window)];
  if (pair.segment === ALL_SEGMENT || known === 0 || whole === 0) return [];
  if (now === 0) return [undecided(pair, METRIC, { status: 'no_data', note: 'no rows in this window' })];
  const own = new Map(pair.places.map((place, i) => [place, rowsOf(pair.chunks[i])]));
  const values: Values = {
    names: [pair.segmentValue],
    baseline: { counts: [known], rows: whole },
    window: { counts: [rowsOf(pair.window)], rows: now },
    // A chunk in which the segment value has no row has no cell.
    chunks: all.places.map((place, i) => ({ counts: [own.get(place) ?? 0], rows: rowsOf(all.chunks[i]) })),
    phases: all.phases,
    allChunks: () => [],
  };
  return [shareLoss(pair, values, { variant: 'of-the-segment-value', minRows: pair.settings.minRows })];
}

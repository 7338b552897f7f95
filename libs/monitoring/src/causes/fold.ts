import { ALL_SEGMENT, PREDICTION_FEATURES, type Finding, type MetricName } from '#libs/contracts';
import { worstFirst } from '../alerts/excess.js';
import { subjectOf } from '../alerts/subject.js';
import type { SegmentValue } from '../pair.js';

/** Told: a breached finding with whatever the caller knows of it (its monitor, its window). */
type Told = { readonly finding: Finding };

/** ValueFindings: what breached in one segment value, symptoms first. */
type ValueFindings<T extends Told> = SegmentValue & { readonly findings: readonly T[] };

/** Cause: everything that one thing broke. */
export type Cause<T extends Told> = {
  /** A feature, `prediction`, a metric of the rows as a whole, or a group of a facet. */
  readonly subject: string;
  /** The finding that stands for all: over all rows where there is one, symptoms before what they move. */
  readonly first: T;
  /** Over all rows, symptoms first. */
  readonly overAll: readonly T[];
  /** By segment value, the worst first. */
  readonly values: readonly ValueFindings<T>[];
};

/** UPSTREAM: what is wrong with the values themselves comes before the drift that it makes. */
const UPSTREAM: readonly (readonly MetricName[])[] = [
  ['missing_column', 'extra_column'],
  ['missing_rate', 'invalid_rate'],
  ['unseen_rate', 'constant', 'out_of_range_rate', 'negative_rate', 'distinct_rate', 'duplicate_rate'],
];

const stageOf = ({ metric }: Finding): number => {
  const at = UPSTREAM.findIndex((metrics) => metrics.includes(metric));
  return at === -1 ? UPSTREAM.length : at;
};

/** isSymptom: whether a finding says what is wrong with the values themselves, and not what that moves. */
export const isSymptom = (finding: Finding): boolean => stageOf(finding) < UPSTREAM.length;

const byStage = (a: Told, b: Told): number =>
  stageOf(a.finding) - stageOf(b.finding) || worstFirst(a.finding, b.finding);

const PREDICTION: ReadonlySet<string> = new Set(Object.values(PREDICTION_FEATURES));

/** isOverAll: whether a finding is about all rows. */
export const isOverAll = ({ segment }: SegmentValue): boolean => segment === ALL_SEGMENT;

/** The parts of a prediction move together, and so does a text with what is made of it. */
function rootOf(finding: Finding, madeOf: ReadonlyMap<string, string>): string {
  const { feature, facet, facetValue } = finding;
  if (facet !== '') return `${facet}: ${facetValue}`;
  if (PREDICTION.has(feature)) return 'prediction';
  return madeOf.get(feature) ?? subjectOf(finding);
}

const groupBy = <T extends Told>(told: readonly T[], keyOf: (finding: Finding) => string): T[][] => [
  ...Map.groupBy(told, ({ finding }) => keyOf(finding)).values(),
];

const valueKey = ({ segment, segmentValue }: SegmentValue): string => JSON.stringify([segment, segmentValue]);

/** The worst of some findings, whatever it is about. */
const worstOf = (told: readonly Told[]): Finding | undefined =>
  told.map(({ finding }) => finding).toSorted(worstFirst)[0];

const byWorst = (a: readonly Told[], b: readonly Told[]): number => {
  const [first, second] = [worstOf(a), worstOf(b)];
  if (first === undefined || second === undefined)
    return Number(first === undefined) - Number(second === undefined);
  return worstFirst(first, second) || (valueKey(first) < valueKey(second) ? -1 : 1);
};

/**
 * foldCauses: breached findings by what they are about, the worst cause first: all metrics of a feature, over all rows and in every segment value.
 * Nothing is left out, and the order of the findings makes no difference. `madeOf`: features that are made of others, such as unseen words of a text.
 */
export function foldCauses<T extends Told>(
  breached: readonly T[],
  madeOf: ReadonlyMap<string, string> = new Map(),
): Cause<T>[] {
  const keyOf = (finding: Finding): string => JSON.stringify([finding.facet !== '', rootOf(finding, madeOf)]);
  return groupBy(breached, keyOf)
    .toSorted(byWorst)
    .flatMap((own) => {
      const overAll = own.filter(({ finding }) => isOverAll(finding)).toSorted(byStage);
      const values = groupBy(
        own.filter(({ finding }) => !isOverAll(finding)),
        valueKey,
      )
        .toSorted(byWorst)
        .map((findings) => findings.toSorted(byStage));
      const candidates = [overAll, ...values].flatMap(([one]) => one ?? []);
      // A symptom that only a segment value has still comes before what it moves in all rows.
      const first = candidates.reduce<T | undefined>(
        (best, one) => (best === undefined || stageOf(one.finding) < stageOf(best.finding) ? one : best),
        undefined,
      );
      if (first === undefined) return [];
      return [
        {
          subject: rootOf(first.finding, madeOf),
          first,
          overAll,
          values: values.flatMap((findings) => {
            const [one] = findings;
            if (one === undefined) return [];
            const { segment, segmentValue } = one.finding;
            return [{ segment, segmentValue, findings }];
          }),
        },
      ];
    });
}

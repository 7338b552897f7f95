import type { CheckCause, CheckReport, Finding } from '#libs/contracts';
import {
  describeFeature,
  describeSegment,
  describeSubject,
  foldCauses,
  isOverAll,
  isSymptom,
  formatNumber,
  formatPercent,
  isShare,
  METRIC_LABELS,
  originSentence,
  type Cause,
  type Origin,
} from '#libs/monitoring';
import { breachedOf } from './evaluate-windows.js';
import type { FoundIn } from './windows.js';

/** CauseIn: a cause with where it comes from and in which windows it breached. */
export type CauseIn = Cause<FoundIn> & { windows: number[]; origin: Origin | null };

/** causesOf: everything that breached, each cause once over all windows, the worst first. */
export const causesOf = (
  findings: readonly FoundIn[],
  { origins, madeOf }: { origins: ReadonlyMap<Finding, Origin>; madeOf: ReadonlyMap<string, string> },
): CauseIn[] =>
  mixFirst(
    foldCauses(breachedOf(findings), madeOf).map((cause) => ({
      ...cause,
      windows: [...new Set(everyOf(cause).map(({ window }) => window))].toSorted((a, b) => a - b),
      origin: origins.get(cause.first.finding) ?? null,
    })),
  );

/** mixFirst: a column whose values became more or less frequent comes before what moved by that. */
function mixFirst(causes: readonly CauseIn[]): CauseIn[] {
  const ordered = new Set<CauseIn>();
  for (const cause of causes) {
    const { origin } = cause;
    const mixed =
      origin?.kind === 'mix' ? causes.find(({ subject }) => subject === origin.segment) : undefined;
    if (mixed !== undefined) ordered.add(mixed);
    ordered.add(cause);
  }
  return [...ordered];
}

/** everyOf: all findings of a cause. */
export const everyOf = ({ overAll, values }: Cause<FoundIn>): FoundIn[] => [
  ...overAll,
  ...values.flatMap(({ findings }) => findings),
];

const valueOf = ({ metric, value }: Finding): string =>
  value === null ? '–' : isShare(metric) ? formatPercent(value) : formatNumber(value);

const FACTS: ReadonlySet<Finding['metric']> = new Set(['missing_column', 'extra_column', 'constant']);

/** What a finding says without where it is: "PSI 1.2". */
const measure = (finding: Finding): string =>
  FACTS.has(finding.metric)
    ? METRIC_LABELS[finding.metric]
    : `${METRIC_LABELS[finding.metric]} ${valueOf(finding)}`;

/** What a cause is called where people read it. */
const nameOfCause = ({ subject, first: { finding } }: Cause<FoundIn>): string => {
  if (finding.facet !== '') return subject;
  return finding.feature === '' ? describeSubject(subject) : describeFeature(finding.feature);
};

/** causeSentence: a cause in one sentence: what, how much, and where it comes from. */
export function causeSentence(cause: CauseIn): string {
  const { first, origin, overAll } = cause;
  // What a symptom moves is said with it; distances of one change say it once.
  const most = isSymptom(first.finding)
    ? overAll.find(({ finding, window }) => !isSymptom(finding) && window === first.window)
    : undefined;
  const measures = [first, ...(most === undefined ? [] : [most])].map(({ finding }) => measure(finding));
  const where =
    first.finding.segment === 'all' || origin !== null ? '' : ` in ${describeSegment(first.finding)}`;
  const from = origin === null ? '' : `; ${originSentence(origin, first.finding)}`;
  return `${nameOfCause(cause)}: ${measures.join(', ')}${where}${from}`;
}

const MOST_VALUES = 3;
const MOST_CAUSES = 25;

/** The segment values under a cause, in a line: "+ 6 segment values: region=south 1.3, …"; null where there are none beside the cause itself. */
function foldedValues(cause: CheckCause, findings: readonly FoundIn[]): string | null {
  const first = findings[cause.finding]?.finding;
  const others = cause.segment_values.flatMap(({ finding }) => findings[finding]?.finding ?? []);
  const beside = others.filter((one) => first !== undefined && !isSameValue(one, first));
  if (first === undefined || beside.length === 0) return null;
  const named = beside.slice(0, MOST_VALUES).map((finding) => {
    const where = describeSegment(finding).replace(' = ', '=');
    return `${where} ${finding.metric === first.metric ? valueOf(finding) : measure(finding)}`;
  });
  const more = beside.length > named.length ? ', …' : '';
  return `+ ${beside.length} segment value${beside.length === 1 ? '' : 's'}: ${named.join(', ')}${more}`;
}

const isSameValue = (a: Finding, b: Finding): boolean =>
  a.segment === b.segment && a.segmentValue === b.segmentValue;

/** causeLines: each cause in a sentence, and below it the segment values that show it too. */
export function causeLines({ summary: { causes } }: CheckReport, findings: readonly FoundIn[]): string[] {
  const lines = causes.slice(0, MOST_CAUSES).flatMap((cause) => {
    const folded = foldedValues(cause, findings);
    return [`  ${cause.sentence}`, ...(folded === null ? [] : [`    ${folded}`])];
  });
  const more = causes.length > MOST_CAUSES ? [`  … and ${causes.length - MOST_CAUSES} more`] : [];
  return causes.length === 0 ? [] : ['Causes, worst first', ...lines, ...more];
}

/** unfolded: breached findings but for those of segment values that are folded under a cause, cause by cause. */
export const unfolded = ({ summary }: CheckReport, findings: readonly FoundIn[]): FoundIn[] =>
  summary.causes.flatMap(({ finding: first, findings: own }) =>
    [first, ...own.filter((place) => place !== first)].flatMap((place) => {
      const found = findings[place];
      return found !== undefined && (place === first || isOverAll(found.finding)) ? [found] : [];
    }),
  );

const DIGITS = 12;
const finite = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : 0);

/** reportedCauses: causes as the report spells them; findings are named by their places in it. */
export function reportedCauses(causes: readonly CauseIn[], findings: readonly FoundIn[]): CheckCause[] {
  const places = new Map(findings.map(({ finding }, place) => [finding, place]));
  const placeOf = ({ finding }: FoundIn): number => places.get(finding) ?? 0;
  return causes.map((cause) => ({
    subject: cause.subject,
    finding: placeOf(cause.first),
    windows: cause.windows,
    findings: everyOf(cause)
      .map(placeOf)
      .toSorted((a, b) => a - b),
    comes_from:
      cause.origin === null
        ? null
        : {
            kind: cause.origin.kind,
            segment: cause.origin.segment,
            segment_values: cause.origin.carriers.map(({ value }) => value),
            share: finite(cause.origin.share),
            parts: cause.origin.parts.map(({ value, within, mix, before, now }) => ({
              segment_value: value,
              ...{ within: finite(within), mix: finite(mix) },
              ...{ rows_before: finite(before), rows_now: finite(now) },
            })),
          },
    segment_values: cause.values.flatMap(({ segment, segmentValue, findings: own }) =>
      own.slice(0, 1).map((one) => ({
        ...{ segment, segment_value: segmentValue, finding: placeOf(one), breached: own.length },
      })),
    ),
    sentence: causeSentence(cause),
  }));
}

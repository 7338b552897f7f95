import {
  PREDICTION_FEATURES,
  type CheckColumn,
  type CheckConfig,
  type Feature,
  type Reading,
} from '#libs/contracts';
import { countsOn, judgeColumn, type ColumnFacts, type Judged } from '#libs/store';
import { explainedBy } from './attribution-columns.js';
import type { ColumnView } from './columns.js';
import type { GivenType } from './given-types.js';

const RESERVED = new Set<string>(Object.values(PREDICTION_FEATURES));

/** A column as a feature, or null, and what is said about it: in the list of columns, and as a warning. */
type Chosen = { feature: Feature | null; listed: CheckColumn; warnings: string[] };

/** What else is known of a column: what it is for beside being compared, what the configuration says, and what goes with it. */
export type Uses = {
  bySegment: boolean;
  byFacet: boolean;
  isIgnored: boolean;
  given: GivenType | undefined;
  /** Whether rows have times that an age can be counted at. */
  hasTime: boolean;
  /** Names of all columns. */
  known: ReadonlySet<string>;
};

/** chooseFeature: what a column that plays no other part is compared as. `now` is what it holds in the current file, where that is known. */
export function chooseFeature(
  view: ColumnView,
  config: CheckConfig,
  uses: Uses & { now: ColumnFacts | undefined },
): Chosen {
  const why = whyNot(view, uses);
  if (why !== undefined)
    return ignored(view, {
      why,
      ...(view.column.type === 'nested' && !uses.isIgnored && { warning: nested(view) }),
    });
  const { column, facts } = view;
  const { name } = column;
  const isUsed = uses.bySegment || uses.byFacet;
  const explained = uses.given !== undefined || isUsed ? undefined : explainedBy(view, config, uses.known);
  const listed = (part: string, kind: string, why: string): CheckColumn => ({ name, part, type: kind, why });
  if (explained !== undefined)
    return {
      feature: null,
      listed: listed('attribution', column.type, `explains '${explained}'`),
      warnings: [],
    };
  const judged = judge(view, uses.now);
  const reading = readingOf(judged, config.columns?.reading?.[name]);
  const type = typeOf(view, judged, uses);
  const feature: Feature = { name, type, role: 'input', ...(reading !== undefined && { reading }) };
  if (uses.bySegment && uses.given === undefined)
    return {
      feature: {
        ...feature,
        type: facts.numbers === facts.filled && !usesTexts(facts) ? type : 'categorical',
        role: 'context',
      },
      listed: listed(
        'segment',
        type,
        'cuts segments; list it under numeric or categorical to compare it too',
      ),
      warnings: [],
    };
  if (uses.byFacet && (uses.isIgnored || column.type === 'time') && uses.given === undefined)
    return {
      feature: { ...feature, role: 'context' },
      listed: listed('context', type, 'makes groups and is not compared itself'),
      warnings: [],
    };
  if (type === 'timestamp' && !uses.hasTime) return ignored(view, { why: NO_AGE, warning: noAge(name) });
  if (uses.given !== undefined) return { feature, listed: listed('feature', type, 'said so'), warnings: [] };
  if (judged.isLeftOut && !uses.byFacet) return ignored(view, judged);
  if (judged.asks !== undefined && !isAnswered(judged, reading))
    return ignored(view, { why: 'can be read in two ways', warning: judged.asks });
  return { feature, listed: listed('feature', type, judged.why), warnings: [judged.warning ?? []].flat() };
}

const nested = ({ column: { name } }: ColumnView): string =>
  `column '${name}' holds nested values and is not compared: give each part a column of its own`;

const NO_AGE = 'holds times, whose age is not known without a time of the row (columns.time)';
const noAge = (name: string): string =>
  `column '${name}' holds times and is not compared: without the time of the row (columns.time) their age is not known`;

const ignored = (
  { column: { name, type } }: ColumnView,
  { why, warning }: { why: string; warning?: string },
): Chosen => ({
  feature: null,
  listed: { name, part: 'ignored', type, why },
  warnings: warning === undefined ? [] : [warning],
});

/** judge: a column by both files: numbers that grow with every row and go on in the current file name rows. */
function judge({ column, facts }: ColumnView, now: ColumnFacts | undefined): Judged {
  if (column.type === 'time')
    return { type: 'timestamp', why: 'holds times: compared by their age at the time of the row' };
  const judged = judgeColumn(facts);
  if (judged.type !== 'numeric' || now === undefined || !countsOn(facts, now)) return judged;
  const why = 'whole numbers that grow with every row and go on in the current file';
  return {
    type: 'identifier',
    why: `names rows (${why}): only gaps and repeats are looked at`,
    warning: `column '${column.name}' names rows and is not compared: ${why}`,
  };
}

/** What the configuration says comes before what the values say. */
const readingOf = ({ reading }: Judged, given: Reading | undefined): Reading | undefined =>
  reading === undefined && given === undefined ? undefined : { ...reading, ...given };

/** A question is answered by the reading that it asks for. */
const isAnswered = ({ type }: Judged, reading: Reading | undefined): boolean =>
  (type === 'timestamp' ? reading?.dates : reading?.decimal) !== undefined;

function whyNot(
  { column: { name, type } }: ColumnView,
  { isIgnored, bySegment, byFacet }: Uses,
): string | undefined {
  if (isIgnored && !bySegment && !byFacet) return 'said so';
  if (RESERVED.has(name)) return 'has a name that is reserved for predictions';
  if (type === 'nested') return 'holds nested values; give it one plain value per row';
  return name.length > 256 ? 'has a name of more than 256 characters' : undefined;
}

/** Groups and segments are named by values, which lengths and ages are not. */
function typeOf(
  { facts }: ColumnView,
  { type }: Judged,
  { given, bySegment, byFacet }: Uses,
): Feature['type'] {
  if (given !== undefined) return given;
  if (!bySegment && !byFacet) return type;
  if (type === 'identifier' && facts.numbers === facts.filled) return 'numeric';
  return type === 'timestamp' || type === 'text' || type === 'time_of_day' ? 'categorical' : type;
}

/** A segment is named by the texts of its column, so that long whole numbers stay exact; many different numbers are cut by range instead. */
const usesTexts = ({ different }: ColumnFacts): boolean => different <= 1_000;

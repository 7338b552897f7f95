import { PREDICTION_FEATURES, type CheckColumn, type CheckConfig, type Feature } from '#libs/contracts';
import { inferFeature, type DataFacts } from '#libs/store';
import { explainedBy } from './attribution-columns.js';
import { plural, type ColumnView } from './columns.js';
import type { GivenType } from './given-types.js';

const RESERVED = new Set<string>(Object.values(PREDICTION_FEATURES));

/** A column as a feature, or null, and what is said about it. */
type Chosen = { feature: Feature | null; listed: CheckColumn };

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

/** chooseFeature: what a column that plays no other part is compared as. */
export function chooseFeature(view: ColumnView, config: CheckConfig, uses: Uses): Chosen {
  const why = whyNot(view, uses);
  if (why !== undefined) return ignored(view, why);
  const { column, facts } = view;
  const { name } = column;
  const isUsed = uses.bySegment || uses.byFacet;
  const explained = uses.given !== undefined || isUsed ? undefined : explainedBy(view, config, uses.known);
  const listed = (part: string, kind: string, why: string): CheckColumn => ({ name, part, type: kind, why });
  if (explained !== undefined)
    return { feature: null, listed: listed('attribution', column.type, `explains '${explained}'`) };
  const type = typeOf(view, uses);
  const reading = config.columns?.reading?.[name];
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
    };
  if (uses.byFacet && (uses.isIgnored || column.type === 'time') && uses.given === undefined)
    return {
      feature: { ...feature, role: 'context' },
      listed: listed('context', type, 'makes groups and is not compared itself'),
    };
  if (type === 'timestamp' && !uses.hasTime) return ignored(view, NO_AGE);
  return {
    feature,
    listed: listed('feature', type, uses.given === undefined ? whyType(facts, type) : 'said so'),
  };
}

const NO_AGE = 'holds times, whose age is not known without a time of the row (columns.time)';

const ignored = ({ column: { name, type } }: ColumnView, why: string): Chosen => ({
  feature: null,
  listed: { name, part: 'ignored', type, why },
});

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
function typeOf({ column, facts }: ColumnView, { given, bySegment, byFacet }: Uses): Feature['type'] {
  if (given !== undefined) return given;
  const { type } = column.type === 'time' ? { type: 'timestamp' as const } : inferFeature(facts);
  const isMeasured = type === 'timestamp' || type === 'text';
  return isMeasured && (bySegment || byFacet) ? 'categorical' : type;
}

/** A segment is named by the texts of its column, so that long whole numbers stay exact; many different numbers are cut by range instead. */
const usesTexts = ({ different }: DataFacts): boolean => different <= 1_000;

function whyType(facts: DataFacts, type: Feature['type']): string {
  const { filled, numbers, phrases, different, rows } = facts;
  const of = (some: number, what: string): string =>
    some === filled ? `all values are ${what}` : `${some} of ${filled} values are ${what}`;
  if (type === 'timestamp') return 'holds times: compared by their age at the time of the row';
  if (filled === 0) return 'holds no value, so nothing speaks against numbers';
  if (type === 'numeric') return of(numbers, 'numbers');
  if (type === 'text')
    return `${of(phrases, 'of several words')}: compared by their length and by unseen words`;
  if (type === 'identifier')
    return `${plural(different, 'different text')} in ${plural(rows, 'row')}: only gaps and repeats are looked at`;
  return plural(different, 'different value');
}

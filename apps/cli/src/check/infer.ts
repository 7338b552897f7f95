import { inferFeature, type DataFacts, type DataParts } from '#libs/store';
import { PREDICTION_FEATURES, type CheckColumn, type CheckConfig, type Feature } from '#libs/contracts';
import { explainedBy } from './attribution-columns.js';
import { facetColumns } from './bias-settings.js';
import type { Columns, ColumnView } from './columns.js';

type Part = 'id' | 'time' | 'label' | 'prediction' | 'score' | 'value';

const NAMES: Record<Exclude<Part, 'value'>, RegExp> = {
  id: /^(id|uuid|guid|key|row_?id|event_?id|request_?id|prediction_?id|transaction_?id)$/i,
  time: /^(ts|time|timestamp|datetime|date|event_?time|created_?at|predicted_?at|prediction_?time)$/i,
  label: /^(label|target|y|y_?true|truth|ground_?truth|actual|outcome|class)$/i,
  prediction: /^(prediction|predicted|pred|y_?hat|y_?pred|predicted_?(label|class|value)|model_?output)$/i,
  score:
    /^(score|proba|probability|prob|p|p_?hat|y_?(score|proba|prob)|prediction_?(score|proba|probability))$/i,
};
/** A prediction with more different numbers than this is a value and no class. */
const MAX_CLASSES = 20;
const MOSTLY = 0.99;

const RESERVED = new Set<string>(Object.values(PREDICTION_FEATURES));

type Found = { part: Part; why: string };

const share = (some: number, { filled }: DataFacts): number => (filled === 0 ? 0 : some / filled);

const plural = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/** partOf: the part that a column plays by its name, where its content agrees. */
export function partOf({ column, facts }: ColumnView): Found | undefined {
  const { name, type } = column;
  const isNumeric = facts.filled > 0 && share(facts.numbers, facts) >= MOSTLY;
  const by = (part: Part, why: string): Found => ({ part, why: `named '${name}' and ${why}` });
  if (NAMES.time.test(name) && (type === 'time' || (facts.filled > 0 && share(facts.times, facts) >= MOSTLY)))
    return by('time', 'holds times');
  if (NAMES.id.test(name) && facts.different >= facts.filled * MOSTLY)
    return by('id', 'hardly a value repeats');
  if (NAMES.score.test(name) && isNumeric && share(facts.shares, facts) >= MOSTLY)
    return by('score', 'holds numbers from 0 to 1');
  if (NAMES.label.test(name)) return by('label', plural(facts.different, 'different value'));
  if (!NAMES.prediction.test(name)) return undefined;
  return isNumeric && facts.different > MAX_CLASSES
    ? by('value', 'holds many different numbers')
    : by('prediction', plural(facts.different, 'different value'));
}

/** Whatever a configuration says about columns comes before what they look like. */
function given({ columns = {} }: CheckConfig): { parts: Map<string, Found>; taken: Set<Part> } {
  const { id, time, label, prediction = {} } = columns;
  const named: [Part, string | undefined][] = [
    ['id', id],
    ['time', time],
    ['label', label],
    ['prediction', prediction.label],
    ['score', prediction.score],
    ['value', prediction.value],
  ];
  const parts = new Map<string, Found>();
  for (const [part, name] of named) if (name !== undefined) parts.set(name, { part, why: 'said so' });
  const taken = new Set([...parts.values()].map(({ part }) => part));
  if (columns.prediction !== undefined)
    for (const part of ['prediction', 'score', 'value'] as const) taken.add(part);
  return { parts, taken };
}

/** Columns that segments look at. */
function segmentColumns({ segments = [] }: CheckConfig): Set<string> {
  const names = new Set<string>();
  const visit = (where: NonNullable<(typeof segments)[number]['where']>): void => {
    if ('column' in where) names.add(where.column);
    else if ('not' in where) visit(where.not);
    else for (const part of 'all' in where ? where.all : where.any) visit(part);
  };
  for (const { by, where } of segments) {
    if (by !== undefined) names.add(by);
    if (where !== undefined) visit(where);
  }
  return names;
}

/** A name can stand for one part only, and a file has one column for each: the first in its order. */
function assign(views: readonly ColumnView[], config: CheckConfig): Map<string, Found> {
  const { parts, taken } = given(config);
  const { numeric = [], categorical = [], ignore = [] } = config.columns ?? {};
  const fixed = new Set([...numeric, ...categorical, ...ignore]);
  for (const view of views) {
    const { name } = view.column;
    if (parts.has(name) || fixed.has(name)) continue;
    const found = partOf(view);
    if (found === undefined || taken.has(found.part)) continue;
    parts.set(name, found);
    taken.add(found.part);
  }
  return parts;
}

type Chosen = { feature: Feature | null; listed: CheckColumn };

/** What else a column is for, beside being compared. */
type Uses = { bySegment: boolean; byFacet: boolean; known: ReadonlySet<string> };

function featureOf(view: ColumnView, config: CheckConfig, { bySegment, byFacet, known }: Uses): Chosen {
  const { column, facts } = view;
  const { name, type } = column;
  const { numeric = [], categorical = [], ignore = [] } = config.columns ?? {};
  const listed = (part: string, kind: string, why: string): CheckColumn => ({ name, part, type: kind, why });
  const none = (why: string): Chosen => ({ feature: null, listed: listed('ignored', type, why) });
  const isGiven = numeric.includes(name) || categorical.includes(name);
  if (ignore.includes(name) && !bySegment && !byFacet) return none('said so');
  if (RESERVED.has(name)) return none('has a name that is reserved for predictions');
  if (type === 'nested') return none('holds nested values; give it one plain value per row');
  if (name.length > 256) return none('has a name of more than 256 characters');
  const explained = isGiven || bySegment || byFacet ? undefined : explainedBy(view, config, known);
  if (explained !== undefined)
    return { feature: null, listed: listed('attribution', type, `explains '${explained}'`) };
  if (type === 'time' && !isGiven && !bySegment && !byFacet)
    return none('holds times, which are not compared');
  const inferred = inferFeature({ ...facts, name });
  const wanted = numeric.includes(name) ? 'numeric' : categorical.includes(name) ? 'categorical' : undefined;
  const feature: Feature = wanted === undefined ? inferred : { name, type: wanted, role: 'input' };
  if (bySegment && !isGiven)
    return {
      feature: {
        name,
        type: facts.numbers === facts.filled && !usesTexts(facts) ? feature.type : 'categorical',
        role: 'context',
      },
      listed: listed(
        'segment',
        feature.type,
        'cuts segments; list it under numeric or categorical to compare it too',
      ),
    };
  if (byFacet && (ignore.includes(name) || type === 'time') && !isGiven)
    return {
      feature: { ...feature, role: 'context' },
      listed: listed('context', feature.type, 'makes groups and is not compared itself'),
    };
  if (wanted !== undefined) return { feature, listed: listed('feature', feature.type, 'said so') };
  if (feature.type === 'identifier')
    return {
      feature: { name, type: 'identifier', role: 'input' },
      listed: listed(
        'feature',
        'identifier',
        `${plural(facts.different, 'different text')} in ${plural(facts.rows, 'row')}: only gaps and repeats are looked at`,
      ),
    };
  return { feature, listed: listed('feature', feature.type, whyType(facts, feature)) };
}

/** A segment is named by the texts of its column, so that long whole numbers stay exact; many different numbers are cut by range instead. */
const usesTexts = ({ different }: DataFacts): boolean => different <= 1_000;

function whyType(facts: DataFacts, { type }: Feature): string {
  if (facts.filled === 0) return 'holds no value, so nothing speaks against numbers';
  if (type === 'numeric')
    return facts.numbers === facts.filled
      ? 'all values are numbers'
      : `${facts.numbers} of ${facts.filled} values are numbers`;
  return plural(facts.different, 'different value');
}

/** inferColumns: what each column of the baseline is, by the configuration, by its name and by its content. */
export function inferColumns(views: readonly ColumnView[], config: CheckConfig): Columns {
  const parts = assign(views, config);
  const bySegment = segmentColumns(config);
  const byFacet = facetColumns(config);
  const known = new Set(views.map(({ column }) => column.name));
  const features: Feature[] = [];
  const listed: CheckColumn[] = [];
  const of: DataParts = {};
  for (const view of views) {
    const { name, type } = view.column;
    const found = parts.get(name);
    if (found !== undefined) {
      of[found.part === 'prediction' ? 'predictionLabel' : found.part] = name;
      listed.push({ name, part: found.part, type, why: found.why });
    }
    const isPart = found !== undefined;
    if (isPart && !bySegment.has(name) && !byFacet.has(name)) continue;
    const uses = { bySegment: bySegment.has(name), byFacet: byFacet.has(name), known };
    const chosen = featureOf(view, config, uses);
    // A part of the prediction that also makes groups is compared as that part.
    if (chosen.feature !== null)
      features.push(isPart ? { ...chosen.feature, role: 'context' } : chosen.feature);
    if (found === undefined) listed.push(chosen.listed);
  }
  const numbers = new Set(
    views
      .filter(({ facts }) => facts.filled > 0 && facts.numbers === facts.filled)
      .map(({ column }) => column.name),
  );
  return { features, parts: of, numbers, listed, attributions: new Map() };
}

import type { CheckConfig } from '#libs/contracts';
import { formatCount } from '#libs/monitoring';
import { judgeColumn, type ColumnFacts } from '#libs/store';
import type { ColumnView } from './columns.js';
import { givenTypes } from './given-types.js';

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

/** Found: the part of a column, and why; `isByName`: nobody said so. */
export type Found = { part: Part; why: string; isByName: boolean };

const share = (some: number, { filled }: ColumnFacts): number => (filled === 0 ? 0 : some / filled);
const isNumeric = (facts: ColumnFacts): boolean => facts.filled > 0 && share(facts.numbers, facts) >= MOSTLY;
const differentValues = ({ different }: ColumnFacts): string =>
  `${formatCount(different)} different value${different === 1 ? '' : 's'}`;

function holdsTimes({ column, facts }: ColumnView): boolean {
  if (column.type === 'time') return true;
  const { type, asks } = judgeColumn(facts);
  return type === 'timestamp' && asks === undefined;
}

/** partOf: the part that a column plays by its name, where its content agrees. A label also needs something beside it: see {@link assignParts}. */
export function partOf(view: ColumnView): Found | undefined {
  const { column, facts } = view;
  const { name } = column;
  const by = (part: Part, why: string): Found => ({
    part,
    why: `named '${name}' and ${why}`,
    isByName: true,
  });
  if (NAMES.time.test(name) && holdsTimes(view)) return by('time', 'holds times');
  if (NAMES.id.test(name) && facts.whole === facts.numbers && facts.different >= facts.filled * MOSTLY)
    return by('id', 'hardly a value repeats');
  if (NAMES.score.test(name) && isNumeric(facts) && share(facts.shares, facts) >= MOSTLY)
    return by('score', 'holds numbers from 0 to 1');
  if (NAMES.label.test(name)) return by('label', differentValues(facts));
  if (!NAMES.prediction.test(name)) return undefined;
  return isNumeric(facts) && facts.different > MAX_CLASSES
    ? by('value', 'holds many different numbers')
    : by('prediction', differentValues(facts));
}

/** Classes as they are compared: of few, all; numbers by their range. */
function classesOf({ examples }: ColumnFacts): Set<string> {
  return new Set(examples.map((text) => text.toLowerCase()));
}

/** Whether two columns may speak of the same classes, `true` and 1 being one; what holds too many to be told one by one may. */
function classesOverlap(label: ColumnFacts, predicted: ColumnFacts): boolean {
  const spansOf = ({ least, most, booleans }: ColumnFacts): [number, number] | undefined => {
    const spans = [
      ...(least !== null && most !== null ? [least, most] : []),
      ...(booleans > 0 ? [0, 1] : []),
    ];
    return spans.length === 0 ? undefined : [Math.min(...spans), Math.max(...spans)];
  };
  const [a, b] = [spansOf(label), spansOf(predicted)];
  if (a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1]) return true;
  const [own, theirs] = [classesOf(label), classesOf(predicted)];
  if (own.size === 0 || theirs.size === 0) return false;
  const areAll = own.size >= label.different && theirs.size >= predicted.different;
  return !areAll || [...own].some((one) => theirs.has(one));
}

/** Why a column that is called a label is none: nothing beside it says what was predicted, or nothing of what it says is predicted. */
function noLabel(label: ColumnFacts, parts: ReadonlyMap<Part, ColumnFacts>): string | undefined {
  const [predicted, value, score] = [parts.get('prediction'), parts.get('value'), parts.get('score')];
  if (predicted !== undefined)
    return classesOverlap(label, predicted)
      ? undefined
      : `none of its values${such(label)} is among those of '${predicted.name}'${such(predicted)}`;
  if (value !== undefined) return isNumeric(label) ? undefined : `'${value.name}' predicts numbers`;
  if (score !== undefined && label.different <= MAX_CLASSES) return undefined;
  return 'no column holds what was predicted';
}

const such = ({ examples, least, most }: ColumnFacts): string => {
  const some =
    examples[0] ?? (least === null ? undefined : `${least}${most === least ? '' : ` … ${String(most)}`}`);
  return some === undefined ? '' : ` (${some})`;
};

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
  for (const [part, name] of named)
    if (name !== undefined) parts.set(name, { part, why: 'said so', isByName: false });
  const taken = new Set([...parts.values()].map(({ part }) => part));
  if (columns.prediction !== undefined)
    for (const part of ['prediction', 'score', 'value'] as const) taken.add(part);
  return { parts, taken };
}

/** Assigned: parts by column, and what is said about those that rest on a name, or do not because the content does not fit. */
export type Assigned = { parts: Map<string, Found>; warnings: string[] };

/**
 * assignParts: a name can stand for one part only, and a file has one column for each: the first in its order. A label by name needs a
 * prediction beside it that speaks of the same; otherwise the column is a feature, or nobody would compare it with anything.
 */
export function assignParts(views: readonly ColumnView[], config: CheckConfig): Assigned {
  const { parts, taken } = given(config);
  const fixed = new Set([...givenTypes(config).keys(), ...(config.columns?.ignore ?? [])]);
  const named: [ColumnView, Found][] = [];
  for (const view of views) {
    const { name } = view.column;
    if (parts.has(name) || fixed.has(name)) continue;
    const found = partOf(view);
    if (found === undefined || taken.has(found.part)) continue;
    if (found.part === 'label') {
      named.push([view, found]);
      continue;
    }
    parts.set(name, found);
    taken.add(found.part);
  }
  const factsOf = new Map(views.map(({ column, facts }) => [column.name, facts]));
  const beside = new Map(
    [...parts].flatMap(([name, { part }]) => {
      const facts = factsOf.get(name);
      return facts === undefined ? [] : [[part, facts] as const];
    }),
  );
  const warnings: string[] = [];
  for (const [
    {
      column: { name },
      facts,
    },
    found,
  ] of named) {
    if (taken.has('label')) continue;
    const why = noLabel(facts, beside);
    if (why !== undefined) {
      warnings.push(
        `column '${name}' is compared as a feature though it is called a label: ${why}; if it is the label, name it under columns.label`,
      );
      continue;
    }
    parts.set(name, found);
    taken.add('label');
  }
  return { parts, warnings: [...byNameWarning(parts), ...warnings] };
}

const PLACES: Record<Part, string> = {
  id: 'id',
  time: 'time',
  label: 'label',
  prediction: 'prediction.label',
  score: 'prediction.score',
  value: 'prediction.value',
};

function byNameWarning(parts: ReadonlyMap<string, Found>): string[] {
  const told = [...parts].filter(([, { isByName }]) => isByName);
  if (told.length === 0) return [];
  const list = told.map(([name, { part }]) => `'${name}' is ${PLACES[part]}`).join(', ');
  return [
    `taken by name and not compared as features: ${list}; say otherwise under columns, or list a column under columns.numeric or columns.categorical to compare it`,
  ];
}

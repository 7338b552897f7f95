import type { CheckConfig } from '#libs/contracts';
import type { DataFacts } from '#libs/store';
import { plural, type ColumnView } from './columns.js';
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

export type Found = { part: Part; why: string };

const share = (some: number, { filled }: DataFacts): number => (filled === 0 ? 0 : some / filled);

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

/** assignParts: a name can stand for one part only, and a file has one column for each: the first in its order. */
export function assignParts(views: readonly ColumnView[], config: CheckConfig): Map<string, Found> {
  const { parts, taken } = given(config);
  const fixed = new Set([...givenTypes(config).keys(), ...(config.columns?.ignore ?? [])]);
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

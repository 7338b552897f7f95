import { storedAs, type Feature, type Reading } from '#libs/contracts';
import type { KnownWords } from '../baselines/insert-input.js';
import { textOf } from '../reading/values-sql.js';
import { unseenShareSql, wordsSql } from '../baselines/words-sql.js';
import { integersLiteral } from '../segments/bindings.js';
import type { DataColumn, DataFile } from './data-file.js';
import { convertedFeature, convertedNumber, NO_TEXT, rawText, type Converted } from './values.js';

/** Neighbours that are converted by one rule, which is written once and not once for each of them. */
type Run = Omit<Converted, 'element'> & { elements: string[] };

export type FeatureArraysInput = {
  format: DataFile['format'];
  features: readonly Feature[];
  /** Column of a name, its SQL within the statement; undefined where the file has none. */
  column: (name: string) => DataColumn | undefined;
  /** How the values of columns that are no features are spelled. */
  readings?: ReadonlyMap<string, Reading>;
  knownWords: KnownWords;
  /** SQL of the time of the row in milliseconds; null where rows have none. */
  timeMs: string | null;
  /** Feature → column with its attribution. */
  attributions: ReadonlyMap<string, string>;
};

/** FeatureArrays: SQL in two steps: `raw` reads the file; then come the arrays of a row. */
export type FeatureArrays = { raw: string[]; num: string; cat: string; explained: string };

/** featureArrays: the values of all features, in the order in which rows hold them. */
export function featureArrays(input: FeatureArraysInput): FeatureArrays {
  const stored = (as: ReturnType<typeof storedAs>): Converted[] =>
    input.features.filter(({ type }) => storedAs(type) === as).map((feature) => sourceOf(feature, input));
  const explained =
    input.attributions.size === 0
      ? []
      : input.features.map(({ name }) => attributionOf(input, input.attributions.get(name)));
  const lists = {
    num: runsOf(stored('numeric')),
    cat: runsOf(stored('categorical')),
    explained: runsOf(explained),
  };
  const placed = Object.entries(lists).flatMap(([list, runs]) =>
    runs.map((run, index) => ({ ...run, name: `${list}_${index}` })),
  );
  const arrayOf = (list: keyof typeof lists, type: string): string => {
    const parts = lists[list].map(({ convert }, index) => `arrayMap(v -> ${convert('v')}, ${list}_${index})`);
    const all = parts.length > 1 ? `arrayConcat(${parts.join(', ')})` : (parts[0] ?? '[]');
    return `CAST(${all}, 'Array(${type})')`;
  };
  return {
    raw: placed.map(({ name, elements }) => `[${elements.join(', ')}] AS ${name}`),
    num: arrayOf('num', 'Float64'),
    cat: arrayOf('cat', 'LowCardinality(String)'),
    explained: arrayOf('explained', 'Float64'),
  };
}

function sourceOf(feature: Feature, input: FeatureArraysInput): Converted {
  const { name, madeOf } = feature;
  if (madeOf === undefined) return convertedFeature(input.column(name), feature, input);
  const known = integersLiteral(input.knownWords.get(name) ?? [], 32);
  const column = input.column(madeOf.feature);
  const text = input.features.find((one) => one.name === madeOf.feature);
  return {
    element: column === undefined ? NO_TEXT : rawText(column, input.format),
    convert: (value) => unseenShareSql(wordsSql(textOf(value, text?.reading)), known),
    rule: name,
  };
}

function attributionOf(
  { column, format, readings }: FeatureArraysInput,
  name: string | undefined,
): Converted {
  return convertedNumber(name === undefined ? undefined : column(name), format, readings?.get(name ?? ''));
}

function runsOf(sources: readonly Converted[]): Run[] {
  const runs: Run[] = [];
  for (const { element, ...source } of sources) {
    const last = runs.at(-1);
    if (last?.rule === source.rule) last.elements.push(element);
    else runs.push({ ...source, elements: [element] });
  }
  return runs;
}

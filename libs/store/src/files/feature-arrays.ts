import { storedAs, type Feature } from '#libs/contracts';
import { toStoredNumber } from '../baselines/conversions.js';
import type { KnownWords } from '../baselines/insert-input.js';
import { unseenShareSql, wordsSql } from '../baselines/words-sql.js';
import { integersLiteral } from '../segments/bindings.js';
import type { DataColumn, DataFile } from './data-file.js';
import { categoryOf, filledText, isTyped, NO_TEXT, numberOfRaw, rawText, typedNumber } from './values.js';

/** Where a value comes from: SQL of it in the file, whether texts that say there is none become NULL first, and SQL of what becomes of it. */
type Source = { element: string; isText: boolean; convert: (value: string) => string; rule: string };

/** Neighbours that are converted by one rule, which is written once and not once for each of them. */
type Run = Omit<Source, 'element'> & { elements: string[] };

export type FeatureArraysInput = {
  format: DataFile['format'];
  features: readonly Feature[];
  /** Column of a name, its SQL within the statement; undefined where the file has none. */
  column: (name: string) => DataColumn | undefined;
  /** Columns whose texts may be numbers, so that 1 and 1.0 are one category. */
  numbers: ReadonlySet<string>;
  knownWords: KnownWords;
  /** SQL of the time of the row in milliseconds; null where rows have none. */
  timeMs: string | null;
  /** Feature → column with its attribution. */
  attributions: ReadonlyMap<string, string>;
};

/** FeatureArrays: SQL in two steps: `raw` reads the file, `filled` knows what is missing; then come the arrays of a row. */
export type FeatureArrays = { raw: string[]; filled: string[]; num: string; cat: string; explained: string };

/** featureArrays: the values of all features, in the order in which rows hold them. */
export function featureArrays(input: FeatureArraysInput): FeatureArrays {
  const stored = (as: ReturnType<typeof storedAs>): Source[] =>
    input.features.filter(({ type }) => storedAs(type) === as).map((feature) => sourceOf(feature, input));
  const explained =
    input.attributions.size === 0
      ? []
      : input.features.map(({ name }) => numberSource(input, input.attributions.get(name)));
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
    raw: placed.map(({ name, elements }) => `[${elements.join(', ')}] AS raw_${name}`),
    filled: placed.map(({ name, isText }) =>
      isText
        ? `arrayMap(v -> ${filledText('v', input.format)}, raw_${name}) AS ${name}`
        : `raw_${name} AS ${name}`,
    ),
    num: arrayOf('num', 'Float64'),
    cat: arrayOf('cat', 'LowCardinality(String)'),
    explained: arrayOf('explained', 'Float64'),
  };
}

function sourceOf({ name, type, madeOf }: Feature, input: FeatureArraysInput): Source {
  if (madeOf !== undefined) {
    const known = integersLiteral(input.knownWords.get(name) ?? [], 32);
    const convert = (text: string): string => unseenShareSql(wordsSql(text), known);
    return textSource(input, madeOf.feature, { convert, rule: name });
  }
  if (storedAs(type) === 'numeric') {
    if (type === 'numeric') return numberSource(input, name);
    return textSource(input, name, {
      convert: (text) => toStoredNumber(text, type, input.timeMs),
      rule: type,
    });
  }
  const hasNumbers = input.numbers.has(name);
  return textSource(input, name, {
    convert: (text) => categoryOf(text, type, hasNumbers),
    rule: `${type === 'boolean' ? type : 'category'} ${hasNumbers ? 'number' : ''}`,
  });
}

function textSource(
  { column, format }: FeatureArraysInput,
  name: string | undefined,
  how: Pick<Source, 'convert' | 'rule'>,
): Source {
  const found = name === undefined ? undefined : column(name);
  return { ...how, isText: true, element: found === undefined ? NO_TEXT : rawText(found, format) };
}

/** What a number is made of knows by itself which texts say that there is none. */
function numberSource({ column, format }: FeatureArraysInput, name: string | undefined): Source {
  const found = name === undefined ? undefined : column(name);
  if (found !== undefined && isTyped(found))
    return { element: `toFloat64(${found.sql})`, isText: false, convert: typedNumber, rule: 'typed' };
  const element = found === undefined ? NO_TEXT : rawText(found, format);
  return { element, isText: false, convert: (text) => numberOfRaw(text, format), rule: 'number' };
}

function runsOf(sources: readonly Source[]): Run[] {
  const runs: Run[] = [];
  for (const { element, ...source } of sources) {
    const last = runs.at(-1);
    if (last?.rule === source.rule) last.elements.push(element);
    else runs.push({ ...source, elements: [element] });
  }
  return runs;
}

import type { Feature } from '#libs/contracts';
import type { ColumnFacts } from './column-facts.js';

/** What a value of a feature has to be, for people. */
export const KINDS = {
  numeric: 'a number',
  boolean: 'true or false',
  categorical: 'a text of at most 256 characters',
  identifier: 'a text of at most 256 characters',
  timestamp: 'a time such as 2026-01-31T12:00:00Z',
  time_of_day: 'a time of day such as 08:30',
  text: 'a text',
  unseen_words: 'a share',
} as const satisfies Record<Feature['type'], string>;

/** What the values of a feature come to: rows, those that can be read, those that cannot with an example, and the only value there is. */
export type Content = {
  rows: number;
  read: number;
  invalid: number;
  example: string;
  only: string | undefined;
};

const count = (value: number): string => value.toLocaleString('en');

/** contentWarnings: what is odd about the values of a feature, in the words of `check` and of uploads. */
export function contentWarnings(
  { name, type }: Pick<Feature, 'name' | 'type'>,
  { rows, read, invalid, example, only }: Content,
): string[] {
  if (read === 0 && invalid === 0)
    return [`column '${name}' is there, but holds no value at all in ${count(rows)} rows`];
  return [
    ...(invalid === 0
      ? []
      : [
          `column '${name}': ${count(invalid)} of ${count(rows)} values are not ${KINDS[type]} and count as invalid${example}`,
        ]),
    ...(only === undefined || rows < 2 ? [] : [`column '${name}' holds no other value than ${only}`]),
  ];
}

/** What of a column can be read under the type that it was given. */
function readable({ type, reading }: Feature, facts: ColumnFacts): number {
  const { numbers, booleans, times, filled, shapes } = facts;
  switch (type) {
    case 'numeric':
      return reading?.decimal === undefined
        ? numbers
        : numbers +
            shapes.decimals_point +
            shapes.decimals_comma +
            shapes.decimals_three +
            shapes.decimals_open;
    case 'boolean':
      return booleans + (facts.least === 0 || facts.most === 1 ? numbers : 0);
    case 'timestamp':
      return (
        times +
        shapes.dates_named +
        (reading?.dates === undefined ? 0 : shapes.dates_day + shapes.dates_month + shapes.dates_open)
      );
    case 'time_of_day':
      return shapes.clocks;
    case 'categorical':
    case 'identifier':
    case 'text':
    case 'unseen_words':
      return filled;
  }
}

const EXAMPLES = 2;

/** contentOf: what the values of a column come to as a feature. Words that stand for a missing value are none. */
export function contentOf(feature: Feature, facts: ColumnFacts): Content {
  const { rows, filled, shapes, examples, least, most, different } = facts;
  const isText = feature.type === 'categorical' || feature.type === 'identifier' || feature.type === 'text';
  const values = isText ? filled : filled - shapes.blanks;
  const read = Math.min(values, readable(feature, facts));
  const some = examples.slice(0, EXAMPLES).map((one) => `'${one}'`);
  return {
    rows,
    read,
    invalid: values - read,
    example: some.length === 0 ? '' : `, such as ${some.join(' and ')}`,
    only: onlyValue({ read, least, most, different, examples }),
  };
}

function onlyValue({
  read,
  least,
  most,
  different,
  examples,
}: Pick<ColumnFacts, 'least' | 'most' | 'different' | 'examples'> & { read: number }): string | undefined {
  if (read === 0 || different !== 1) return undefined;
  return examples[0] === undefined
    ? least === most && least !== null
      ? String(least)
      : undefined
    : `'${examples[0]}'`;
}

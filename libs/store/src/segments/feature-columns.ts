import { storedAs, type Feature } from '#libs/contracts';

/** Stands in `cat` where an event carried no value. */
export const NULL_TEXT = `'\\0'`;
/** Stands in `cat` where the value had a wrong type; its text is in `invalid`. */
export const INVALID_TEXT = `'\\x01'`;
/** The same as texts, not as SQL. */
export const MARKERS: readonly string[] = ['\0', '\x01'];

/** Where a feature lies in a row: its position (from 1) among the features that are stored as numbers, or among all others. */
export type FeatureColumn = { kind: 'numeric' | 'categorical'; position: number };

export type FeatureColumns = ReadonlyMap<string, FeatureColumn>;

/** featureColumns: positions by name. A schema only grows, so they never change once given. */
export function featureColumns(features: readonly Feature[]): FeatureColumns {
  const next = { numeric: 1, categorical: 1 };
  return new Map(
    features.map(({ name, type }) => {
      const kind = storedAs(type);
      return [name, { kind, position: next[kind]++ }];
    }),
  );
}

const count = (columns: FeatureColumns, kind: FeatureColumn['kind']): number =>
  [...columns.values()].filter((column) => column.kind === kind).length;

/**
 * SQL of the feature arrays `nums` and `cats` at full length: a row stored under an older, shorter schema reads as null in the newer
 * columns. Everything else here refers to these two names.
 */
export const paddedArrays = (columns: FeatureColumns): string =>
  `arrayResize(num, ${count(columns, 'numeric')}, nan) AS nums, ` +
  `arrayResize(cat, ${count(columns, 'categorical')}, toLowCardinality(${NULL_TEXT})) AS cats`;

/** SQL of the raw value: Float64 with NaN = null and ±Inf = invalid, or text with its two markers. */
export const rawValue = ({ kind, position }: FeatureColumn): string =>
  kind === 'numeric' ? `nums[${position}]` : `cats[${position}]`;

/** SQL condition: the categorical value is null, or invalid. */
export const isNullText = (value: string): string => `${value} = ${NULL_TEXT}`;
export const isInvalidText = (value: string): string => `${value} = ${INVALID_TEXT}`;

/** goesTogether: a feature that can be looked at together with others; identifiers and texts have nothing in common with other columns. */
export const goesTogether = ({ type, role }: Feature): boolean =>
  role === 'input' && (type === 'numeric' || type === 'boolean' || type === 'categorical');

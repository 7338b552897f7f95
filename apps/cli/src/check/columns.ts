import type { CheckColumn, Feature, Reading } from '#libs/contracts';
import type { DataColumn, DataFacts, DataParts } from '#libs/store';

/** What is known of a column of one file. */
export type ColumnView = { column: DataColumn; facts: DataFacts };

/** How the columns are used: which part each plays, and why. */
export type Columns = {
  features: Feature[];
  parts: DataParts;
  /** Column → how its values are spelled, for columns that are no features. */
  readings: ReadonlyMap<string, Reading>;
  /** Columns whose texts are numbers throughout. */
  numbers: Set<string>;
  /** Feature → column that explains it. */
  attributions: ReadonlyMap<string, string>;
  listed: CheckColumn[];
};

/** plural: a count with its noun. */
export const plural = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

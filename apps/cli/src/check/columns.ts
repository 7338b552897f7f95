import type { CheckColumn, Feature, Reading } from '#libs/contracts';
import type { ColumnFacts, DataColumn, DataParts } from '#libs/store';

/** What is known of a column of one file. */
export type ColumnView = { column: DataColumn; facts: ColumnFacts };

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
  /** What somebody who looks at the columns would not expect. */
  warnings: string[];
};

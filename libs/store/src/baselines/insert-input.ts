import type { Readable } from 'node:stream';
import type { Feature, PrivacyRules, Reading } from '#libs/contracts';
import type { DataFormat, Nested } from '../files/form/file-form.js';

/** Which column of the file plays which part beside the features. */
export type BaselineColumns = {
  id?: string;
  time?: string;
  /** The true class. */
  label?: string;
  predictionLabel?: string;
  score?: string;
  /** The predicted value of a regression. */
  value?: string;
  /** The true value of a regression. */
  labelValue?: string;
  /** Feature → column with its attribution. */
  attributions?: Record<string, string>;
  /** Tag → column. */
  tags: Record<string, string>;
  /** Column → how its values are spelled, for columns that are no features: times of rows, scores, values. */
  readings?: Record<string, Reading>;
};

/** Words, as CRC-32, that the texts of a feature of type `unseen_words` are held against, by the name of that feature. */
export type KnownWords = ReadonlyMap<string, readonly number[]>;

/** FileRows: a file whose form is known, for being sent to ClickHouse. */
export type FileRows = {
  format: DataFormat;
  /** All columns of the file, in order. */
  fileColumns: string[];
  /** Of them, those that hold lists or objects; none when absent. */
  nested?: ReadonlyMap<string, Nested>;
  /** Where the file lies, for saying which of its rows is at fault. */
  path?: string;
  /** Opens the file from its beginning; a Parquet file is opened twice. */
  file: () => Readable;
};

export type BaselineInsert = {
  project: string;
  model: string;
  version: string;
  /** Of the rows; rows that an earlier attempt left there are removed first. */
  origin: string;
  /** All features of the version, in order. */
  features: Feature[];
  /** Revision of the version's schema. */
  schema: number;
  columns: BaselineColumns;
  /** Features of unseen words without an entry stay without a value. */
  knownWords?: KnownWords;
  bucketMs: number;
  /** Of the model, with the key of its hashed values; none when absent. */
  privacy?: { rules: PrivacyRules; key: Buffer };
} & FileRows;

export type BaselineInserted = {
  ok: true;
  rows: number;
  hasTime: boolean;
  hasLabels: boolean;
  hasAttributions: boolean;
  warnings: string[];
};

/** Keys of `invalid` for columns that are no features; no feature name starts with a zero byte that a file could bring. */
export const INVALID_TIME = '\0time';
export const INVALID_ID = '\0id';

import type { Feature, Reading } from '#libs/contracts';
import type { KnownWords } from '../baselines/insert-input.js';
import type { DataColumn, DataFile } from './data-file.js';

/** Which column of the file plays which part beside the features. */
export type DataParts = {
  id?: string | undefined;
  time?: string | undefined;
  label?: string | undefined;
  predictionLabel?: string | undefined;
  score?: string | undefined;
  value?: string | undefined;
};

/**
 * How rows are cut into windows, each a bucket of its own: not at all; every so many rows, in the order of time or of the file; or
 * equal parts of the days of a time zone.
 */
export type DataCut =
  | { kind: 'whole' }
  | { kind: 'rows'; rows: number }
  | {
      kind: 'every';
      stepMs: number;
      timeZone: string;
      /** First instants of the local days that touch any of some UTC days, in order; absent for UTC. */
      dayStarts?: (utcDaysMs: readonly number[]) => number[];
    };

export type DataRowsInput = {
  file: DataFile;
  columns: readonly DataColumn[];
  features: readonly Feature[];
  parts: DataParts;
  /** Feature → column with its attribution. */
  attributions: ReadonlyMap<string, string>;
  /** Column → how its values are spelled, for columns that are no features: times of rows, scores, values. */
  readings?: ReadonlyMap<string, Reading>;
  /** As for baselines, for every feature of unseen words. */
  knownWords: KnownWords;
  cut: DataCut;
  /** Who the rows belong to, as in the registry. */
  name: { project: string; model: string; version: string; origin: string };
};

import type { DimensionBody, Feature, FeatureBinning } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { createBinning } from './binning.js';
import { dimensionValues } from './dimension-values.js';
import { countWords, type CountedWords, type WordsInput } from './count-words.js';
import { inferFacts, type Inferred, type InferInput } from './infer.js';
import type { BaselineInsert, BaselineInserted } from './insert-input.js';
import { insertBaseline } from './insert.js';
import type { Refusal } from './refusal.js';
import { makeProjection, type FitComponents, type Projection } from './projection.js';
import { removeBaseline, type BaselineName } from './remove.js';

export { binningHash } from './binning.js';
export { numericEdges, type OrderedSample } from './numeric-edges.js';
export type { CountedWords } from './count-words.js';
export type { BaselineColumns, BaselineInsert } from './insert-input.js';

/** Baselines: training rows, kept beside the events under the same schema, and what is derived from them. */
export type Baselines = {
  /** Streams an uploaded file into the rows of an origin, all or nothing. */
  insert: (input: BaselineInsert) => Promise<BaselineInserted | Refusal>;
  /** What the columns of a file hold, for a version that has no schema yet. */
  infer: (input: InferInput) => Promise<Inferred | Refusal>;
  /** Vocabularies of the text features of a file. */
  countWords: (input: WordsInput) => Promise<{ ok: true; counted: CountedWords[] } | Refusal>;
  /** Values to freeze for a dimension: the most frequent ones of the baseline, at most 50. */
  dimensionValues: (
    project: string,
    model: string,
    version: string,
    origin: string,
    dimension: DimensionBody,
    features: readonly Feature[],
  ) => Promise<string[]>;
  /** Bins and vocabularies from the rows of an origin, with the hash of their content. */
  createBinning: (
    project: string,
    model: string,
    version: string,
    origin: string,
    features: readonly Feature[],
  ) => Promise<{ hash: string; features: FeatureBinning[] }>;
  /** Principal components of the rows of an origin, by `fit`, with the bins of how far these rows lie from them; null where there are none. */
  projection: (
    name: BaselineName,
    features: readonly Feature[],
    fit: FitComponents,
  ) => Promise<Projection | null>;
  /** Takes rows and profiles of an origin away. */
  remove: (project: string, model: string, version: string, origin: string) => Promise<void>;
};

export const createBaselines = (db: Database): Baselines => ({
  insert: (input) => insertBaseline(db, input),
  infer: (input) => inferFacts(db, input),
  countWords: (input) => countWords(db, input),
  dimensionValues: (project, model, version, origin, body, features) =>
    dimensionValues(db, { project, model, version, origin }, { body, features }),
  createBinning: (project, model, version, origin, features) =>
    createBinning(db, { project, model, version, origin }, features),
  projection: (name, features, fit) => makeProjection(db, name, { features, fit }),
  remove: (project, model, version, origin) => removeBaseline(db, { project, model, version, origin }),
});

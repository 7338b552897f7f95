import {
  featureSchema,
  MAX_TEXT_LENGTH,
  type Feature,
  type ModelBody,
  type Prediction,
} from '#libs/contracts';

type Type = Feature['type'];

/** InferredTypes: type per unseen feature name, in order of first appearance. */
export type InferredTypes = Map<string, Type>;

const TYPES: Readonly<Partial<Record<string, Type>>> = {
  number: 'numeric',
  string: 'categorical',
  boolean: 'boolean',
};

const isName = (name: string): boolean =>
  name.length <= MAX_TEXT_LENGTH && name.isWellFormed() && featureSchema.shape.name.safeParse(name).success;

/**
 * observe: takes note of features that a schema does not have yet. Null says nothing about a type, nested values are no
 * features; names that a schema cannot hold stay out. Values of different types make the feature categorical.
 */
export const observe = (
  types: InferredTypes,
  features: Record<string, unknown>,
  isKnown: (name: string) => boolean,
): void => {
  for (const name of Object.keys(features)) {
    if (isKnown(name)) continue;
    const type = TYPES[typeof features[name]];
    if (type === undefined) continue;
    const seen = types.get(name);
    if (seen === undefined) {
      if (isName(name)) types.set(name, type);
    } else if (seen !== type) types.set(name, 'categorical');
  }
};

const CLASSES_OF_BINARY = 2;

/** inferProblem: what a model seems to do, from one prediction; a person can correct the draft. */
export const inferProblem = ({ value, score, scores, label }: Prediction): ModelBody['problem'] => {
  if (scores !== undefined) return Object.keys(scores).length > CLASSES_OF_BINARY ? 'multiclass' : 'binary';
  if (score !== undefined) return 'binary';
  return value !== undefined && label === undefined ? 'regression' : 'multiclass';
};

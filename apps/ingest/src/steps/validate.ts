import {
  groundTruthEventSchema,
  MAX_TEXT_LENGTH,
  predictionEventSchema,
  type GroundTruthEvent,
  type PredictionEvent,
} from '#libs/contracts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

import { found, ok, quarantined, type Quarantined, type Step } from './step.js';

/** Alternatives of a oneOf require fields that their parent defines, which is not strict. Times are parsed once, afterwards, by parseTime, which also knows which days exist. */
const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  verbose: true,
  formats: { 'date-time': true },
});

const checkPrediction = ajv.compile<PredictionEvent>(predictionEventSchema);
const checkGroundTruth = ajv.compile<GroundTruthEvent>(groundTruthEventSchema);

const pathOf = ({ instancePath }: ErrorObject): string =>
  instancePath
    .slice(1)
    .replaceAll('/', '.')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
    .slice(0, MAX_TEXT_LENGTH);

const child = (path: string, name: unknown): string =>
  `${path === '' ? '' : `${path}.`}${String(name)}`.slice(0, MAX_TEXT_LENGTH);

const describe = (error: ErrorObject): { field: string; message: string } => {
  const path = pathOf(error);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return { field: child(path, params['missingProperty']), message: 'is missing; it is required' };
    case 'additionalProperties':
      return {
        field: child(path, params['additionalProperty']),
        message: 'is not a field of this event; put values of your own into features or tags',
      };
    case 'oneOf':
      return { field: path, message: 'must hold exactly one of label, value, retract' };
    default:
      return { field: path, message: `${error.message ?? 'is wrong'}; found ${found(error.data)}` };
  }
};

const refuse = (errors: ValidateFunction['errors']): Quarantined => {
  const error = errors?.find(({ keyword }) => keyword === 'oneOf') ?? errors?.[0];
  if (error === undefined) return quarantined('schema', '', 'the event does not match its schema');
  const { field, message } = describe(error);
  const isFeatureCount = error.keyword === 'maxProperties' && error.instancePath === '/features';
  return quarantined(isFeatureCount ? 'too_many_features' : 'schema', field, message);
};

const illFormed = (field: string): Quarantined =>
  quarantined(
    'schema',
    field,
    'holds half of a surrogate pair and would not survive being stored; send valid Unicode',
  );

const longName = (field: string, names: object): Quarantined | undefined => {
  for (const name in names)
    if (name.length > MAX_TEXT_LENGTH)
      return quarantined(
        'schema',
        field,
        `a name has ${name.length} characters; use at most ${MAX_TEXT_LENGTH}`,
      );
  return undefined;
};

/** validatePrediction: checks the shape of a prediction event; values of features are judged one by one when they are encoded. */
export const validatePrediction = (value: unknown): Step<PredictionEvent> => {
  if (!checkPrediction(value)) return refuse(checkPrediction.errors);
  if (!value.id.isWellFormed()) return illFormed('id');
  const { tags, prediction } = value;
  const long =
    (tags === undefined ? undefined : longName('tags', tags)) ??
    (prediction.scores === undefined ? undefined : longName('prediction.scores', prediction.scores));
  return long ?? ok(value);
};

/** validateGroundTruth: checks the shape of a ground truth event. */
export const validateGroundTruth = (value: unknown): Step<GroundTruthEvent> => {
  if (!checkGroundTruth(value)) return refuse(checkGroundTruth.errors);
  return value.id.isWellFormed() ? ok(value) : illFormed('id');
};

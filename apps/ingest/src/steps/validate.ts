import {
  groundTruthEventSchema,
  MAX_TEXT_LENGTH,
  predictionEventSchema,
  type GroundTruthEvent,
  type PredictionEvent,
} from '#libs/contracts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

import { found, ok, quarantined, type Quarantined, type Step } from './step.js';
import { timeFault } from './time.js';

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

/** What a value is, in the words of JSON's users. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value) || (typeof value === 'object' && value !== null)) return found(value);
  if (typeof value === 'string') return `the text ${found(value)}`;
  if (typeof value !== 'number') return found(value);
  return Number.isFinite(value) ? `the number ${value}` : 'a number beyond what a double holds';
};

const WANTED: Readonly<Record<string, string>> = {
  string: 'write a text',
  number: 'write a finite number',
  object: 'write an object',
  'string,null': 'write a text or null',
};

const ALTERNATIVES = ['label', 'value', 'retract'] as const;
const NAME_RULE = 'use 1 to 64 letters, digits, dots, dashes or underscores, starting with a letter or digit';

/** What a ground truth event holds of label, value and retract, when it is not exactly one of them. */
const alternativesFault = (event: unknown): string => {
  const held =
    typeof event === 'object' && event !== null ? ALTERNATIVES.filter((name) => name in event) : [];
  return held.length === 0
    ? 'holds none of label, value, retract; give exactly one of them'
    : `holds ${held.join(' and ')}; give exactly one of label, value, retract`;
};

type Fault = { field: string; message: string };

const isTimeField = (path: string): boolean => path === 'time' || path === 'predictedAt';

/** messageOf: one sentence for each keyword that the schemas of events use: what was found, and what to do. */
const messageOf = (path: string, { keyword, params, data }: ErrorObject): string => {
  const { type, limit } = params as { type?: unknown; limit?: unknown };
  const isText = typeof data === 'string';
  if (isTimeField(path))
    return isText ? timeFault(data) : `is ${kindOf(data)}; write an RFC 3339 time as a text`;
  switch (keyword) {
    case 'type':
      return path === ''
        ? `the event is ${kindOf(data)}; send a JSON object`
        : `is ${kindOf(data)}; ${WANTED[String(type)] ?? 'write another type'}`;
    case 'minLength':
      return 'is empty; give at least one character';
    case 'maxLength':
      return `has ${isText ? data.length : 'too many'} characters; use at most ${String(limit)}, found ${found(data)}`;
    case 'pattern':
      return `${found(data)} is no name; ${NAME_RULE}`;
    case 'minProperties':
      return 'is empty; give label, score, scores or value';
    case 'maxProperties':
      return `has ${Object.keys(data as object).length} entries; use at most ${String(limit)}`;
    case 'const':
      return `is ${found(data)}; write true to take a label back, or leave it out`;
    case 'oneOf':
      return alternativesFault(data);
    default:
      return `does not fit an event: found ${found(data)}`;
  }
};

const describe = (error: ErrorObject): Fault => {
  const path = pathOf(error);
  const { missingProperty, additionalProperty } = error.params as Record<string, unknown>;
  if (error.keyword === 'required')
    return { field: child(path, missingProperty), message: 'is missing; it is required' };
  if (error.keyword === 'additionalProperties')
    return {
      field: child(path, additionalProperty),
      message: 'is not a field of this event; put values of your own into features or tags',
    };
  return { field: path, message: messageOf(path, error) };
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

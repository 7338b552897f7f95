import type { GroundTruthEvent, Prediction, PredictionEvent } from '#libs/contracts';
import { sageMakerName } from '../names.js';
import type { CaptureLine, TruthLine } from './lines.js';
import { decode, isByPosition, type Row } from './payload.js';

export type OutputRole = 'score' | 'label' | 'value' | 'ignore';

/** CaptureSetting: whose events they are, and what a value at a position, or under a name, stands for. */
export type CaptureSetting = {
  model: string;
  version: string;
  problem: 'binary' | 'multiclass' | 'regression';
  /** Features by position, in the order of the statistics or as named. */
  columns: readonly string[];
  /** Columns that hold text, also where it looks like a number. Null: what looks like a number is one. */
  texts: ReadonlySet<string> | null;
  /** What the values of an answer are, by position. */
  outputs: readonly OutputRole[];
  /** Label of a score from `scoreThreshold` on, and of one below; null: scores stay without a label. */
  labels: { positive: string; negative: string; scoreThreshold: number } | null;
};

export type Made<T> = { events: T[] } | { why: string };

/** 1.0 and "1" are one label. */
export function labelText(value: unknown): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).trim();
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? String(number) : text;
}

const numberOf = (value: unknown): number | null => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

/** A text where a number belongs stays one: it is counted as invalid, as it should be. */
function featureValue(value: unknown, isText: boolean): unknown {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return isText ? value : (numberOf(value) ?? value);
  return isText && typeof value !== 'object' ? JSON.stringify(value) : value;
}

/** Positions: the features alone, or behind as many predictions as there are, as SageMaker flattens its lines. */
function namesFor(length: number, { columns, outputs }: CaptureSetting): readonly string[] | null {
  if (columns.length === length) return columns;
  return columns.length === length + outputs.length ? columns.slice(outputs.length) : null;
}

function featuresOf(row: Row, setting: CaptureSetting): Record<string, unknown> | { why: string } {
  const given = isByPosition(row) ? [...row.keys()] : Object.keys(row);
  const names = isByPosition(row) ? namesFor(row.length, setting) : Object.keys(row);
  if (names === null)
    return { why: `has ${given.length} values, and ${setting.columns.length} columns are known` };
  const bySpelling = new Map(setting.columns.map((column) => [sageMakerName(column), column]));
  const { texts } = setting;
  return Object.fromEntries(
    names.map((column, index) => {
      const name = bySpelling.get(sageMakerName(column)) ?? column;
      const value = isByPosition(row) ? row[index] : row[column];
      return [name, featureValue(value, texts?.has(name) === true)];
    }),
  );
}

/** Names under which built-in algorithms answer. */
const NAMED: Readonly<Record<string, OutputRole>> = {
  score: 'score',
  probability: 'score',
  predicted_label: 'label',
  label: 'label',
  predicted_value: 'value',
  prediction: 'value',
};

function answersOf(row: Row, { outputs, problem }: CaptureSetting): [OutputRole, unknown][] {
  if (isByPosition(row)) return outputs.map((role, index): [OutputRole, unknown] => [role, row[index]]);
  const isValue = problem === 'regression';
  return Object.entries(row).flatMap(([name, value]): [OutputRole, unknown][] => {
    const role = NAMED[name];
    if (role === undefined) return [];
    return [[isValue && role === 'score' ? 'value' : role === 'value' && !isValue ? 'label' : role, value]];
  });
}

function predictionOf(row: Row, setting: CaptureSetting): Prediction | { why: string } {
  const prediction: Prediction = {};
  for (const [role, value] of answersOf(row, setting)) {
    if (role === 'ignore' || value === undefined || value === null || value === '') continue;
    if (role === 'label') prediction.label = labelText(value);
    else {
      const number = numberOf(value);
      if (number === null)
        return { why: `its ${role} is ${JSON.stringify(value).slice(0, 60)}, not a number` };
      prediction[role] = number;
    }
  }
  const { labels } = setting;
  if (labels !== null && prediction.score !== undefined && prediction.label === undefined)
    prediction.label = prediction.score >= labels.scoreThreshold ? labels.positive : labels.negative;
  return Object.keys(prediction).length === 0 ? { why: 'has no prediction in its answer' } : prediction;
}

const isWhy = (made: object): made is { why: string } => 'why' in made && typeof made.why === 'string';

/** Several records of one request are told apart by their position; the first keeps the id, which labels name. */
const idOf = (id: string, index: number): string => (index === 0 ? id : `${id}#${index}`);

/** predictionEvents: one captured inference as events of ours. */
export function predictionEvents(
  { captureData, eventMetadata }: CaptureLine,
  setting: CaptureSetting,
): Made<PredictionEvent> {
  const input = captureData.endpointInput;
  const output = captureData.endpointOutput ?? captureData.batchTransformOutput;
  if (output === undefined) return { why: 'has no answer; capture responses as well as requests' };
  const answers = decode(output);
  if ('why' in answers) return { why: `endpointOutput: ${answers.why}` };
  const requests = input === undefined ? { rows: answers.rows.map(() => ({})) } : decode(input);
  if ('why' in requests) return { why: `endpointInput: ${requests.why}` };
  // Answers to several records may come as one row: as many values as there are records.
  const [only] = answers.rows;
  const rows =
    answers.rows.length === 1 && requests.rows.length > 1 && only !== undefined && isByPosition(only)
      ? only.map((value) => [value])
      : answers.rows;
  if (rows.length !== requests.rows.length)
    return { why: `has ${requests.rows.length} records and ${rows.length} answers` };
  const events: PredictionEvent[] = [];
  for (const [index, row] of rows.entries()) {
    const features = featuresOf(requests.rows[index] ?? {}, setting);
    if (isWhy(features)) return features;
    const prediction = predictionOf(row, setting);
    if (isWhy(prediction)) return prediction;
    const { inferenceId, eventId, inferenceTime } = eventMetadata;
    events.push({
      id: idOf(inferenceId ?? eventId, index),
      ...{ model: setting.model, version: setting.version, time: inferenceTime },
      ...{ features, prediction },
    });
  }
  return { events };
}

/** truthEvents: labels as events of ours; `time` is when they were collected, which the line does not say. */
export function truthEvents(
  { groundTruthData, eventMetadata }: TruthLine,
  { model, problem }: CaptureSetting,
  time: string,
): Made<GroundTruthEvent> {
  const decoded = decode(groundTruthData);
  if ('why' in decoded) return { why: `groundTruthData: ${decoded.why}` };
  if (decoded.rows.length === 0) return { why: 'holds no label' };
  const events: GroundTruthEvent[] = [];
  for (const [index, row] of decoded.rows.entries()) {
    const value = isByPosition(row) ? row[0] : undefined;
    if (value === undefined || value === null || value === '') return { why: 'holds no label' };
    const key = { id: idOf(eventMetadata.eventId, index), model, time };
    const number = numberOf(value);
    if (problem !== 'regression') events.push({ ...key, label: labelText(value) });
    else if (number === null)
      return { why: `its value is ${JSON.stringify(value).slice(0, 60)}, not a number` };
    else events.push({ ...key, value: number });
  }
  return { events };
}

/** collectedAt: the hour in the path of a file, which is when its labels were collected; null when the path has none. */
export function collectedAt(path: string): string | null {
  const match = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/[^/]*$/.exec(path.replaceAll('\\', '/'));
  if (match === null) return null;
  const [, year = '', month = '', day = '', hour = ''] = match;
  const text = `${year}-${month}-${day}T${hour}:00:00.000Z`;
  return Number.isNaN(Date.parse(text)) ? null : text;
}

import { RowBinary } from '../client/row-binary.js';
import { LIVE_ORIGIN } from '#libs/contracts';
import { writePredictionVersion } from './row-versions.js';
import type { PredictionRow } from './rows.js';

/** Columns of `predictions` in the order that {@link encodePredictions} writes. Truth columns belong to baselines. */
export const PREDICTION_COLUMNS = [
  'project',
  'model',
  'version',
  'origin',
  'bucket',
  'id',
  'time',
  'schema',
  'num',
  'cat',
  'label',
  'score',
  'value',
  'scores',
  'attributions',
  'tags',
  'invalid',
  'extra',
  'truth',
  'truth_value',
  'row_version',
  'expires',
] as const;

type Source = { project: string; partition: number };

/** encodePredictions: live prediction rows as RowBinary. */
export function encodePredictions(source: Source, rows: readonly PredictionRow[]): RowBinary {
  const writer = new RowBinary();
  for (const row of rows) encodePrediction(writer, source, row);
  return writer;
}

function encodePrediction(writer: RowBinary, { project, partition }: Source, row: PredictionRow): void {
  writer.string(project);
  writer.string(row.model);
  writer.string(row.version);
  writer.string(LIVE_ORIGIN);
  writer.dateTime(row.bucketMs);
  writer.string(row.id);
  writer.dateTime64(row.timeMs);
  writer.uint32(row.schema);
  writer.float64Array(row.num);
  writer.stringArray(row.cat);
  writer.string(row.label);
  writer.float64(row.score);
  writer.float64(row.value);
  writer.float64Map(row.scores);
  writer.float64Array(row.attributions);
  writer.stringMap(row.tags);
  writer.stringMap(row.invalid);
  writer.string(row.extra);
  writer.string('');
  writer.float64(NaN);
  writePredictionVersion(writer, { brokerTimeMs: row.brokerTimeMs, partition, offset: row.offset });
  writer.dateTime(row.expiresMs);
}

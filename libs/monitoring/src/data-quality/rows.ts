import type { MetricName, MonitorBody, ProfileCell, RowsCell } from '#libs/contracts';
import { chosenMetrics } from '../chosen.js';
import { measured, undecided, type Draft, type Measurement } from '../draft.js';
import { MIN_CHUNKS } from '../evidence.js';
import { limitFor, thresholdOf } from '../limits.js';
import type { Pair } from '../pair.js';
import { compareSegmentValue } from '../share-loss.js';
import { rateLimit } from './rate-limit.js';

const OF_ROWS = ['volume', 'duplicate_rate', 'share_loss'] as const satisfies readonly MetricName[];
/** Different rows are counted by a sketch: exact for some thousands, within about half a percent beyond. */
const SKETCH_ERROR = 0.005;

/** speaksOfRows: whether a monitor asks for anything about rows as a whole. */
export const speaksOfRows = ({ metrics }: Pick<MonitorBody, 'metrics'>): boolean =>
  metrics === null || OF_ROWS.some((metric) => metrics.includes(metric));

const rowsCell = (cell: ProfileCell | null | undefined): RowsCell | null =>
  cell?.kind === 'rows' ? cell : null;

/** Days on which a segment value had no row at all have no cell, and are days all the same. */
function rowsPerChunk({ chunks, chunkCount }: Pair): number[] {
  const found = chunks.flatMap((cell) => rowsCell(cell)?.rows ?? []);
  return [...found, ...Array<number>(Math.max(0, chunkCount - found.length)).fill(0)];
}

function volume(pair: Pair): Draft {
  const perChunk = rowsPerChunk(pair);
  const known = perChunk.length >= MIN_CHUNKS;
  const value = pair.window?.rows ?? 0;
  const threshold = thresholdOf(pair, 'volume', { withDefault: false });
  const history = () => ({ values: known ? perChunk : [], of: `${perChunk.length} parts of the baseline` });
  const measurement: Measurement = {
    metric: 'volume',
    variant: 'rows',
    value,
    baselineValue: known ? perChunk.reduce((a, b) => a + b, 0) / perChunk.length : null,
    ...limitFor({ metric: 'volume', threshold, value, history }),
  };
  return measured(pair, measurement, 'exact');
}

const duplicates = (cell: RowsCell | null): number | null =>
  cell === null || cell.rows === 0 || cell.distinct === 0
    ? null
    : Math.max(0, cell.rows - cell.distinct) / cell.rows;

/** Rows are compared within a bucket; a baseline without time stamps is one bucket as a whole and says nothing about that. */
function duplicateRate(pair: Pair): Draft {
  const window = rowsCell(pair.window);
  if (window === null || window.rows === 0) {
    return undecided(pair, 'duplicate_rate', { status: 'no_data', note: 'no rows in this window' });
  }
  const value = duplicates(window);
  const before = pair.chunkCount > 0 ? duplicates(rowsCell(pair.baseline)) : null;
  const perChunk = pair.chunks.flatMap((cell) => duplicates(rowsCell(cell)) ?? []);
  const history = () => ({
    values: perChunk.length < MIN_CHUNKS ? [] : perChunk.map((rate) => rate - (before ?? 0)),
    of: `${perChunk.length} parts of the baseline`,
  });
  const limit = rateLimit(pair, { metric: 'duplicate_rate', value, before: before ?? 0, history });
  return measured(
    pair,
    {
      ...limit,
      metric: 'duplicate_rate',
      variant: 'equal-content-within-a-bucket',
      value,
      baselineValue: before,
      resolution: SKETCH_ERROR,
      whyNot: 'profiled before rows were compared',
    },
    'exact',
  );
}

/** compareRows: how many rows there are, how many of them repeat another one, and whether a segment value still has its share. */
export const compareRows = (pair: Pair): Draft[] =>
  chosenMetrics(pair, ['share_loss']).flatMap((metric) => {
    if (metric === 'volume') return [volume(pair)];
    if (metric === 'share_loss') return compareSegmentValue(pair);
    return metric === 'duplicate_rate' ? [duplicateRate(pair)] : [];
  });

import { durationMs, type ModelBody, type MonitorBody, type Window } from '#libs/contracts';
import { countWindows, windowsBetween, type BucketRows } from '#libs/monitoring';
import { z } from 'zod';

import type { FieldError } from '../http/problem.js';

const SPAN_MAX_MS = 366 * 86_400_000;

/** runBody: which window to evaluate; without it, the newest complete one. */
export const runBody = z
  .strictObject({
    start: z.iso.datetime().optional().describe('First instant, on a bucket.'),
    end: z.iso.datetime().optional().describe('First instant after the window, on a bucket.'),
  })
  .refine(({ start, end }) => (start === undefined) === (end === undefined), {
    path: ['end'],
    message: 'give both start and end, or neither',
  })
  .default({})
  .meta({ title: 'Run' });
type RunBody = z.output<typeof runBody>;

/** chosenWindow: the window that was asked for, or what is wrong with it. */
const chosenWindow = (start: string, end: string, bucket: ModelBody['bucket']): Window | FieldError[] => {
  const window = { startMs: Date.parse(start), endMs: Date.parse(end) };
  const bucketMs = durationMs(bucket);
  const unaligned = (field: string, atMs: number, found: string): FieldError[] =>
    atMs % bucketMs === 0 ? [] : [{ field, message: `does not lie on a bucket of ${bucket}`, found }];
  const errors = [...unaligned('start', window.startMs, start), ...unaligned('end', window.endMs, end)];
  if (errors.length > 0) return errors;
  if (window.endMs <= window.startMs) return [{ field: 'end', message: 'must be after start', found: end }];
  if (window.endMs - window.startMs > SPAN_MAX_MS)
    return [{ field: 'end', message: 'is more than 366 days after start', found: end }];
  return window;
};

/** newestWindow: the newest window of the monitor's schedule whose data is complete; the newest one at all, or all there is, while none is. Null without data. */
export const newestWindow = (
  { window: { every, size, rows } }: MonitorBody,
  { bucket, timeZone }: Pick<ModelBody, 'bucket' | 'timeZone'>,
  span: DataSpan | null,
): Window | null => {
  if (span === null) return null;
  const { firstMs, counted } = span;
  const bucketMs = durationMs(bucket);
  const endMs = span.lastMs + bucketMs;
  const windows =
    rows === null
      ? windowsBetween({ every, size, timeZone, fromMs: firstMs, toMs: endMs })
      : countWindows({ rows, bucketMs, buckets: counted?.buckets ?? [], frozen: counted?.frozen ?? [] });
  if (windows.length === 0) return { startMs: firstMs, endMs };
  return windows.findLast((window) => window.endMs <= endMs) ?? windows.at(-1) ?? null;
};

/** DataSpan: the first and last bucket with data; for windows by number of rows also the rows of each, and the windows evaluated so far. */
export type DataSpan = {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly counted?: { readonly buckets: readonly BucketRows[]; readonly frozen: readonly Window[] };
};

/** wantedWindow: the window of a run: as asked for, or the newest; null when there is no data to take one from. */
export const wantedWindow = (
  { start, end }: RunBody,
  monitor: MonitorBody,
  model: Pick<ModelBody, 'bucket' | 'timeZone'>,
  span: DataSpan | null,
): Window | FieldError[] | null =>
  start === undefined || end === undefined
    ? newestWindow(monitor, model, span)
    : chosenWindow(start, end, model.bucket);

import { z } from 'zod';

/** Identifiers that people choose (project, model, version, monitor …): short, URL- and log-safe. */
export const NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

export const nameSchema = z
  .string()
  .regex(
    new RegExp(NAME_PATTERN),
    'use 1–64 letters, digits, dots, dashes or underscores, starting with a letter or digit',
  );

/** Feature, tag, category and segment value names come from data: any text, but bounded. */
export const MAX_TEXT_LENGTH = 256;

export const textSchema = z.string().min(1).max(MAX_TEXT_LENGTH);

/** ISO-8601 duration of whole weeks, days, hours, minutes or seconds, e.g. `P90D`, `PT15M`. Months and years have no fixed length and are refused. */
export const durationSchema = z.string().regex(
  /^P(?!$)(\d{1,4}W)?(\d{1,4}D)?(T(?=\d)(\d{1,5}H)?(\d{1,6}M)?(\d{1,7}S)?)?$/,
  // Aborts, so that checks of a whole document never compute with text that is no duration.
  { error: 'use an ISO-8601 duration such as P1D or PT15M', abort: true },
);

/** The segment that every row belongs to; it always exists and cannot be defined by hand. */
export const ALL_SEGMENT = 'all';

/** The single segment value of a predicate segment, and of {@link ALL_SEGMENT}. */
export const SEGMENT_IN = 'in';

/** Where the values of a dimension beyond its frozen ones are counted. */
export const SEGMENT_OTHER = 'other';

/** Predictions are profiled like features, under names that no feature may have. */
export const PREDICTION_FEATURES = {
  score: 'prediction.score',
  label: 'prediction.label',
  value: 'prediction.value',
} as const;

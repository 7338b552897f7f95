import { z } from 'zod';

/** In which order dates such as 03/04/2025 name day and month. */
export const dateOrders = ['year_first', 'day_first', 'month_first'] as const;
/** What a number that stands for a time counts, since 1970. */
export const epochUnits = ['s', 'ms', 'us', 'ns'] as const;

/**
 * Reading: how the values of one feature are spelled, where they are spelled otherwise than usual (docs/reading.md). It belongs to the
 * feature in the schema of its version: files, uploads and events are all read under it. What is left out is read as usual, so a feature
 * without a reading is read as features of former versions are.
 */
export const readingSchema = z.strictObject({
  missing: z
    .array(z.string().max(64))
    .max(50)
    .optional()
    .describe(
      'Words that stand for a missing value, instead of the usual ones (null, NaN, NA, None, ? …); empty text is always missing. With [] "null" is a category.',
    ),
  dates: z
    .enum(dateOrders)
    .optional()
    .describe('Order of dates such as 03/04/2025; without it only dates that begin with the year are times.'),
  epoch: z
    .enum(epochUnits)
    .optional()
    .describe('What numbers count since 1970; without it their number of digits says so.'),
  timeZone: z
    .string()
    .regex(/^[A-Za-z][\w+/-]{0,63}$/)
    .optional()
    .describe('Zone of times that name none, such as Europe/Berlin; without it UTC.'),
  decimal: z
    .enum(['point', 'comma'])
    .optional()
    .describe(
      'Numbers are written for people, as $1,234.50 (point) or 1.234,50 € (comma): currency signs, percent signs and separators of thousands are read over. Without it such a text is no number.',
    ),
});
export type Reading = z.infer<typeof readingSchema>;

import { z } from 'zod';

/** In which order dates such as 03/04/2025 name day and month. */
export const dateOrders = ['year_first', 'day_first', 'month_first'] as const;
/** What a number that stands for a time counts, since 1970. */
export const epochUnits = ['s', 'ms', 'us', 'ns'] as const;

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

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
    .regex(/^[A-Za-z][\w+/-]{0,63}$/, 'use the name of a time zone such as Europe/Berlin')
    .refine(isTimeZone, 'is no time zone; use a name such as Europe/Berlin')
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

/** A number as programs write it, as a regular expression that JavaScript and ClickHouse take alike. */
export const NUMBER = '[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?';

/** What around a value is read over. */
export const SPACE = ' \t\r\n';
const AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g;

/** trimmed: text without spaces, tabs and ends of line around it. */
export const trimmed = (text: string): string =>
  text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32 ? text : text.replace(AROUND, '');

import { z } from 'zod';

/** How ClickHouse's JSON spells values: 64-bit integers as text, denormals as words. Converted here, at the edge, and nowhere else. */

/** Int or UInt of any width whose values stay below 2^53 (counts, milliseconds); refuses what a number cannot hold. */
export const integer = z
  .union([z.string(), z.number()])
  .transform(Number)
  .refine(Number.isSafeInteger, 'is not a safe integer');

/** UInt64 … UInt256 whose full range matters (offsets, hashes, row versions). */
export const bigInteger = z.union([z.string(), z.number()]).transform((value) => BigInt(value));

const words: Record<string, number> = {
  nan: NaN,
  '-nan': NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
};

/** Float64 that may be NaN or infinite. */
export const float = z.union([z.number(), z.string()]).transform((value, context) => {
  if (typeof value === 'number') return value;
  const number = words[value];
  if (number !== undefined) return number;
  context.addIssue({ code: 'custom', message: `'${value}' is not a float` });
  return z.NEVER;
});

/** Bool, or UInt8 used as one. */
export const flag = z.union([z.boolean(), z.number()]).transform(Boolean);

import { createHmac } from 'node:crypto';
import { MISSING_WORDS, type PrivacyRule } from '#libs/contracts';

/** A value that its rule cannot work on: fits no feature, so it counts as invalid, and its text is this. */
export const WITHHELD = Object.freeze({ withheld: 'the value does not fit its privacy rule' });

export const HASH_PREFIX = 'hmac:';
/** Of 256 bits; enough that two values never share one. */
export const HASH_HEX_CHARS = 32;
const HASHED = new RegExp(`^${HASH_PREFIX}[0-9a-f]{${HASH_HEX_CHARS}}$`);

/** How many characters of `2026-11-22T10:05:00Z` each precision keeps. */
export const DATE_CHARS = { year: 4, month: 7, day: 10, hour: 13 } as const;
/** ISO dates and times, also those that are cut off already. */
export const DATE_PATTERN = '^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ][0-9]{2}.*)?)?)?$';
const DATE = new RegExp(DATE_PATTERN);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** hashValue: a value that is hashed already stays, so that a replayed event is stored as it was. */
function hashValue(text: string, key: Buffer): string {
  if (HASHED.test(text)) return text;
  return HASH_PREFIX + createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, HASH_HEX_CHARS);
}

/** Below the first edge is the first bucket too: an extreme would stand out. */
function bucketNumber(value: number, { width, edges = [] }: PrivacyRule): number | null {
  if (width !== undefined) {
    const rounded = Math.floor(value / width) * width + 0;
    return Number.isFinite(rounded) ? rounded : null;
  }
  return edges.findLast((edge) => edge <= value) ?? edges[0] ?? null;
}

function bucket(value: unknown, rule: PrivacyRule): unknown {
  if (rule.truncate !== undefined)
    return typeof value === 'string' && DATE.test(value)
      ? value.slice(0, DATE_CHARS[rule.truncate])
      : WITHHELD;
  if (typeof value === 'number') return bucketNumber(value, rule) ?? WITHHELD;
  if (typeof value !== 'string' || !NUMBER.test(value.trim())) return WITHHELD;
  const rounded = bucketNumber(Number(value), rule);
  return rounded === null ? WITHHELD : String(rounded);
}

/** redactValue: what is stored instead; undefined for nothing. Null stays null: that there is no value is no secret. Repeating it changes nothing. */
export function redactValue(value: unknown, rule: PrivacyRule, key: Buffer): unknown {
  if (rule.action === 'drop') return undefined;
  if (value === null || (typeof value === 'string' && MISSING_WORDS.includes(value))) return null;
  if (rule.action === 'bucket') return bucket(value, rule);
  if (typeof value === 'string') return hashValue(value, key);
  return typeof value === 'number' || typeof value === 'boolean' ? hashValue(String(value), key) : WITHHELD;
}

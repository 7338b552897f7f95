import { MAX_TEXT_LENGTH, storedAs, unseenWordShare } from '#libs/contracts';
import { INVALID_CATEGORY, NULL_CATEGORY } from '#libs/store';

import type { Layout, Slot } from '../registry/layout.js';
import { parseTime } from './time.js';

/** EncodedFeatures: one event's features by the positions of its schema; what has no position, as JSON in `extra`. */
export type EncodedFeatures = {
  num: number[];
  cat: string[];
  invalid: Record<string, string>;
  extra: string;
};

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** NESTED: how the text of a list or an object begins: a feature is one value; send its parts as features of their own. */
const NESTED = 'nested value:';

/** textOf: a value that does not fit its feature, as text of at most 256 characters. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT_LENGTH);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  try {
    return `${NESTED} ${JSON.stringify(value)}`.slice(0, MAX_TEXT_LENGTH);
  } catch {
    return `${NESTED} too deep to show`;
  }
};

const category = (text: string): string | undefined =>
  text.length <= MAX_TEXT_LENGTH && text !== NULL_CATEGORY && text !== INVALID_CATEGORY ? text : undefined;

/** The stored text of a categorical or boolean feature's value, or undefined when the value does not fit. */
const encodeText = (type: Slot['type'], value: unknown): string | undefined => {
  if (typeof value === 'boolean') return String(value);
  if (type === 'boolean') return value === 'true' || value === 'false' ? value : undefined;
  if (typeof value === 'string') return category(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
};

const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
const SECONDS = /^\d{9,11}(?:\.\d+)?$/;
const MILLISECONDS = /^\d{12,14}$/;
const MAX_TIME_MS = 4_294_967_295_000;

/** instantOf: RFC 3339 text, or seconds or milliseconds since 1970 by their number of digits, as baselines are read. */
const instantOf = (value: unknown): number | undefined => {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const ms = SECONDS.test(text)
    ? Math.round(Number(text) * 1_000)
    : MILLISECONDS.test(text)
      ? Number(text)
      : parseTime(text);
  return ms !== undefined && ms >= 0 && ms <= MAX_TIME_MS ? ms : undefined;
};

/** Characters as baselines count them: a pair of surrogates is one. */
const codePoints = (text: string): number => text.length - (text.match(PAIRS)?.length ?? 0);

/** The number that stands for a value: itself, the age of a time at the time of the event in seconds, the length of a text. */
const encodeNumber = (type: Slot['type'], value: unknown, timeMs: number): number | undefined => {
  if (type === 'text') return typeof value === 'string' ? codePoints(value) : undefined;
  if (type === 'timestamp') {
    const instant = instantOf(value);
    return instant === undefined ? undefined : (timeMs - instant) / 1_000;
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

const stringify = (extra: Record<string, unknown>): string => {
  try {
    return JSON.stringify(extra);
  } catch {
    return JSON.stringify({ unreadable: 'values nested too deep' });
  }
};

/**
 * encodeFeatures: numbers for numeric features, ages of timestamps, lengths of texts and their shares of unseen words; text, booleans and numbers as text for all others. A value that does not
 * fit is counted as invalid and keeps its text; an absent one is null. Text longer than 256 characters is invalid too: cut, it
 * would merge values that differ.
 */
export const encodeFeatures = (
  features: Record<string, unknown>,
  layout: Layout,
  timeMs: number,
): EncodedFeatures => {
  const num = new Array<number>(layout.numericCount).fill(NaN);
  const cat = new Array<string>(layout.categoricalCount).fill(NULL_CATEGORY);
  let invalid: Record<string, string> | undefined;
  let extra: Record<string, unknown> | undefined;
  for (const name in features) {
    const value = features[name];
    const slot = layout.slots.get(name);
    if (slot === undefined) {
      extra ??= Object.create(null) as Record<string, unknown>;
      extra[name] = value;
    } else if (value !== null && !place(slot, value, { num, cat, timeMs })) {
      invalid ??= Object.create(null) as Record<string, string>;
      invalid[name] = textOf(value);
    }
  }
  return { num, cat, invalid: invalid ?? NONE, extra: extra === undefined ? '' : stringify(extra) };
};

/** Puts a value, or the mark of an invalid one, into its place; false for an invalid one. */
const place = (
  slot: Slot,
  value: unknown,
  { num, cat, timeMs }: { num: number[]; cat: string[]; timeMs: number },
): boolean => {
  // Made here and never taken from an event.
  if (slot.type === 'unseen_words') return true;
  if (storedAs(slot.type) === 'numeric') {
    if (slot.words !== undefined && typeof value === 'string')
      num[slot.words.position] = unseenWordShare(value, slot.words.known);
    const number = encodeNumber(slot.type, value, timeMs);
    num[slot.position] = number ?? Infinity;
    return number !== undefined;
  }
  const text = encodeText(slot.type, value);
  cat[slot.position] = text ?? INVALID_CATEGORY;
  return text !== undefined;
};

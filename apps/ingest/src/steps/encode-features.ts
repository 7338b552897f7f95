import {
  MAX_TEXT_LENGTH,
  readBoolean,
  readCategory,
  readInstant,
  readLength,
  readNumber,
  readText,
  readTimeOfDay,
  storedAs,
  unseenWordShare,
} from '#libs/contracts';
import { INVALID_CATEGORY, NULL_CATEGORY } from '#libs/store';

import type { Layout, Slot } from '../registry/layout.js';

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

/** The number that stands for a value: itself, the age of a time at the time of the event in seconds, the hour of the day, the length of a text. */
const readStored = ({ type, reading }: Slot, value: unknown, timeMs: number): number => {
  if (type === 'numeric') return readNumber(value, reading);
  if (type === 'text') return readLength(value, reading);
  if (type === 'time_of_day') return readTimeOfDay(value, reading);
  const instant = readInstant(value, reading);
  return Number.isFinite(instant) ? (timeMs - instant) / 1_000 : instant;
};

const stringify = (extra: Record<string, unknown>): string => {
  try {
    return JSON.stringify(extra);
  } catch {
    return JSON.stringify({ unreadable: 'values nested too deep' });
  }
};

/**
 * encodeFeatures: every value under the rules of its feature, which are those of files (docs/reading.md). A value that does not fit is
 * counted as invalid and keeps its text; an absent one is null. Text longer than 256 characters is invalid too: cut, it would merge
 * values that differ.
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

/** Puts a value, or the mark of a missing or invalid one, into its place; false for an invalid one. */
const place = (
  slot: Slot,
  value: unknown,
  { num, cat, timeMs }: { num: number[]; cat: string[]; timeMs: number },
): boolean => {
  const { type, reading, position, words } = slot;
  // Made here and never taken from an event.
  if (type === 'unseen_words') return true;
  if (storedAs(type) === 'numeric') {
    if (words !== undefined) num[words.position] = shareOf(readText(value, reading), words.known);
    const number = readStored(slot, value, timeMs);
    num[position] = number;
    return number !== Infinity;
  }
  const text = type === 'boolean' ? readBoolean(value, reading) : readCategory(value, reading);
  cat[position] = text === undefined ? INVALID_CATEGORY : (text ?? NULL_CATEGORY);
  return text !== undefined;
};

const shareOf = (text: string | null | undefined, known: ReadonlySet<number>): number =>
  typeof text === 'string' ? unseenWordShare(text, known) : NaN;

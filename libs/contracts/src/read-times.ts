import { NUMBER, trimmed, type Reading } from './reading.js';

/** The first and last milliseconds of what nanoseconds since 1970 can say: from 1677-09-21 to 2262-04-11. What lies beyond is put there. */
export const LAST_INSTANT_MS = 9_223_372_036_854;
export const FIRST_INSTANT_MS = -9_223_372_036_854;

/** Milliseconds of one unit of an epoch: multiplied or divided by, so that both readers round alike. */
export const EPOCH_SCALES = {
  s: { times: 1_000, by: 1 },
  ms: { times: 1, by: 1 },
  us: { times: 1, by: 1_000 },
  ns: { times: 1, by: 1_000_000 },
} as const satisfies Record<NonNullable<Reading['epoch']>, { times: number; by: number }>;

/** What a number counts where nobody says so: 9 to 11 digits are seconds, 12 to 14 milliseconds, then micro- and nanoseconds. */
export const EPOCH_DIGITS = [
  { unit: 's', from: 1e8, below: 1e11 },
  { unit: 'ms', from: 1e11, below: 1e14 },
  { unit: 'us', from: 1e14, below: 1e17 },
  { unit: 'ns', from: 1e17, below: 1e19 },
] as const;

const ZONE = '(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?';
const CLOCK = '([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?: *([AaPp])[.]?[Mm][.]?)?';
/** Six groups: hour, minute, second, fraction, a or p, zone. */
const REST = `(?:[Tt, ] *${CLOCK})? *${ZONE}$`;
const YEAR = '([0-9]{4}|[0-9]{2})';
const MONTH = '([A-Za-z]{3})[a-z]*[.]?';

/** Shapes of a date with what may follow it, and the groups that hold its parts (of a pair, the one that is filled). */
export const DATE_SHAPES = {
  year_first: {
    shape: `^([0-9]{4})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|([0-9]{2})([0-9]{2}))${REST}`,
    year: 1,
    month: [2, 4],
    day: [3, 5],
    rest: 6,
  },
  day_first: {
    shape: `^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]${YEAR}${REST}`,
    year: 3,
    month: [2],
    day: [1],
    rest: 4,
  },
  month_first: {
    shape: `^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]${YEAR}${REST}`,
    year: 3,
    month: [1],
    day: [2],
    rest: 4,
  },
  named_after_day: {
    shape: `^([0-9]{1,2})[-/. ]+${MONTH}[-/, ]+${YEAR}${REST}`,
    year: 3,
    month: [2],
    day: [1],
    rest: 4,
  },
  named_before_day: {
    shape: `^${MONTH} +([0-9]{1,2}),? +([0-9]{4})${REST}`,
    year: 3,
    month: [1],
    day: [2],
    rest: 4,
  },
} as const;
type Shape = (typeof DATE_SHAPES)[keyof typeof DATE_SHAPES];

/** shapesOf: in the order in which they are tried. A year of two digits is from 1969 to 2068, as POSIX has it. */
export const shapesOf = ({ dates = 'year_first' }: Reading): Shape[] => {
  const { year_first, named_after_day, named_before_day } = DATE_SHAPES;
  const usual = [year_first, named_after_day, named_before_day];
  return dates === 'year_first' ? usual : [year_first, DATE_SHAPES[dates], named_after_day, named_before_day];
};

/** A time of day, also within a whole time stamp; groups: hour, minute, second, fraction, a or p. */
export const TIME_OF_DAY = `^(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}[Tt, ] *|0 days? +)?${CLOCK} *(?:Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?$`;

/** First letters of the months; a name is at a third of its place. */
export const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

const NUMBER_TEXT = new RegExp(`^${NUMBER}$`);
const COMPACT_DATE = /^[0-9]{8}$/;
const TIME_OF_DAY_TEXT = new RegExp(TIME_OF_DAY);
const COMPILED = new Map<Shape, RegExp>(
  Object.values(DATE_SHAPES).map((one) => [one, new RegExp(one.shape)]),
);

const clamped = (ms: number): number => Math.min(Math.max(ms, FIRST_INSTANT_MS), LAST_INSTANT_MS);

function ofEpoch(number: number, { epoch }: Reading): number | undefined {
  const size = Math.abs(number);
  const unit = epoch ?? EPOCH_DIGITS.find(({ from, below }) => size >= from && size < below)?.unit;
  if (unit === undefined || !Number.isFinite(number)) return undefined;
  const { times, by } = EPOCH_SCALES[unit];
  return clamped(Math.floor((number * times) / by + 0.5));
}

type Clock = readonly (string | undefined)[];

/** Milliseconds since midnight of hour, minute, second, fraction and half of the day; a leap second counts as the one before it. */
function clockMs([hour = '0', minute = '0', second = '0', fraction = '', half = '']: Clock):
  number | undefined {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (m > 59 || s > 60 || (half === '' ? h > 23 : h < 1 || h > 12)) return undefined;
  const hours = half === '' ? h : (h % 12) + (half === 'p' || half === 'P' ? 12 : 0);
  return ((hours * 60 + m) * 60 + Math.min(s, 59)) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** Milliseconds that a written zone is ahead of UTC; undefined for one that does not exist. */
function aheadMs(zone: string): number | undefined {
  if (zone.length < 3 || zone === 'UTC' || zone === 'GMT') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

const LEAP = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days since 1970, in the calendar that is used today; undefined for days that do not exist. */
function dayOf(year: number, month: number, day: number): number | undefined {
  const days = month === 2 && LEAP(year) ? 29 : (DAYS[month - 1] ?? 0);
  if (year < 1 || day < 1 || day > days) return undefined;
  const years = month > 2 ? year : year - 1;
  const leaps = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  return 365 * years + leaps + Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1 - 719_468;
}

const yearOf = (text: string): number =>
  text.length === 4 ? Number(text) : Number(text) + (Number(text) < 69 ? 2_000 : 1_900);

const monthOf = (text: string): number =>
  text < ':' ? Number(text) : MONTHS.indexOf(text.slice(0, 3).toLowerCase()) / 3 + 1;

/** instantOf: milliseconds since 1970; undefined for what is no time. */
export function instantOf(value: number | string, reading: Reading): number | undefined {
  if (typeof value === 'number') return ofEpoch(value, reading) ?? instantOfText(String(value), reading);
  const text = trimmed(value);
  const number = NUMBER_TEXT.test(text) ? ofEpoch(Number(text), reading) : undefined;
  return (
    number ?? (NUMBER_TEXT.test(text) && !COMPACT_DATE.test(text) ? undefined : instantOfText(text, reading))
  );
}

function instantOfText(text: string, reading: Reading): number | undefined {
  for (const shape of shapesOf(reading)) {
    const groups = COMPILED.get(shape)?.exec(text);
    if (!groups) continue;
    const first = (of: readonly number[]): string =>
      of.map((at) => groups[at]).find((one) => one !== undefined) ?? '';
    const day = dayOf(yearOf(first([shape.year])), monthOf(first(shape.month)), Number(first(shape.day)));
    const clock = clockMs(groups.slice(shape.rest, shape.rest + 5));
    const zone = groups[shape.rest + 5];
    const ahead = aheadMs(zone ?? '');
    if (day === undefined || clock === undefined || ahead === undefined) return undefined;
    const local = day * 86_400_000 + clock;
    return clamped(zone === undefined ? local - localAheadMs(local, reading) : local - ahead);
  }
  return undefined;
}

/** timeOfDayOf: hours since midnight; undefined for what is no time of day. */
export function timeOfDayOf(value: string): number | undefined {
  const groups = TIME_OF_DAY_TEXT.exec(trimmed(value));
  const ms = groups === null ? undefined : clockMs(groups.slice(1, 6));
  return ms === undefined ? undefined : ms / 3_600_000;
}

/** The years whose rules of zones ClickHouse knows; before and after them zones are as they were at the ends. */
export const FIRST_ZONED_MS = -2_208_902_400_000;
export const LAST_ZONED_MS = 10_382_256_000_000;

/** How far a zone is ahead of UTC at a local time; where clocks are put back, after it. */
function localAheadMs(localMs: number, { timeZone }: Reading): number {
  if (timeZone === undefined) return 0;
  const at = (ms: number): number =>
    zoneAheadMs(Math.min(Math.max(ms, FIRST_ZONED_MS), LAST_ZONED_MS), timeZone);
  return at(localMs - at(localMs));
}

const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const known = new Map<string, number>();
/** Zones change on whole quarters of an hour. */
const QUARTER_MS = 900_000;
const MAX_KNOWN = 50_000;

function zoneAheadMs(ms: number, timeZone: string): number {
  const quarter = Math.floor(ms / QUARTER_MS);
  const key = `${timeZone} ${quarter}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const ahead = askedAheadMs(quarter * QUARTER_MS, timeZone);
  known.set(key, ahead);
  return ahead;
}

/** The longest offset name is GMT+05:53:28, of times before zones were agreed on. */
function askedAheadMs(ms: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
    /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
  return (
    (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1_000)
  );
}

const SHAPE = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
const MINUTE_MS = 60_000;
const SECONDS_END = 19;
const OFFSET_CHARS = 6;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48;
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** Milliseconds of the digits after the point; further digits are dropped. */
const fractionMs = (text: string): number => {
  if (text[SECONDS_END] !== '.') return 0;
  let ms = 0;
  for (let place = 1, scale = 100; place <= 3; place += 1, scale /= 10) {
    const value = digit(text, SECONDS_END + place);
    if (value < 0 || value > 9) break;
    ms += value * scale;
  }
  return ms;
};

/** Milliseconds that the zone is ahead of UTC; undefined for one that does not exist. */
const zoneMs = (text: string): number | undefined => {
  const last = text.at(-1);
  if (last === 'Z' || last === 'z') return 0;
  const at = text.length - OFFSET_CHARS;
  const [hours, minutes] = [twoDigits(text, at + 1), twoDigits(text, at + 4)];
  if (hours > 23 || minutes > 59) return undefined;
  return (text[at] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
};

/** Date.UTC takes the years 0 to 99 for 1900 to 1999. */
const dayMs = (year: number, month: number, day: number): number =>
  year >= 100 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day);

/**
 * parseTime: milliseconds of an RFC 3339 time with zone, or undefined. `Date.parse` would also take days that do not exist,
 * times without a zone and several old formats. A leap second counts as the last second of its minute; digits beyond milliseconds are dropped.
 */
export const parseTime = (text: string): number | undefined => {
  if (!SHAPE.test(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  const aheadMs = zoneMs(text);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || aheadMs === undefined) return undefined;
  const seconds = (hour * 60 + minute) * 60 + Math.min(second, 59);
  return dayMs(year, month, day) + seconds * 1_000 + fractionMs(text) - aheadMs;
};

const NO_ZONE = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)$/;
const FOUND_MAX_CHARS = 80;
const EXAMPLE = '2026-11-29T10:00:00Z';

const quoted = (text: string): string =>
  JSON.stringify(text.length > FOUND_MAX_CHARS ? `${text.slice(0, FOUND_MAX_CHARS)}…` : text);

const faultOf = (text: string): string => {
  if (text === '') return 'is empty';
  if (NO_ZONE.test(text)) return `${quoted(text)} has no zone`;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${quoted(text)} has no time of day and no zone`;
  if (/^[+-]?\d+(?:\.\d+)?$/.test(text)) return `${quoted(text)} is a number`;
  return SHAPE.test(text)
    ? `${quoted(text)} names a day, time or zone that does not exist`
    : `${quoted(text)} is no time`;
};

/** timeFault: what is wrong with a text that {@link parseTime} does not read, and what to write, as a sentence. */
export const timeFault = (text: string): string => {
  const [, day, clock = ''] = NO_ZONE.exec(text) ?? [];
  const withZone = day === undefined ? '' : `${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`;
  const example = parseTime(withZone) === undefined ? EXAMPLE : withZone;
  return `${faultOf(text)}; write an RFC 3339 time such as ${example}`;
};

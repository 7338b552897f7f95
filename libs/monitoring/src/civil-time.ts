const DAY_MS = 86_400_000;

/** daysFromCivil: days since 1970-01-01 of a date of the proleptic Gregorian calendar; months count from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is the last one and month lengths follow one line.
  const [y, m] = month > 2 ? [year, month - 3] : [year - 1, month + 9];
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leapDays + Math.floor((153 * m + 2) / 5) + day - 719_469;
}

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** isoToMs: milliseconds since the epoch of an ISO 8601 instant. Throws a RangeError for any other text. */
export function isoToMs(text: string): number {
  const match = ISO.exec(text);
  if (match === null) throw new RangeError(`'${text}' is not an instant such as 2026-01-31T12:00:00Z`);
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '0',
    fraction = '0',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const days = daysFromCivil(Number(year), Number(month), Number(day));
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const minutes = Number(hour) * 60 + Number(minute) - offset;
  return days * DAY_MS + minutes * 60_000 + Number(second) * 1_000 + Math.floor(Number(fraction) * 1_000);
}

/** LocalClock: what the clock on a wall of one time zone shows. */
export type LocalClock = {
  /** Local days since 1970-01-01. */
  dayOf(atMs: number): number;
  /** Milliseconds that the clock shows since midnight. */
  timeOfDay(atMs: number): number;
  /** First instant of a local day. */
  startOfDay(day: number): number;
};

/** wallClock: the local date and time at an instant, as milliseconds since a local 1970-01-01T00:00. */
function wallClock(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const days = daysFromCivil(part('year'), part('month'), part('day'));
  return days * DAY_MS + ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1_000;
}

const numericParts = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
} as const;

/** localClock: days of an IANA time zone, also where clocks are changed at midnight. Throws a RangeError for an unknown zone. */
export function localClock(timeZone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { timeZone, ...numericParts });
  const offsetAt = (atMs: number) => wallClock(format, atMs) - Math.floor(atMs / 1_000) * 1_000;
  const dayOf = (atMs: number) => Math.floor(wallClock(format, atMs) / DAY_MS);
  return {
    dayOf,
    timeOfDay: (atMs) => wallClock(format, atMs) - dayOf(atMs) * DAY_MS,
    startOfDay: (day) => {
      // Midnight under the offsets before and after any change near it; one that lies in a gap belongs to the day before.
      const midnight = day * DAY_MS;
      const candidates = [midnight - DAY_MS, midnight + DAY_MS].map((near) => midnight - offsetAt(near));
      return Math.min(...candidates.filter((atMs) => dayOf(atMs) === day));
    },
  };
}

const utc = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { timeZone: 'UTC', ...numericParts });
const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/** msToIso: an instant as ISO 8601 in UTC, to the millisecond. */
export function msToIso(atMs: number): string {
  const parts = new Map(utc.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const date = `${pad(part('year'), 4)}-${pad(part('month'))}-${pad(part('day'))}`;
  const time = `${pad(part('hour'))}:${pad(part('minute'))}:${pad(part('second'))}`;
  return `${date}T${time}.${pad(((atMs % 1_000) + 1_000) % 1_000, 3)}Z`;
}

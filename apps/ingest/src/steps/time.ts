const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const MINUTE_MS = 60_000;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (DAYS[month - 1] ?? 0);

const offsetMs = (sign: string | undefined, hours: number, minutes: number): number | undefined => {
  if (sign === undefined) return 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
};

const utcMs = (year: number, rest: { month: number; day: number; ms: number }): number => {
  const date = new Date(0);
  date.setUTCFullYear(year, rest.month - 1, rest.day);
  return date.getTime() + rest.ms;
};

/**
 * parseTime: milliseconds of an RFC 3339 time with zone, or undefined. `Date.parse` would also take days that do not exist,
 * times without a zone and several old formats. A leap second counts as the last second of its minute; digits beyond milliseconds are dropped.
 */
export const parseTime = (text: string): number | undefined => {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const zoneMs = offsetMs(match[8], Number(match[9]), Number(match[10]));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60 || zoneMs === undefined) return undefined;
  const millis = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const ms = ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1_000 + millis;
  return utcMs(year, { month, day, ms }) - zoneMs;
};

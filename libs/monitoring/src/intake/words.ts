import { formatCount } from '../format.js';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** forHowLong: a length of time for people, in its largest unit and the one below: `1 day 2 hours`. */
export function forHowLong(ms: number): string {
  const at = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  if (at < 0) return 'less than a second';
  let left = ms;
  const parts = UNITS.slice(at, at + 2).map(([name, unitMs]) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return count === 0 ? '' : `${count} ${name}${count === 1 ? '' : 's'}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** recordsMissing: `1 record is missing`, `7 records are missing`. */
export const recordsMissing = (count: number): string =>
  count === 1 ? '1 record is missing' : `${formatCount(count)} records are missing`;

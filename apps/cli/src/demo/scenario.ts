/** The story that the demo tells, in one place: names, dates of the real year 2001, and the fault. */
export const PROJECT = 'default';
export const MODEL = 'delay-risk';
export const VERSION = '1';

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`);
export const DAY_MS = 86_400_000;

/** A random half of these flights trains the model, the other half is the registered baseline. */
export const TRAINING_MONTH = { fromMs: day('2001-01-01'), toMs: day('2001-02-01') };

/** The file ends with 30 June; the last day replayed is shown as yesterday. */
export const LAST_DAY_END_MS = day('2001-07-01');
export const DEFAULT_FROM = '2001-04-01';

/** From this day on one hub's feed sends kilometres where miles were agreed. */
export const FAULT = { hub: 'ATL', feature: 'distance', fromMs: day('2001-05-10'), factor: 1.609344 };

/** The twelve largest by departures; every other airport counts as `other`. */
export const HUBS = ['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'MSP', 'LAS', 'DEN', 'BOS', 'IAH'];

/** Share of flights whose outcome is never reported, as happens in practice. */
export const LOST_LABELS_PERCENT = 2;

/** Whole days between the real date and the date shown, so that hours of the day stay what they were. */
export const shiftMs = (nowMs: number): number => Math.floor((nowMs - LAST_DAY_END_MS) / DAY_MS) * DAY_MS;

/** A fixed pseudo-random number in [0, 2³²) of a row (Murmur3 finaliser): the same rows are chosen on every machine and run. */
export function rowHash(row: number): number {
  let h = row ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

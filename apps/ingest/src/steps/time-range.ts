import { ok, quarantined, type Step } from './step.js';
import { parseTime, timeFault } from './time.js';

/** TimeRange: how far an event's time may lie from the time its record was written, in ms. */
export type TimeRange = { maxAgeMs: number; maxAheadMs: number };

/** What a ClickHouse DateTime holds, less a year at the lower end, which is kept for labels without a prediction. */
const STORABLE_MIN_MS = Date.UTC(1971, 0, 1);
export const STORABLE_MAX_MS = Date.UTC(2106, 0, 1);

/** How far a record may be stamped ahead of our clock and still be believed. */
const CLOCK_SKEW_MAX_MS = 60_000;

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * brokerTime: the time a record was written. It is the reference for ranges and the order of amendments, not our clock, so
 * that the same record is judged alike whenever it is read (backlog, redelivery, replay). A stamp that is missing or ahead of
 * the clock by more than a minute is replaced by the clock: it would let any time pass and push the watermark ahead.
 */
export const brokerTime = (timestampMs: number, nowMs: number): number =>
  timestampMs > 0 && timestampMs <= nowMs + CLOCK_SKEW_MAX_MS ? timestampMs : nowMs;

const parse = (field: string, text: string): Step<number> => {
  const ms = parseTime(text);
  return ms === undefined ? quarantined('schema', field, timeFault(text)) : ok(ms);
};

/** timeWithin: parses a time and checks that it lies in the project's range around the broker's time and can be stored. */
export const timeWithin = (
  field: string,
  text: string,
  { range, brokerMs }: { range: TimeRange; brokerMs: number },
): Step<number> => {
  const time = parse(field, text);
  if (time.kind !== 'ok') return time;
  const fromMs = Math.max(brokerMs - range.maxAgeMs, STORABLE_MIN_MS);
  const toMs = Math.min(brokerMs + range.maxAheadMs, STORABLE_MAX_MS);
  if (time.value >= fromMs && time.value <= toMs) return time;
  return quarantined(
    'event_time_range',
    field,
    `found ${text}; this project takes ${iso(fromMs)} to ${iso(toMs)} for a record written at ${iso(brokerMs)} (eventTime of the project)`,
  );
};

/** hintTime: a time that only helps to find something; undefined when it cannot be stored. A malformed one is still an error of the producer. */
export const hintTime = (field: string, text: string): Step<number | null> => {
  const time = parse(field, text);
  if (time.kind !== 'ok') return time;
  return ok(time.value >= STORABLE_MIN_MS && time.value <= STORABLE_MAX_MS ? time.value : null);
};

import type { QuarantineReason } from '#libs/contracts';

/** Quarantined: why an event is not stored: a counted code, the field at fault ('' for the whole event), and a sentence with what was found and what to do. */
export type Quarantined = { kind: 'quarantined'; reason: QuarantineReason; field: string; message: string };

/** Step: what a step says of one event. Bad data is a value; only outages and bugs throw. */
export type Step<T> = { kind: 'ok'; value: T } | Quarantined;

export const ok = <T>(value: T): Step<T> => ({ kind: 'ok', value });

export const quarantined = (reason: QuarantineReason, field: string, message: string): Quarantined => ({
  kind: 'quarantined',
  reason,
  field,
  message,
});

const FOUND_MAX_CHARS = 80;

const short = (text: string): string =>
  text.length > FOUND_MAX_CHARS ? `${text.slice(0, FOUND_MAX_CHARS)}…` : text;

/** found: a value as it is shown in a message: its type where it holds others, else its shortened text. */
export const found = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object of ${Object.keys(value).length}`;
  return typeof value === 'number' ? String(value) : short(JSON.stringify(value));
};

import { durationMs, type ModelBody } from '#libs/contracts';

import type { FieldError } from '../http/problem.js';

const HALF_YEAR_MS = 183 * 86_400_000;

const offsetMinutes = (timeZone: string, atMs: number): number => {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(atMs);
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(text);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
};

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** Days begin at local midnight and are made of whole buckets, so the zone's offsets must be whole buckets, in summer and in winter. */
const timeZoneErrors = ({ timeZone, bucket }: ModelBody, nowMs: number): FieldError[] => {
  if (!isTimeZone(timeZone))
    return [
      { field: 'timeZone', message: 'is not an IANA time zone such as Europe/Berlin', found: timeZone },
    ];
  const bucketMinutes = durationMs(bucket) / 60_000;
  const aligned = [nowMs, nowMs + HALF_YEAR_MS].every(
    (atMs) => offsetMinutes(timeZone, atMs) % bucketMinutes === 0,
  );
  if (aligned) return [];
  return [
    {
      field: 'timeZone',
      message: `days of this zone do not begin on a bucket of ${bucket}; take a shorter bucket (PT15M or PT5M) or another zone`,
      found: timeZone,
    },
  ];
};

/** FIXED: what profiles and rows were made with. */
const FIXED = ['bucket', 'timeZone'] as const;

const fixedErrors = (current: ModelBody, next: ModelBody): FieldError[] =>
  FIXED.filter((field) => current[field] !== next[field]).map((field) => ({
    field,
    message: `cannot change from '${current[field]}' once the model has data or a baseline; register a new model`,
    found: next[field],
  }));

/** modelErrors: what speaks against a model's new settings; `hasData` when rows or baselines exist that were made with the current ones. */
export const modelErrors = (
  current: ModelBody | null,
  next: ModelBody,
  { hasData, nowMs }: { hasData: boolean; nowMs: number },
): FieldError[] => [
  ...timeZoneErrors(next, nowMs),
  ...(current !== null && hasData ? fixedErrors(current, next) : []),
];

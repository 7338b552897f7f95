import { isUtf8 } from 'node:buffer';

import { ok, quarantined, type Step } from './step.js';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

const withoutMark = (bytes: Buffer): Buffer =>
  BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * decode: bytes → JSON value. A byte order mark is let through, as some producers cannot help sending one; text that is not
 * UTF-8 is refused rather than repaired, because repaired ids would collide. Keys such as `__proto__` stay plain keys.
 */
export const decode = (value: Buffer | null, maxBytes: number): Step<unknown> => {
  if (value === null || value.length === 0)
    return quarantined(
      'empty',
      '',
      'the record has no value; to take a label back, send an event with "retract": true',
    );
  if (value.length > maxBytes)
    return quarantined(
      'too_large',
      '',
      `the event has ${value.length} bytes, the limit is ${maxBytes}; send less in one event`,
    );
  const text = withoutMark(value);
  if (!isUtf8(text)) return quarantined('not_json', '', 'the event is not valid UTF-8; send JSON in UTF-8');
  try {
    return ok(JSON.parse(text.toString('utf8')));
  } catch (error) {
    return quarantined(
      'not_json',
      '',
      `the event is not JSON (${reasonOf(error)}); NaN and Infinity are not JSON either, leave such values out`,
    );
  }
};

import { isUtf8 } from 'node:buffer';

import { bareWords } from '#libs/platform';

import { ok, quarantined, type Step } from './step.js';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

const withoutMark = (bytes: Buffer): Buffer =>
  BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;

/** Words of other languages, with what JSON has in their place. */
const INSTEAD: Readonly<Record<string, string>> = {
  True: 'write true',
  False: 'write false',
  None: 'write null',
};

/** What is wrong with a text that is no JSON, by its own look and by the place that the parser names. */
const faultOf = (text: string, error: unknown): string => {
  const [bare] = bareWords(text);
  if (bare !== undefined)
    return `${bare.word} is not allowed; ${INSTEAD[bare.word] ?? 'leave the value out or write null'}`;
  if (text.trim() === '') return 'it holds nothing; send one JSON object';
  if (/^\s*[{[]\s*'/.test(text)) return 'names and texts stand in double quotes; found single ones';
  const words = error instanceof Error ? error.message : '';
  if (/^(?:Unexpected end|Unterminated string)/.test(words))
    return 'it ends too early; send the event as a whole';
  const [, at] = /at position (\d+)/.exec(words) ?? [];
  return `${at === undefined ? 'it' : `character ${Number(at) + 1}`} is not what JSON has there; send one JSON object`;
};

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
    const json = text.toString('utf8');
    return quarantined('not_json', '', `the event is no JSON: ${faultOf(json, error)}`);
  }
};

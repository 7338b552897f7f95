import type { GroundTruthEvent, PredictionEvent } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { layoutOf } from '../registry/layout.js';
import { encodeLabel, encodePrediction } from './encode.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TIME_MS = Date.UTC(2026, 10, 22, 10, 17, 3, 5);
const times = { bucketMs: HOUR_MS, retentionMs: 90 * DAY_MS };
const layout = layoutOf(7, {
  status: 'draft',
  features: [
    { name: 'a', type: 'numeric', role: 'input' },
    { name: 'b', type: 'categorical', role: 'input' },
  ],
});
const event: PredictionEvent = {
  id: 'x',
  model: 'm',
  version: '1',
  time: '',
  prediction: { score: 0.25 },
};
const origin = { offset: 9n, brokerMs: TIME_MS + 500, value: Buffer.from('{}') };
const encode = (changes: Partial<PredictionEvent>, from = origin) =>
  encodePrediction({ event: { ...event, ...changes }, timeMs: TIME_MS }, from, { layout, times });

describe('encodePrediction', () => {
  it('fills what the event left out', () => {
    expect(encode({})).toMatchObject({
      bucketMs: Date.UTC(2026, 10, 22, 10),
      timeMs: TIME_MS,
      schema: 7,
      num: [NaN],
      cat: ['\0'],
      label: '',
      score: 0.25,
      value: NaN,
      scores: {},
      attributions: [],
      tags: {},
      offset: 9n,
      brokerTimeMs: TIME_MS + 500,
    });
  });

  it('orders attributions by all features, and notes unknown ones', () => {
    const row = encode({ features: { a: 'x' }, attributions: { b: 2, zz: 5 } });
    expect(row.attributions).toEqual([NaN, 2]);
    expect(row.invalid).toEqual({ a: 'x', '\0attributions': 'zz' });
  });

  it('drops null tags and keeps a tag named __proto__', () => {
    const tags = JSON.parse('{"region":"south","gone":null,"__proto__":"p"}') as Record<
      string,
      string | null
    >;
    expect(Object.entries(encode({ tags }).tags)).toEqual([
      ['region', 'south'],
      ['__proto__', 'p'],
    ]);
  });

  it('hashes the bytes: equal for a repeated event, different for a changed one', () => {
    const again = encode({}, { ...origin, offset: 10n, value: Buffer.from('{}') });
    const changed = encode({}, { ...origin, value: Buffer.from('{ }') });
    expect(again.contentHash).toBe(encode({}).contentHash);
    expect(changed.contentHash).not.toBe(again.contentHash);
  });

  it.each([
    {
      name: 'from arrival for replayed history',
      brokerMs: TIME_MS + 200 * DAY_MS,
      expected: TIME_MS + 290 * DAY_MS,
    },
    { name: 'from its own time when that is ahead', brokerMs: TIME_MS - 5, expected: TIME_MS + 90 * DAY_MS },
  ])('expires $name', ({ brokerMs, expected }) => {
    expect(encode({}, { ...origin, brokerMs }).expiresMs).toBe(expected);
  });

  it('never expires later than the store can hold', () => {
    const forever = { layout, times: { ...times, retentionMs: 1e14 } };
    expect(encodePrediction({ event, timeMs: TIME_MS }, origin, forever).expiresMs).toBe(
      Date.UTC(2106, 0, 1),
    );
  });
});

describe('encodeLabel', () => {
  const truth: GroundTruthEvent = { id: 'x', model: 'm', time: '' };
  it.each([
    {
      name: 'a label',
      changes: { label: 'late', version: '2' },
      expected: { label: 'late', version: '2', value: NaN, retracted: false },
    },
    {
      name: 'a value',
      changes: { value: 3 },
      expected: { label: '', version: '', value: 3, retracted: false },
    },
    {
      name: 'a retraction',
      changes: { retract: true as const },
      expected: { label: '', value: NaN, retracted: true },
    },
  ])('$name', ({ changes, expected }) => {
    const row = encodeLabel(
      { event: { ...truth, ...changes }, timeMs: TIME_MS, predictedAtMs: 5 },
      origin,
      times,
    );
    expect(row).toMatchObject({ ...expected, predictedAtMs: 5, timeMs: TIME_MS, offset: 9n });
  });
});

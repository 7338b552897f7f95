import { TooLargeError, type OutgoingRecord } from '#libs/kafka';
import type { IntakeBatch, QuarantineRow } from '#libs/store';
import { describe, expect, it } from 'vitest';

import { deadLetterSender } from './dead-letters.js';

const row = (offset: bigint, bytes: number): QuarantineRow => ({
  offset,
  brokerTimeMs: 7,
  reason: 'not_json',
  field: '',
  message: 'm'.repeat(3_000),
  key: 'k',
  raw: Buffer.alloc(bytes, 'x'),
  rawBytes: bytes,
  headers: { trace: 't' },
});

const batch = (quarantined: QuarantineRow[]): IntakeBatch => ({
  project: 'p',
  topic: 'in',
  incarnation: 'i',
  partition: 2,
  first: 0n,
  last: 9n,
  lastBrokerTimeMs: 7,
  received: quarantined.length,
  predictions: [],
  labels: [],
  quarantined,
});

const { signal } = new AbortController();

/** A broker that refuses a send with a record above `maxBytes`. */
const broker = (maxBytes: number) => {
  const sends: OutgoingRecord[][] = [];
  const send = (_: string, records: readonly OutgoingRecord[]) => {
    if (records.some(({ value }) => Buffer.byteLength(value ?? '') > maxBytes))
      return Promise.reject(new TooLargeError('too large'));
    sends.push([...records]);
    return Promise.resolve();
  };
  return { sends, send };
};

describe('deadLetterSender', () => {
  it('sends nothing when nothing is bad', async () => {
    const { sends, send } = broker(1e9);
    await deadLetterSender({ send }, 'dead')(batch([]), signal);
    expect(sends).toEqual([]);
  });

  it('keeps bytes, key and headers, and says why and from where', async () => {
    const { sends, send } = broker(1e9);
    await deadLetterSender({ send }, 'dead')(batch([row(3n, 10)]), signal);
    const sent = sends[0]?.[0];
    expect(sent).toMatchObject({ key: 'k', value: Buffer.alloc(10, 'x'), timestampMs: 7 });
    expect(sent?.headers).toMatchObject({
      trace: 't',
      'plumbline-reason': 'not_json',
      'plumbline-topic': 'in',
      'plumbline-partition': '2',
      'plumbline-offset': '3',
      'plumbline-incarnation': 'i',
      'plumbline-project': 'p',
    });
    expect(sent?.headers?.['plumbline-message']).toHaveLength(1_000);
  });

  it('sends the beginning of an event that the topic refuses, and its neighbours whole', async () => {
    const { sends, send } = broker(100_000);
    await deadLetterSender({ send }, 'dead')(batch([row(3n, 10), row(4n, 200_000)]), signal);
    const sent = sends
      .flat()
      .map(({ value, headers }) => [Buffer.byteLength(value ?? ''), headers?.['plumbline-cut']]);
    expect(sent).toEqual([
      [10, undefined],
      [65_536, 'true'],
    ]);
  });
});

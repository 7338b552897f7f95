import type { RecordBatch } from '#libs/kafka';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Registry, Wanted } from '../registry/registry.js';
import { ProjectView } from '../registry/view.js';
import { keepAll } from '../steps/redact.js';
import { quarantined } from '../steps/step.js';
import { groundTruthLane } from './ground-truth.js';
import { predictionLane } from './predictions.js';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const MAX_BYTES = 10_000;
const now = () => NOW_MS;

const emptyView = () =>
  new ProjectView(
    { project: null, models: [], versions: [] },
    {
      range: { maxAgeMs: 90 * 86_400_000, maxAheadMs: 3_600_000 },
      maxDrafts: 2,
      times: { bucketMs: 3_600_000, retentionMs: 1e9 },
    },
  );

/** A registry in memory that takes up to two drafts and every new name. */
class FakeRegistry implements Pick<Registry, 'view' | 'prepare'> {
  readonly calls: string[][] = [];
  private readonly current = emptyView();

  view(): Promise<ProjectView> {
    return Promise.resolve(this.current);
  }

  prepare(_: string, wanted: readonly Wanted[]): Promise<ProjectView> {
    this.calls.push(
      wanted.map(({ model, version, types }) => `${model}/${version}: ${[...types.keys()].join(' ')}`),
    );
    for (const { model, version, types } of wanted) {
      if (this.current.drafts() >= this.current.maxDrafts) continue;
      const features = Array.from(types, ([name, type]) => ({ name, type, role: 'input' as const }));
      this.current.setVersion(1, { model, version, status: 'draft', features });
    }
    return Promise.resolve(this.current);
  }
}

const batchOf = (values: (Buffer | string | null)[]): RecordBatch => ({
  topic: 't',
  partition: 0,
  incarnation: 'i',
  first: 100n,
  last: 100n + BigInt(values.length),
  highWatermark: 1_000n,
  unreadable: [],
  records: values.map((value, index) => ({
    offset: 100n + BigInt(index),
    key: Buffer.from('k'),
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: {},
    timestampMs: NOW_MS - index,
  })),
});

const good = (id: string, changes: object = {}) =>
  JSON.stringify({
    id,
    model: 'm',
    version: '1',
    time: '2026-11-22T10:00:00Z',
    features: { a: 1, b: 'x' },
    prediction: { score: 0.5 },
    ...changes,
  });

const lanes = (registry = new FakeRegistry()) => ({
  registry,
  predictions: predictionLane({ registry, maxBytes: MAX_BYTES, redact: keepAll, now }),
  truth: groundTruthLane({ registry, maxBytes: MAX_BYTES, now }),
});

describe('predictionLane', () => {
  it('stores good events and keeps bad ones with reason, offset and bytes', async () => {
    const values = [
      good('1'),
      'nonsense',
      null,
      good('2'),
      '{}',
      good('3', { time: '9999-01-01T00:00:00Z' }),
      'x'.repeat(MAX_BYTES + 1),
    ];
    const intake = await lanes().predictions(batchOf(values), 'p');
    expect(intake).toMatchObject({
      project: 'p',
      topic: 't',
      received: 7,
      first: 100n,
      last: 107n,
      lastBrokerTimeMs: NOW_MS,
    });
    expect(intake.predictions.map(({ id, offset }) => [id, offset])).toEqual([
      ['1', 100n],
      ['2', 103n],
    ]);
    expect(intake.quarantined.map(({ offset, reason, field }) => [offset, reason, field])).toEqual([
      [101n, 'not_json', ''],
      [102n, 'empty', ''],
      [104n, 'schema', 'id'],
      [105n, 'event_time_range', 'time'],
      [106n, 'too_large', ''],
    ]);
    expect(intake.quarantined[0]).toMatchObject({ raw: Buffer.from('nonsense'), rawBytes: 8, key: 'k' });
  });

  it('asks the registry once per batch, with all names of all events', async () => {
    const { registry, predictions } = lanes();
    const values = [good('1'), good('2', { features: { c: true } }), good('3', { version: '2' })];
    const intake = await predictions(batchOf(values), 'p');
    expect(registry.calls).toEqual([['m/1: a b c', 'm/2: a b']]);
    await predictions(batchOf([good('4')]), 'p');
    expect(registry.calls).toHaveLength(1);
    expect(intake.predictions[1]).toMatchObject({ num: [NaN], cat: ['\0', 'true'] });
  });

  it('quarantines versions beyond the allowed drafts, and only those', async () => {
    const values = ['1', '2', '3', '1'].map((version, index) => good(`${index}`, { version }));
    const intake = await lanes().predictions(batchOf(values), 'p');
    expect(intake.predictions.map(({ version }) => version)).toEqual(['1', '2', '1']);
    expect(intake.quarantined).toMatchObject([{ offset: 102n, reason: 'too_many_drafts', field: 'version' }]);
  });

  it('redacts before anything is stored or shown to the registry', async () => {
    const registry = new FakeRegistry();
    const lane = predictionLane({
      registry,
      maxBytes: MAX_BYTES,
      now,
      redact: (event) =>
        event.id === 'refused'
          ? quarantined('schema', 'id', 'refused')
          : { kind: 'ok', value: { ...event, features: { a: 1 } } },
    });
    const intake = await lane(batchOf([good('1'), good('refused')]), 'p');
    expect(registry.calls).toEqual([['m/1: a']]);
    expect(intake.predictions[0]).toMatchObject({ num: [1], cat: [], extra: '' });
    expect(intake.quarantined).toHaveLength(1);
  });
});

describe('groundTruthLane', () => {
  it('stores labels of unknown models and quarantines bad ones', async () => {
    const label = { id: '1', model: 'unknown', time: '2026-11-22T10:00:00Z', label: 'late' };
    const values = [label, { ...label, predictedAt: 'yesterday' }, { ...label, value: 1 }].map((each) =>
      JSON.stringify(each),
    );
    const intake = await lanes().truth(batchOf([...values, null]), 'p');
    expect(intake.labels).toMatchObject([{ id: '1', model: 'unknown', label: 'late', predictedAtMs: null }]);
    expect(intake.quarantined.map(({ reason, field }) => [reason, field])).toEqual([
      ['schema', 'predictedAt'],
      ['schema', ''],
      ['empty', ''],
    ]);
  });
});

const json = fc.json({ maxDepth: 3 });
const mutated = fc
  .tuple(
    fc.constantFrom(good('g'), '{"id":"l","model":"m","time":"2026-11-22T10:00:00Z","value":1}'),
    fc.nat(),
    fc.integer({ min: 0, max: 255 }),
  )
  .map(([text, at, byte]) => {
    const bytes = Buffer.from(text);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
const odd = fc.dictionary(
  fc.constantFrom('__proto__', 'constructor', 'a', 'b', 'toString', '\ud800'),
  fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(1e308, -0, 'NaN', '\udfff')),
);
const record = fc.oneof(
  json,
  mutated,
  odd.map((features) => good('odd', { features })),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(null, '', '[1e400]', good('big', { features: { a: 'y'.repeat(500) } }), '['.repeat(5_000)),
);

describe('any bytes', () => {
  it.each(['predictions', 'truth'] as const)(
    '%s: accepted + quarantined = produced, and good neighbours are kept',
    async (lane) => {
      const neighbour =
        lane === 'predictions'
          ? good('neighbour')
          : '{"id":"neighbour","model":"m","time":"2026-11-22T10:00:00Z","label":"x"}';
      await fc.assert(
        fc.asyncProperty(fc.array(record, { maxLength: 20 }), async (values) => {
          const intake = await lanes()[lane](batchOf([neighbour, ...values, neighbour]), 'p');
          const rows = [...intake.predictions, ...intake.labels];
          const offsets = [...rows, ...intake.quarantined]
            .map(({ offset }) => Number(offset))
            .sort((a, b) => a - b);
          expect(offsets).toEqual(Array.from({ length: values.length + 2 }, (_, index) => 100 + index));
          expect(rows.filter(({ id }) => id === 'neighbour')).toHaveLength(2);
          for (const { reason, message } of intake.quarantined) expect([reason, message]).not.toContain('');
        }),
        { numRuns: 300 },
      );
    },
  );
});

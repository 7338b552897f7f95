import { createSecretKey } from 'node:crypto';
import { modelBodySchema, type ModelBody } from '#libs/contracts';
import type { RecordBatch } from '#libs/kafka';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Registry, Wanted } from '../registry/registry.js';
import { ProjectView } from '../registry/view.js';
import { redactionWith } from '../steps/redact.js';
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

  setModel(model: string, body: ModelBody): void {
    this.current.setModel(model, body);
  }

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
  predictions: predictionLane({ registry, maxBytes: MAX_BYTES, redaction: redactionWith(undefined), now }),
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

  describe('of a model with privacy rules', () => {
    const SECRET = 'secret-4711';
    const rules = {
      features: { ssn: { action: 'drop' }, b: { action: 'hash' }, a: { action: 'bucket', width: 10 } },
      tags: { subject: { action: 'drop' } },
    };
    const private_ = {
      features: { a: 17, b: SECRET, ssn: SECRET },
      attributions: { ssn: 0.5, a: 0.1 },
      tags: { subject: SECRET, region: 'south' },
    };
    const withRules = () => {
      const registry = new FakeRegistry();
      registry.setModel('m', modelBodySchema.parse({ problem: 'binary', privacy: rules }));
      registry.setModel('open', modelBodySchema.parse({ problem: 'binary' }));
      const redaction = redactionWith(createSecretKey(Buffer.alloc(32, 7)));
      return {
        registry,
        predictions: predictionLane({ registry, maxBytes: MAX_BYTES, redaction, now }),
        truth: groundTruthLane({ registry, maxBytes: MAX_BYTES, now }),
      };
    };
    const shown = (value: unknown): string =>
      JSON.stringify(value, (_, each: unknown) => {
        if (typeof each === 'bigint') return String(each);
        const bytes = each as { type?: unknown; data?: unknown } | null;
        return bytes?.type === 'Buffer' ? Buffer.from(bytes.data as number[]).toString() : each;
      });

    it('redacts before anything is stored or shown to the registry', async () => {
      const { registry, predictions } = withRules();
      const intake = await predictions(batchOf([good('1', private_)]), 'p');
      expect(registry.calls).toEqual([['m/1: a b']]);
      expect(intake.predictions[0]).toMatchObject({ num: [10], tags: { region: 'south' }, extra: '' });
      expect(intake.predictions[0]?.cat[0]).toMatch(/^hmac:[0-9a-f]{32}$/);
      expect(shown(intake)).not.toContain(SECRET);
    });

    it('shows a well-formed event that is refused as it would have been stored', async () => {
      const late = good('2', { ...private_, time: '2001-01-01T00:00:00Z' });
      const { quarantined } = await withRules().predictions(batchOf([late]), 'p');
      expect(quarantined[0]).toMatchObject({
        reason: 'event_time_range',
        key: '',
        headers: { 'plumbline-body': 'redacted' },
      });
      const raw = JSON.parse(Buffer.from(quarantined[0]?.raw ?? []).toString()) as object;
      expect(raw).toMatchObject({ id: '2', features: { a: 10 }, attributions: { a: 0.1 } });
      expect(shown(quarantined)).not.toContain(SECRET);
    });

    it.each([
      ['no JSON', `{"model":"m","features":{"ssn":"${SECRET}"`],
      ['a bare value in place of JSON', SECRET],
      ['another type where features are', good('1', { features: SECRET })],
      ['a field of no event', good('1', { [SECRET]: 1 })],
      ['another type where attributions are', good('1', { attributions: SECRET })],
      ['no model', good('1', { ...private_, model: undefined })],
      ['an unknown model', good('1', { ...private_, model: 'mm', time: 4 })],
      ['too many bytes', good('1', { ...private_, pad: 'x'.repeat(MAX_BYTES) })],
    ])('withholds %s', async (_, text) => {
      const { predictions, truth } = withRules();
      for (const lane of [predictions, truth]) {
        const { quarantined } = await lane(batchOf([text]), 'p');
        expect(shown(quarantined)).not.toContain(SECRET);
        expect(quarantined).toMatchObject([
          { raw: Buffer.alloc(0), key: '', headers: { 'plumbline-body': 'withheld' }, rawBytes: text.length },
        ]);
        expect(quarantined[0]?.message).toContain('withheld');
      }
    });

    it('stores nothing of a wrong value of a dropped attribution', async () => {
      const { predictions } = await withRules().predictions(
        batchOf([good('1', { attributions: { ssn: SECRET, a: 0.1 } })]),
        'p',
      );
      expect(predictions).toHaveLength(1);
      expect(shown(predictions)).not.toContain(SECRET);
    });

    it('keeps the events of other models whole', async () => {
      const text = good('1', { model: 'open', time: 4 });
      const { quarantined } = await withRules().predictions(batchOf([text]), 'p');
      expect(quarantined[0]).toMatchObject({ raw: Buffer.from(text), key: 'k', headers: {} });
    });

    it('stores nothing while there is no key to hash with', async () => {
      const { registry } = withRules();
      const lane = predictionLane({
        registry,
        maxBytes: MAX_BYTES,
        redaction: redactionWith(undefined),
        now,
      });
      await expect(lane(batchOf([good('1')]), 'p')).rejects.toThrow(/PLUMBLINE_SECRET_KEY/);
    });
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

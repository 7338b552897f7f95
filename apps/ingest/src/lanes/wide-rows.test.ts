import type { RecordBatch } from '#libs/kafka';
import { expect, it } from 'vitest';

import type { Registry, Wanted } from '../registry/registry.js';
import { ProjectView } from '../registry/view.js';
import { redactionWith } from '../steps/redact.js';
import { inParts, type LaneBatch } from './lane.js';
import { predictionLane } from './predictions.js';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const FEATURES = 2_000;
const EVENTS = 3_000;
/** What is held of a row: its numbers; the rest of it is small here. */
const NUMBER_BYTES = 8;
const ROW_BYTES_MAX = 1024 * 1024;

const nameOf = (index: number): string => `f${index % FEATURES}`;
const features = Array.from({ length: FEATURES }, (_, index) => ({
  ...{ name: nameOf(index), type: 'numeric' as const, role: 'input' as const },
}));

class WideRegistry implements Pick<Registry, 'view' | 'prepare'> {
  private readonly current = new ProjectView(
    { project: null, models: [], versions: [] },
    {
      range: { maxAgeMs: 90 * 86_400_000, maxAheadMs: 3_600_000 },
      maxDrafts: 2,
      times: { bucketMs: 3_600_000, retentionMs: 1e9 },
    },
  );
  asked = 0;

  view = (): Promise<ProjectView> => Promise.resolve(this.current);
  prepare = (_: string, wanted: readonly Wanted[]): Promise<ProjectView> => {
    this.asked += 1;
    for (const { model, version } of wanted)
      this.current.setVersion(1, { model, version, status: 'registered', features });
    return Promise.resolve(this.current);
  };
}

const event = (index: number): string =>
  JSON.stringify({
    ...{ id: `e${index}`, model: 'm', version: '1', time: '2026-11-22T10:00:00Z' },
    ...{ features: { [nameOf(index)]: index }, prediction: { score: 0.5 } },
  });

/** Every tenth record is no event; the log misses one offset between any two. */
const batch: RecordBatch = {
  ...{ topic: 't', partition: 0, incarnation: 'i', unreadable: [], highWatermark: 10_000n },
  ...{ first: 90n, last: 100n + 2n * BigInt(EVENTS) },
  records: Array.from({ length: EVENTS }, (_, index) => ({
    offset: 100n + 2n * BigInt(index),
    ...{ key: null, headers: {}, timestampMs: NOW_MS },
    value: Buffer.from(index % 10 === 9 ? 'nonsense' : event(index)),
  })),
};

const partsOf = async (registry: WideRegistry): Promise<LaneBatch[]> => {
  const lane = predictionLane({
    ...{ registry, maxBytes: 1e6, redaction: redactionWith(undefined), now: () => NOW_MS },
    rowBytesMax: ROW_BYTES_MAX,
  });
  const parts: LaneBatch[] = [];
  for await (const { part, rows } of inParts(batch, (rest) => lane(rest, 'p'))) {
    expect([part.first, part.last]).toEqual([rows.first, rows.last]);
    expect(part.records).toHaveLength(rows.received);
    parts.push(rows);
  }
  return parts;
};

const numberBytes = ({ predictions }: LaneBatch): number =>
  predictions.reduce((sum, { num }) => sum + num.length * NUMBER_BYTES, 0);

it.each(['known before', 'learnt from the first events'])(
  'small events of a version with thousands of features, %s: rows within the budget, all of them in order',
  async (when) => {
    const registry = new WideRegistry();
    if (when === 'known before')
      await registry.prepare('p', [{ model: 'm', version: '1', prediction: {}, types: new Map() }]);
    const parts = await partsOf(registry);
    expect(Math.max(...parts.map(numberBytes))).toBeLessThanOrEqual(ROW_BYTES_MAX);
    expect(registry.asked).toBe(1);
    expect(parts.flatMap(({ predictions }) => predictions.map(({ id }) => id))).toEqual(
      Array.from({ length: EVENTS }, (_, index) => `e${index}`).filter((_, index) => index % 10 !== 9),
    );
    expect(parts.flatMap(({ quarantined }) => quarantined)).toHaveLength(EVENTS / 10);
    expect([parts[0]?.first, parts.at(-1)?.last]).toEqual([batch.first, batch.last]);
    for (const [index, { first }] of parts.entries())
      if (index > 0) expect(first).toBe((parts[index - 1]?.last ?? 0n) + 1n);
    for (const { received, predictions, quarantined } of parts)
      expect(predictions.length + quarantined.length).toBe(received);
  },
);

it('one row beyond the budget is taken all the same', async () => {
  const lane = predictionLane({
    ...{
      registry: new WideRegistry(),
      maxBytes: 1e6,
      redaction: redactionWith(undefined),
      now: () => NOW_MS,
    },
    rowBytesMax: 1,
  });
  const { received, predictions } = await lane(batch, 'p');
  expect([received, predictions.length]).toEqual([1, 1]);
});

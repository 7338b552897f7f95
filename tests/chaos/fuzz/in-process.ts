import { QUARANTINE_REASONS, type DocumentKind, type RegistryDocument } from '#libs/contracts';
import type { RecordBatch } from '#libs/kafka';
import { createLogger } from '#libs/platform';
import type { IntakeBatch } from '#libs/store';
import { groundTruthLane } from '../../../apps/ingest/src/lanes/ground-truth.js';
import type { Lane } from '../../../apps/ingest/src/lanes/lane.js';
import { predictionLane } from '../../../apps/ingest/src/lanes/predictions.js';
import { Registry } from '../../../apps/ingest/src/registry/registry.js';
import { redactionWith } from '../../../apps/ingest/src/steps/redact.js';
import { encodeArrivals } from '../../../libs/store/src/intake/arrivals.js';
import { checkedOffsets, encodeRanges, rangeOf } from '../../../libs/store/src/intake/ledger.js';
import { encodePredictions } from '../../../libs/store/src/intake/predictions.js';
import { encodeQuarantine } from '../../../libs/store/src/intake/quarantine.js';
import { encodeLabels } from '../../../libs/store/src/labels/label-rows.js';
import { waiting } from '../../../libs/store/src/labels/placement.js';
import { FuzzSource, goodPrediction, goodTruth, type Kind } from './source.js';

/** Documents in memory: what the registry makes of unknown models goes nowhere else. */
class Documents {
  private readonly all: RegistryDocument[] = [];

  history<K extends DocumentKind>(_: string, kind: K, id: string): Promise<RegistryDocument<K>[]> {
    const found = this.all.filter((each) => each.kind === kind && each.id === id);
    return Promise.resolve(found.toSorted((a, b) => b.revision - a.revision) as RegistryDocument<K>[]);
  }

  async get<K extends DocumentKind>(
    project: string,
    kind: K,
    id: string,
  ): Promise<RegistryDocument<K> | null> {
    return (await this.history(project, kind, id))[0] ?? null;
  }

  async list<K extends DocumentKind>(project: string, kind: K): Promise<RegistryDocument<K>[]> {
    const ids = new Set(this.all.filter((each) => each.kind === kind).map(({ id }) => id));
    const newest = await Promise.all(Array.from(ids, (id) => this.get(project, kind, id)));
    return newest.filter((each) => each !== null);
  }

  append(document: RegistryDocument): Promise<void> {
    this.all.push(document);
    return Promise.resolve();
  }
}

const DAY_MS = 86_400_000;
const EVENT_BYTES_MAX = 1_048_576;
const HEADERS = { trace: 'abc' };

const lanes = (nowMs: number): Record<Kind, Lane> => {
  const registry = new Registry({
    documents: new Documents(),
    locks: (_, act) => act(),
    logger: createLogger({ logLevel: 'silent' }, 'fuzz'),
    defaults: {
      range: { maxAgeMs: 90 * DAY_MS, maxAheadMs: 3_600_000 },
      maxDrafts: 20,
      times: { bucketMs: 3_600_000, retentionMs: 90 * DAY_MS },
    },
    schemaChangesPerDay: 20,
    now: () => nowMs,
  });
  const common = { registry, maxBytes: EVENT_BYTES_MAX, now: () => nowMs };
  return {
    prediction: predictionLane({ ...common, redaction: redactionWith(undefined) }),
    truth: groundTruthLane(common),
  };
};

export type FuzzCount = {
  events: number;
  goodNeighbours: number;
  accepted: number;
  quarantined: number;
  bytes: number;
  reasons: Record<string, number>;
};

const GOOD_EVERY = 10;
const TRUTH_EVERY = 5;
const REASONS: ReadonlySet<string> = new Set(QUARANTINE_REASONS);
const MESSAGE_CHARS_MAX = 2_000;

/** Everything that the store would send of a batch. */
const encodeAll = (batch: IntakeBatch, offsets: readonly bigint[]): number =>
  [
    encodePredictions(batch, batch.predictions),
    encodeArrivals(batch, batch.predictions),
    encodeLabels(
      batch.project,
      batch.labels.map((label) => waiting({ ...label, partition: 0 })),
    ),
    encodeQuarantine(batch, batch.quarantined, { atMs: 0 }),
    encodeRanges(batch, [rangeOf(batch, offsets)], 0),
  ].reduce((sum, { bytes }) => sum + bytes, 0);

const judge = (batch: IntakeBatch, good: ReadonlySet<bigint>, count: FuzzCount): void => {
  const offsets = checkedOffsets(batch);
  for (const { reason, message, offset, field } of batch.quarantined) {
    if (good.has(offset)) throw new Error(`a good neighbour was quarantined: ${reason} ${field} ${message}`);
    if (!REASONS.has(reason) || message === '' || message.length > MESSAGE_CHARS_MAX)
      throw new Error(`quarantined without a reason to work with: ${reason}, ${message.length} characters`);
    count.reasons[reason] = (count.reasons[reason] ?? 0) + 1;
  }
  count.accepted += batch.predictions.length + batch.labels.length;
  count.quarantined += batch.quarantined.length;
  count.bytes += encodeAll(batch, offsets);
};

/**
 * fuzzInProcess: decode → validate → register → encode over batches of anything, with good events among them. Throws at the first event that is
 * neither accepted nor quarantined with a reason, and at the first good one that is not accepted.
 */
export const fuzzInProcess = async ({
  events,
  seed,
  nowMs,
  batchSize = 2_000,
}: {
  events: number;
  seed: string;
  nowMs: number;
  batchSize?: number;
}): Promise<FuzzCount> => {
  const source = new FuzzSource(seed, nowMs);
  const lane = lanes(nowMs);
  const count: FuzzCount = {
    events: 0,
    goodNeighbours: 0,
    accepted: 0,
    quarantined: 0,
    bytes: 0,
    reasons: {},
  };
  for (let turn = 0; count.events < events; turn += 1) {
    const kind: Kind = turn % TRUTH_EVERY === TRUTH_EVERY - 1 ? 'truth' : 'prediction';
    const good = new Set<bigint>();
    const first = BigInt(turn) * BigInt(batchSize);
    const records = Array.from({ length: batchSize }, (_, at) => {
      const offset = first + BigInt(at);
      const isGood = at % GOOD_EVERY === 0;
      if (isGood) good.add(offset);
      const of = kind === 'prediction' ? goodPrediction : goodTruth;
      const value = isGood ? of(count.events + at, nowMs) : source.next(kind);
      return { offset, key: null, value, headers: HEADERS, timestampMs: nowMs };
    });
    const batch: RecordBatch = {
      topic: kind,
      partition: 0,
      incarnation: 'i',
      first,
      last: first + BigInt(batchSize) - 1n,
      records,
      unreadable: [],
      highWatermark: first + BigInt(batchSize),
    };
    judge(await lane[kind](batch, 'default'), good, count);
    count.events += batchSize;
    count.goodNeighbours += good.size;
  }
  if (count.accepted + count.quarantined !== count.events)
    throw new Error(
      `${count.accepted} accepted + ${count.quarantined} quarantined of ${count.events} produced`,
    );
  return count;
};

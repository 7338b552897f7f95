import { randomUUID } from 'node:crypto';
import { afterAll, inject } from 'vitest';
import { z } from 'zod';
import {
  createStore,
  migrate,
  type Store,
  type IntakeBatch,
  type LabelRow,
  type PredictionRow,
  type StoreConfig,
} from '#libs/store';
import { createDatabase, type Database } from '../../libs/store/src/client/index.js';

/** A database of its own on the run's ClickHouse, so that tests do not see each other. */
export function freshConfig(): StoreConfig {
  return {
    url: inject('clickhouseUrl'),
    user: inject('clickhouseUser'),
    password: inject('clickhousePassword'),
    database: `test_${randomUUID().replaceAll('-', '')}`,
  };
}

export async function freshDatabase(): Promise<{
  config: StoreConfig;
  raw: Database;
  drop: () => Promise<void>;
}> {
  const config = freshConfig();
  await migrate(config);
  const raw = createDatabase(config);
  return {
    config,
    raw,
    drop: async () => {
      await raw.command({ name: 'drop-test-database', sql: `DROP DATABASE ${config.database} SYNC` });
      await raw.close();
    },
  };
}

/** A store on a database of its own, for a whole test file: `raw` is the way around it, and all of it goes at the end. */
export async function freshStore(): Promise<{ store: Store; raw: Database }> {
  const { config, raw, drop } = await freshDatabase();
  const store = createStore(config);
  afterAll(async () => {
    await store.close();
    await drop();
  });
  return { store, raw };
}

/** Rows of any query, as ClickHouse spells them. */
export const rowsOf = (raw: Database, sql: string): Promise<Record<string, unknown>[]> =>
  raw.query({ name: 'test', sql, row: z.record(z.string(), z.unknown()) });

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const START_MS = Date.UTC(2026, 3, 1);
export const FAR_MS = Date.UTC(2100, 0, 1);

export const prediction = (id: string, offset: number, rest: Partial<PredictionRow> = {}): PredictionRow => {
  const timeMs = rest.timeMs ?? START_MS + 60_000;
  return {
    model: 'm',
    version: '1',
    bucketMs: timeMs - (timeMs % HOUR_MS),
    id,
    timeMs,
    schema: 1,
    num: [1, NaN, Infinity],
    cat: ['a'],
    label: 'late',
    score: 0.5,
    value: NaN,
    scores: {},
    attributions: [],
    tags: {},
    invalid: {},
    extra: '',
    brokerTimeMs: START_MS + offset,
    offset: BigInt(offset),
    contentHash: 7n,
    expiresMs: FAR_MS,
    ...rest,
  };
};

export const label = (id: string, offset: number, rest: Partial<LabelRow> = {}): LabelRow => ({
  model: 'm',
  version: '',
  id,
  timeMs: START_MS + DAY_MS,
  label: 'late',
  value: NaN,
  retracted: false,
  predictedAtMs: null,
  brokerTimeMs: START_MS + DAY_MS + offset,
  offset: BigInt(offset),
  expiresMs: FAR_MS,
  ...rest,
});

/** A batch that covers exactly its rows, unless it says more. */
export function batch(rows: Partial<IntakeBatch>): IntakeBatch {
  const lists = {
    predictions: rows.predictions ?? [],
    labels: rows.labels ?? [],
    quarantined: rows.quarantined ?? [],
  };
  const offsets = [...lists.predictions, ...lists.labels, ...lists.quarantined]
    .map(({ offset }) => offset)
    .toSorted((a, b) => Number(a - b));
  return {
    project: 'p',
    topic: 'predictions',
    incarnation: 'i1',
    partition: 0,
    first: offsets[0] ?? 0n,
    last: offsets.at(-1) ?? 0n,
    lastBrokerTimeMs: START_MS,
    received: offsets.length,
    ...lists,
    ...rows,
  };
}

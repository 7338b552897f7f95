import { expect, inject } from 'vitest';
import { createLogger } from '#libs/platform';
import type { PredictionRow } from '#libs/store';
import { openRedis } from '#libs/queue';
import { itemsOf, startTestApi, type ApiUnderTest, type CallOptions, type Json } from './api-fixture.js';
import { batch, prediction } from './store-fixture.js';
import { startWorker, until, type WorkerUnderTest } from './worker-fixture.js';

export const BASE = '/v1/projects/default';

/** Service: API and workers on one database, with a project named default; rows are written as ingestion writes them. */
export type Service = ApiUnderTest & {
  /** Calls below the project, and expects the answer to be one of success. */
  ok: (method: string, path: string, options?: CallOptions) => Promise<Json>;
  /** Uploads a baseline of version `model/version`; times are in the column `time`. No monitors are made from it. */
  baseline: (of: string, csv: string, name?: string) => Promise<Json>;
  /** Writes rows under offsets that go on from call to call; their ids are their own, or made of their offset. */
  write: (rows: readonly Partial<PredictionRow>[]) => Promise<void>;
  worker: (now?: () => number) => Promise<WorkerUnderTest>;
  evaluations: (query?: string) => Promise<Evaluation[]>;
  findings: (query?: string) => Promise<Json[]>;
  /** Waits until so many windows of a monitor are evaluated as revision `revision`. */
  evaluated: (monitor: string, count: number, revision?: number) => Promise<Evaluation[]>;
};
export type Evaluation = { monitor: string; windowStart: string; windowEnd: string; revision: number } & Json;

/** openService: `redisDatabase` keeps the queues of test files apart; it is emptied. */
export async function openService(
  redisDatabase: number,
  more: Record<string, string> = {},
): Promise<Service> {
  const at = await startTestApi({
    REDIS_URL: `${inject('redisUrl').replace(/\/\d*$/, '')}/${redisDatabase}`,
    PLUMBLINE_WORKER_TICK_MS: '250',
    ...more,
  });
  const redis = openRedis(at.config, createLogger({ logLevel: 'silent' }, 'test'));
  await redis.flushdb();
  redis.disconnect();
  const workers: WorkerUnderTest[] = [];
  let offset = 0;

  const ok: Service['ok'] = async (method, path, options) => {
    const { status, text, body } = await at.call(method, `${BASE}${path}`, options);
    expect(status, `${method} ${path}: ${text}`).toBeLessThan(300);
    return body;
  };
  const evaluations: Service['evaluations'] = async (query = '') =>
    itemsOf(await at.call('GET', `${BASE}/evaluations?limit=1000&${query}`)) as Evaluation[];
  return {
    ...at,
    ok,
    baseline: (of, csv, name = 'first') => {
      const [model, version] = of.split('/');
      const search = new URLSearchParams({ name, columns: '{"time":"time"}', monitors: 'false' });
      return ok('POST', `/models/${model}/versions/${version}/baselines?${search}`, {
        raw: csv,
        headers: { 'content-type': 'text/csv' },
      });
    },
    write: async (rows) => {
      const predictions = rows.map((row) => {
        offset += 1;
        return prediction(row.id ?? `r${offset}`, offset, row);
      });
      await at.store.intake.write(batch({ project: 'default', topic: 'plumbline.predictions', predictions }));
    },
    worker: async (now) => {
      const worker = await startWorker(at, now === undefined ? {} : { now });
      workers.push(worker);
      return worker;
    },
    evaluations,
    findings: async (query = '') => itemsOf(await at.call('GET', `${BASE}/findings?limit=10000&${query}`)),
    evaluated: async (monitor, count, revision) => {
      let found: Evaluation[] = [];
      await until(async () => {
        found = (await evaluations(`monitor=${monitor}`)).toReversed();
        const known = found.filter((each) => revision === undefined || each.revision === revision);
        expect(known).toHaveLength(count);
      });
      return found;
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await at.stop();
    },
  };
}

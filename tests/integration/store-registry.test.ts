import { Injectable, Module, Inject, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { DocumentBody, RegistryDocument } from '#libs/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStore, type Store, type StoreConfig } from '#libs/store';
import { STORE, StoreModule } from '#libs/service';
import type { Database } from '../../libs/store/src/client/index.js';
import { freshDatabase } from './store-fixture.js';

let raw: Database;
let config: StoreConfig;
let drop: () => Promise<void>;
let store: Store;
beforeAll(async () => {
  ({ raw, config, drop } = await freshDatabase());
  store = createStore(config);
});
afterAll(async () => {
  await store.close();
  await drop();
});

const modelBody: DocumentBody<'model'> = {
  description: 'd',
  problem: 'binary',
  positiveLabel: 'late',
  bucket: 'PT1H',
  timeZone: 'UTC',
  acceptedLateness: 'P7D',
  maxLabelWait: 'P30D',
  retention: 'P90D',
  privacy: { features: { ssn: { action: 'drop' } }, tags: {} },
};
const model = (id: string, revision: number, rest: Partial<RegistryDocument<'model'>> = {}) => ({
  project: 'p',
  kind: 'model' as const,
  id,
  revision,
  body: { ...modelBody, description: `revision ${revision}` },
  deleted: false,
  author: "o'neil\n",
  reason: '"why" \\ é',
  at: '2026-04-01T00:00:00.123Z',
  ...rest,
});

describe('documents', () => {
  test('the newest revision is the state, and all are kept', async () => {
    for (const revision of [2, 1, 3]) await store.documents.append(model('a', revision));
    expect(await store.documents.get('p', 'model', 'a')).toEqual(model('a', 3));
    expect(await store.documents.history('p', 'model', 'a')).toEqual([
      model('a', 3),
      model('a', 2),
      model('a', 1),
    ]);
  });

  test('a deleted one is gone from reads, not from history', async () => {
    await store.documents.append(model('gone', 1));
    await store.documents.append(model('gone', 2, { deleted: true }));
    expect(await store.documents.get('p', 'model', 'gone')).toBeNull();
    expect((await store.documents.list('p', 'model')).map(({ id }) => id)).not.toContain('gone');
    expect(await store.documents.history('p', 'model', 'gone')).toHaveLength(2);
    await store.documents.append(model('gone', 3));
    expect(await store.documents.get('p', 'model', 'gone')).toMatchObject({ revision: 3 });
  });

  test('a monitor of the former version keeps the meaning of its limits, and a new one is read as it was written', async () => {
    const limits = {
      metrics: ['psi', 'chi2'],
      thresholds: { chi2: 2 },
      featureThresholds: { origin: { g_test: 3 } },
    };
    const body = { name: 'drift', kind: 'drift', model: 'm', version: '1', ...limits };
    const former = JSON.stringify(body).replaceAll("'", "\\'");
    await raw.command({
      name: 'former-monitor',
      sql: `INSERT INTO documents (project, kind, id, revision, body, deleted, author, reason, at)
        VALUES ('former', 'monitor', 'drift', 1, '${former}', false, 'a', 'r', '2026-04-01 00:00:00.000')`,
    });
    const read = await store.documents.get('former', 'monitor', 'drift');
    expect(read?.body).toMatchObject({
      metrics: ['psi', 'chi2_per_df'],
      thresholds: { chi2_per_df: 2 },
      featureThresholds: { origin: { g_test_per_df: 3 } },
    });
    const written = { ...read!, revision: 2, body: { ...read!.body, thresholds: { chi2: 30 } } };
    await store.documents.append(written);
    expect((await store.documents.get('former', 'monitor', 'drift'))?.body).toMatchObject({
      metrics: ['psi', 'chi2_per_df'],
      thresholds: { chi2: 30 },
    });
    const [, first] = await store.documents.history('former', 'monitor', 'drift');
    expect(first?.body).toMatchObject({ thresholds: { chi2_per_df: 2 } });
  });

  test('lists by prefix, kind and project, in order', async () => {
    for (const id of ['m/2', 'm/1', 'm2/1', 'm%/1'])
      await store.documents.append(model(id, 1, { project: 'q' }));
    const ids = async (prefix?: string) =>
      (await store.documents.list('q', 'model', prefix === undefined ? {} : { prefix })).map(({ id }) => id);
    expect(await ids()).toEqual(['m%/1', 'm/1', 'm/2', 'm2/1']);
    expect(await ids('m/')).toEqual(['m/1', 'm/2']);
    expect(await ids('m%')).toEqual(['m%/1']);
    expect(await store.documents.list('q', 'segment')).toEqual([]);
    expect(await store.documents.get('q', 'model', 'nonesuch')).toBeNull();
  });

  test('a body of megabytes', async () => {
    const features = Array.from({ length: 2_000 }, (_, at) => ({
      feature: `f${at}`,
      kind: 'numeric' as const,
      edges: Array.from({ length: 100 }, (__, edge) => edge + Math.PI),
      max: 100,
    }));
    const body: DocumentBody<'binning'> = { model: 'm', version: '1', hash: '0123456789abcdef', features };
    await store.documents.append({ ...model('big', 1), kind: 'binning', body });
    expect((await store.documents.get('p', 'binning', 'big'))?.body).toEqual(body);
  });

  test('fields that came later have their defaults, a broken body names itself', async () => {
    await raw.command({
      name: 'test',
      sql: `INSERT INTO documents (project, kind, id, revision, body, at) VALUES
        ('old', 'model', 'm', 1, '{"problem":"regression"}', now64(3)), ('old', 'model', 'bad', 1, '{"problem":"magic"}', now64(3))`,
    });
    expect((await store.documents.get('old', 'model', 'm'))?.body.bucket).toBe('PT1H');
    await expect(store.documents.get('old', 'model', 'bad')).rejects.toThrow(
      /model 'bad' revision 1 .*problem/s,
    );
  });

  test('projects: those with documents, unless deleted', async () => {
    const project = (id: string, revision: number, deleted: boolean) => ({
      ...model(id, revision, { project: id, deleted }),
      kind: 'project' as const,
      body: { description: '', eventTime: { maxAge: 'P90D', maxAhead: 'PT1H' }, maxDrafts: 20 },
    });
    await store.documents.append(project('kept', 1, false));
    await store.documents.append(project('closed', 1, false));
    await store.documents.append(project('closed', 2, true));
    const projects = await store.documents.projects();
    expect(projects).toContain('kept');
    expect(projects).toContain('q');
    expect(projects).not.toContain('closed');
  });
});

test('the connection closes after the modules that use it', async () => {
  const events: string[] = [];
  @Injectable()
  class Consumer implements OnModuleDestroy {
    constructor(@Inject(STORE) private readonly used: Store) {}
    async onModuleDestroy(): Promise<void> {
      await this.used.ping();
      events.push('drained');
    }
    async beforeApplicationShutdown(): Promise<void> {
      await this.used.ping();
      events.push('flushed');
    }
  }
  @Module({ imports: [StoreModule.register(config)], providers: [Consumer] })
  class App {}
  const app = await NestFactory.createApplicationContext(App);
  const used = app.get<Store>(STORE);
  const close = used.close;
  used.close = async () => {
    events.push('closed');
    await close();
  };
  await app.close();
  expect(events).toEqual(['drained', 'flushed', 'closed']);
});

import {
  MAX_FEATURES,
  versionBodySchema,
  type DocumentKind,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';
import { createLogger } from '#libs/platform';
import { describe, expect, it } from 'vitest';

import { Registry, type Locks, type RegistryOptions, type Wanted } from './registry.js';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const PROJECT = 'p';

class MemoryDocuments {
  readonly all: RegistryDocument[] = [];
  isAway = false;

  private answer<T>(value: T): Promise<T> {
    return this.isAway ? Promise.reject(new Error('away')) : Promise.resolve(value);
  }

  history<K extends DocumentKind>(_: string, kind: K, id: string): Promise<RegistryDocument<K>[]> {
    const found = this.all.filter((each) => each.kind === kind && each.id === id);
    return this.answer(found.toSorted((a, b) => b.revision - a.revision) as RegistryDocument<K>[]);
  }

  async get<K extends DocumentKind>(
    project: string,
    kind: K,
    id: string,
  ): Promise<RegistryDocument<K> | null> {
    const [newest] = await this.history(project, kind, id);
    return newest === undefined || newest.deleted ? null : newest;
  }

  async list<K extends DocumentKind>(project: string, kind: K): Promise<RegistryDocument<K>[]> {
    const ids = new Set(this.all.filter((each) => each.kind === kind).map(({ id }) => id));
    const newest = await Promise.all(Array.from(ids, (id) => this.get(project, kind, id)));
    return newest.filter((each) => each !== null);
  }

  append(document: RegistryDocument): Promise<void> {
    if (
      this.all.some(
        ({ kind, id, revision }) =>
          kind === document.kind && id === document.id && revision === document.revision,
      )
    )
      return Promise.reject(new Error(`revision ${document.revision} of ${document.id} exists`));
    this.all.push(document);
    return this.answer(undefined);
  }
}

const locked = (): Locks => {
  let tail: Promise<unknown> = Promise.resolve();
  return (_, act) => {
    const turn = tail.then(act, act);
    tail = turn.catch(() => undefined);
    return turn;
  };
};

const setup = (changes: Partial<RegistryOptions> = {}) => {
  const documents = new MemoryDocuments();
  const clock = { nowMs: NOW_MS };
  const options: RegistryOptions = {
    documents,
    locks: locked(),
    logger: createLogger({ logLevel: 'silent' }, 'test'),
    defaults: { range: { maxAgeMs: 1, maxAheadMs: 1 }, maxDrafts: 2, times: { bucketMs: 1, retentionMs: 1 } },
    schemaChangesPerDay: 3,
    now: () => clock.nowMs,
    ...changes,
  };
  return { documents, clock, options, registry: new Registry(options) };
};

const wanted = (version: string, names: string[] = ['a']): Wanted => ({
  model: 'm',
  version,
  prediction: { score: 0.5 },
  types: new Map(names.map((name) => [name, 'numeric'])),
});
const names = (body: VersionBody) => body.features.map(({ name }) => name);

describe('Registry', () => {
  it('begins a draft with no more features than a schema holds, however many the first events name', async () => {
    const { registry, documents } = setup();
    const many = Array.from({ length: MAX_FEATURES + 5 }, (_, at) => `f${at}`);
    await registry.prepare(PROJECT, [wanted('1', many)]);
    const draft = documents.all.find(({ kind }) => kind === 'version');
    expect(versionBodySchema.parse(draft?.body).features).toHaveLength(MAX_FEATURES);
  });

  it('makes a draft, and its model, on the first event of an unknown version', async () => {
    const { registry, documents } = setup();
    const view = await registry.prepare(PROJECT, [wanted('1', ['a', 'b'])]);
    expect(view.layout('m', '1')).toMatchObject({ revision: 1, status: 'draft', numericCount: 2 });
    expect(documents.all.map(({ kind, id, author }) => [kind, id, author])).toEqual([
      ['model', 'm', 'ingest'],
      ['version', 'm/1', 'ingest'],
    ]);
    expect(documents.all[0]?.body).toMatchObject({ problem: 'binary', bucket: 'PT1H' });
  });

  it('opens one revision for all new names, and none for known ones', async () => {
    const { registry, documents, clock } = setup();
    await registry.prepare(PROJECT, [wanted('1')]);
    clock.nowMs += 10_000;
    await registry.prepare(PROJECT, [wanted('1', ['c', 'b'])]);
    const view = await registry.prepare(PROJECT, [wanted('1', ['a', 'b', 'c'])]);
    const [newest, ...older] = await documents.history(PROJECT, 'version', 'm/1');
    expect(older).toHaveLength(1);
    expect(newest === undefined ? [] : names(newest.body)).toEqual(['a', 'c', 'b']);
    expect(view.layout('m', '1')?.slots.get('c')).toMatchObject({ position: 1 });
  });

  it('makes one revision when two processes see the same event at the same time', async () => {
    const { registry, documents, options } = setup();
    const other = new Registry(options);
    const views = await Promise.all([registry, other].map((each) => each.prepare(PROJECT, [wanted('1')])));
    expect(views.map((view) => view.layout('m', '1')?.revision)).toEqual([1, 1]);
    expect(documents.all).toHaveLength(2);
  });

  it('makes no more drafts than the project has room for, and asks again later', async () => {
    const { registry, documents, clock } = setup();
    for (const version of ['1', '2']) await registry.prepare(PROJECT, [wanted(version)]);
    const refused = await registry.prepare(PROJECT, [wanted('3')]);
    expect(refused.layout('m', '3')).toBeUndefined();
    const freed = documents.all.find(({ id }) => id === 'm/1') as RegistryDocument<'version'>;
    await documents.append({ ...freed, revision: 2, body: { ...freed.body, status: 'registered' } });
    expect((await registry.prepare(PROJECT, [wanted('3')])).layout('m', '3')).toBeUndefined();
    clock.nowMs += 5_000;
    expect((await registry.prepare(PROJECT, [wanted('3')])).layout('m', '3')).toMatchObject({ revision: 1 });
  });

  it('goes on after the revision of a version that was removed', async () => {
    const { registry, documents } = setup();
    await registry.prepare(PROJECT, [wanted('1')]);
    const draft = documents.all.find(({ id }) => id === 'm/1') as RegistryDocument<'version'>;
    await documents.append({ ...draft, revision: 2, deleted: true });
    const fresh = new Registry({ ...setup().options, documents });
    expect((await fresh.prepare(PROJECT, [wanted('1')])).layout('m', '1')).toMatchObject({ revision: 3 });
  });

  it('serves the last view while the store is away, and sees changes of others within seconds', async () => {
    const { registry, documents, clock } = setup();
    await registry.prepare(PROJECT, [wanted('1')]);
    clock.nowMs += 5_000;
    documents.isAway = true;
    expect((await registry.view(PROJECT)).layout('m', '1')).toBeDefined();
    await new Promise((resolve) => setImmediate(resolve));
    documents.isAway = false;
    const draft = documents.all.find(({ id }) => id === 'm/1') as RegistryDocument<'version'>;
    await documents.append({ ...draft, revision: 2, body: { ...draft.body, status: 'registered' } });
    clock.nowMs += 5_000;
    await registry.view(PROJECT);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await registry.view(PROJECT)).layout('m', '1')).toMatchObject({
      revision: 2,
      status: 'registered',
    });
  });

  it('throws when the project was never read and the store is away', async () => {
    const { registry, documents } = setup();
    documents.isAway = true;
    await expect(registry.view(PROJECT)).rejects.toThrow('away');
  });

  it('takes range, bucket and retention from the documents', async () => {
    const { registry, documents } = setup();
    const meta = {
      project: PROJECT,
      revision: 1,
      deleted: false,
      author: 'ann',
      reason: '',
      at: new Date(NOW_MS).toISOString(),
    };
    const body = { description: '', eventTime: { maxAge: 'P200D', maxAhead: 'PT2H' }, maxDrafts: 9 };
    await documents.append({ ...meta, kind: 'project', id: PROJECT, body });
    await registry.prepare(PROJECT, [wanted('1')]);
    const view = await new Registry({ ...setup().options, documents }).view(PROJECT);
    expect(view.range).toEqual({ maxAgeMs: 200 * 86_400_000, maxAheadMs: 7_200_000 });
    expect([view.maxDrafts, view.drafts()]).toEqual([9, 1]);
    expect(view.times('m')).toEqual({ bucketMs: 3_600_000, retentionMs: 90 * 86_400_000 });
    expect(view.times('unknown')).toEqual({ bucketMs: 1, retentionMs: 1 });
  });
});

import {
  documentId,
  modelBodySchema,
  registryLock,
  type Prediction,
  type RegistryDocument,
} from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { Store } from '#libs/store';

import { AUTHOR, draftFeatures, grow } from './growth.js';
import { inferProblem, type InferredTypes } from './infer.js';
import { ProjectView, type Defaults } from './view.js';
import { VocabularyShelf } from './vocabulary-shelf.js';

/** Wanted: a version that events name, with what it takes to make it or to lengthen its schema. */
export type Wanted = { model: string; version: string; prediction: Prediction; types: InferredTypes };

/** Locks: runs `act` while no other process changes the registry of that name; throws when that cannot be had now. */
export type Locks = <T>(name: string, act: () => Promise<T>) => Promise<T>;

type Documents = Pick<Store['documents'], 'get' | 'list' | 'history' | 'append'>;

export type RegistryOptions = {
  documents: Documents;
  locks: Locks;
  logger: Logger;
  defaults: Defaults;
  schemaChangesPerDay: number;
  now: () => number;
};

const REFRESH_MS = 5_000;
const REFUSED_RECHECK_MS = 5_000;

const POSTPONED_MAX = 10_000;

type Change = 'draft' | 'growth';
type Changeable = RegistryDocument<'model'> | RegistryDocument<'version'>;
type Unsigned<K extends 'model' | 'version'> = Omit<RegistryDocument<K>, 'author' | 'at' | 'deleted'>;
type Cached = { view: ProjectView; loadedMs: number; loading: Promise<void> | undefined };

/**
 * Registry: projects, models and versions as ingestion sees them: read every few seconds, and changed in two cases only: a
 * version that no one registered becomes a draft, and a schema grows by features it did not have. Both under the project's lock,
 * after reading again, so that several processes make one revision.
 */
export class Registry {
  private readonly projects = new Map<string, Cached>();
  private readonly postponedMs = new Map<string, number>();
  private readonly shelf: VocabularyShelf;
  private changes = 0;

  constructor(private readonly options: RegistryOptions) {
    this.shelf = new VocabularyShelf(options.documents);
  }

  /** view: the project as of at most a few seconds ago, or as last read when the store is away. Throws when it was never read. */
  async view(project: string): Promise<ProjectView> {
    const cached = this.projects.get(project);
    if (cached === undefined) return (await this.load(project)).view;
    if (this.options.now() - cached.loadedMs >= REFRESH_MS) this.refresh(project, cached);
    return cached.view;
  }

  /** prepare: makes drafts and lengthens schemas as far as allowed; afterwards the view knows them. Throws on outages. */
  async prepare(project: string, wanted: readonly Wanted[]): Promise<ProjectView> {
    const view = await this.view(project);
    const nowMs = this.options.now();
    const due = wanted.filter((each) => this.needsChange(view, project, each, nowMs));
    if (due.length === 0) return view;
    await this.options.locks(registryLock(project), async () => {
      for (const each of due) await this.change(project, each);
    });
    return this.view(project);
  }

  /** preview: what `prepare` would let the view know, without a change: for a dry run. The store and the locks are left alone. */
  async preview(project: string, wanted: readonly Wanted[]): Promise<ProjectView> {
    const view = (await this.view(project)).copy();
    for (const { model, version, types } of wanted)
      if (view.layout(model, version) === undefined && view.drafts() < view.maxDrafts)
        view.setVersion(1, { model, version, status: 'draft', features: draftFeatures(types) });
    return view;
  }

  private needsChange(view: ProjectView, project: string, wanted: Wanted, nowMs: number): boolean {
    const layout = view.layout(wanted.model, wanted.version);
    const change = layout === undefined ? 'draft' : 'growth';
    if (layout !== undefined && ![...wanted.types.keys()].some((name) => !layout.slots.has(name)))
      return false;
    return nowMs >= (this.postponedMs.get(postponeKey(project, wanted, change)) ?? -Infinity);
  }

  private async change(project: string, wanted: Wanted): Promise<void> {
    const { documents, now } = this.options;
    const id = documentId(wanted.model, wanted.version);
    const history = await documents.history(project, 'version', id);
    const newest = history[0];
    if (newest === undefined || newest.deleted) await this.makeDraft(project, wanted, newest?.revision ?? 0);
    else {
      const growth = grow(history, wanted.types, { nowMs: now(), perDay: this.options.schemaChangesPerDay });
      if (growth.kind === 'grow') {
        const body = { ...newest.body, features: growth.features };
        await this.append({ ...newest, body, revision: newest.revision + 1, reason: growth.reason });
      } else {
        await this.take(newest);
        if (growth.kind === 'later') this.postpone(project, wanted, { change: 'growth', ...growth });
      }
    }
  }

  private async makeDraft(project: string, wanted: Wanted, revision: number): Promise<void> {
    const view = await this.reload(project);
    if (view.drafts() >= view.maxDrafts) {
      this.postpone(project, wanted, {
        change: 'draft',
        untilMs: this.options.now() + REFUSED_RECHECK_MS,
        why: 'too many drafts',
      });
      return;
    }
    const { model, version } = wanted;
    await this.ensureModel(project, wanted);
    const features = draftFeatures(wanted.types);
    await this.append({
      project,
      kind: 'version',
      id: documentId(model, version),
      revision: revision + 1,
      body: { model, version, status: 'draft', features },
      reason: 'first event of a version that is not registered',
    });
  }

  private async ensureModel(project: string, { model, prediction }: Wanted): Promise<void> {
    const [newest] = await this.options.documents.history(project, 'model', model);
    if (newest !== undefined && !newest.deleted) return;
    const body = modelBodySchema.parse({ problem: inferProblem(prediction) });
    await this.append({
      project,
      kind: 'model',
      id: model,
      revision: (newest?.revision ?? 0) + 1,
      body,
      reason: 'first event of a model that is not registered',
    });
  }

  private async append(document: Unsigned<'model'> | Unsigned<'version'>): Promise<void> {
    const at = new Date(this.options.now()).toISOString();
    const signed = { ...document, deleted: false, author: AUTHOR, at } as Changeable;
    await this.options.documents.append(signed);
    const { project, kind, id, revision, reason } = signed;
    this.options.logger.info({ project, document: `${kind} ${id}`, revision, reason }, 'registry changed');
    await this.take(signed);
  }

  private async take(document: Changeable): Promise<void> {
    const view = await this.view(document.project);
    this.changes += 1;
    if (isModel(document)) view.setModel(document.id, document.body);
    else view.setVersion(document.revision, document.body);
  }

  private postpone(
    project: string,
    wanted: Wanted,
    { change, untilMs, why }: { change: Change; untilMs: number; why: string },
  ): void {
    if (this.postponedMs.size > POSTPONED_MAX) this.postponedMs.clear();
    this.postponedMs.set(postponeKey(project, wanted, change), untilMs);
    if (why === 'debounced') return;
    const { model, version } = wanted;
    this.options.logger.warn(
      { project, model, version, why },
      'the registry takes up nothing new from these events for now',
    );
  }

  /** A refresh never delays events; one that fails leaves the last view in use and is tried again soon. */
  private refresh(project: string, cached: Cached): void {
    cached.loading ??= this.load(project).then(
      () => undefined,
      (error: unknown) => {
        this.options.logger.debug({ project, err: error }, 'the registry cannot be read again yet');
        cached.loadedMs = this.options.now();
        cached.loading = undefined;
      },
    );
  }

  private async reload(project: string): Promise<ProjectView> {
    return (await this.load(project)).view;
  }

  /** What was read while this process itself wrote may lack that write, so it is dropped. */
  private async load(project: string): Promise<Cached> {
    const { documents, defaults, now } = this.options;
    const startedMs = now();
    const { changes } = this;
    const [own, models, versions] = await Promise.all([
      documents.get(project, 'project', project),
      documents.list(project, 'model'),
      documents.list(project, 'version'),
    ]);
    const vocabularies = await this.shelf.of(project, versions);
    const current = this.projects.get(project);
    if (current !== undefined && changes !== this.changes) {
      current.loading = undefined;
      return current;
    }
    const view = new ProjectView({ project: own, models, versions, vocabularies }, defaults);
    const cached: Cached = { view, loadedMs: startedMs, loading: undefined };
    this.projects.set(project, cached);
    return cached;
  }
}

const postponeKey = (project: string, { model, version }: Wanted, change: Change): string =>
  `${change} ${project}/${documentId(model, version)}`;

const isModel = (document: Changeable): document is RegistryDocument<'model'> => document.kind === 'model';

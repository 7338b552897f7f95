import { Inject, Injectable } from '@nestjs/common';
import { registryLock, type DocumentBody, type DocumentKind, type RegistryDocument } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import type { WriteIntent } from '../http/endpoint.js';
import { notFound, Problem } from '../http/problem.js';
import { CLOCK, LOCKS, type Clock, type Locks } from '../tokens.js';
import { canonical } from './canonical.js';

/** Address: which document; `what` is its kind in words, for messages. */
export type Address<K extends DocumentKind> = { project: string; kind: K; id: string };

export type WriteRequest<K extends DocumentKind> = Address<K> & {
  /** The new body, made from the current one under the lock; it throws a Problem where the change is not allowed. */
  body: (current: RegistryDocument<K> | null) => DocumentBody<K> | Promise<DocumentBody<K>>;
  intent: WriteIntent;
};

/** Written: the document as it is now, and whether this call made, changed or found it so. */
export type Written<K extends DocumentKind> = {
  document: RegistryDocument<K>;
  outcome: 'created' | 'changed' | 'unchanged';
};

const conflict = (detail: string, currentRevision: number | null): Problem =>
  new Problem(409, detail, { extra: { currentRevision } });

/** assertFresh: throws 409 unless the writer has seen the current revision. */
const assertFresh = (expected: WriteIntent['expected'], current: RegistryDocument | null): void => {
  if (current === null) {
    if (expected === undefined || expected === 'any') return;
    throw conflict('The document does not exist (any more); leave If-Match out to create it.', null);
  }
  if (expected === 'any' || expected === current.revision) return;
  const hint = `revision ${current.revision} of ${current.at} by ${current.author}`;
  throw conflict(
    expected === undefined
      ? `The document exists (${hint}); to change it, name the revision that you read in If-Match.`
      : `If-Match names revision ${expected}, but the current one is ${hint}; read it and decide again.`,
    current.revision,
  );
};

/** RegistryService: the one way to change registry documents: lock → read → compare → append. Nothing is ever overwritten. */
@Injectable()
export class RegistryService {
  private readonly projects = new Set<string>();

  constructor(
    @Inject(STORE) private readonly store: Store,
    @Inject(LOCKS) private readonly locks: Locks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** get: the newest revision; a 404 problem when there is none. */
  async get<K extends DocumentKind>({ project, kind, id }: Address<K>): Promise<RegistryDocument<K>> {
    await this.requireProject(project);
    const document = await this.store.documents.get(project, kind, id);
    if (document === null) throw notFound(kind, id);
    return document;
  }

  /** getRevision: one revision as it was written, also of a document that is gone by now; a 404 problem when there is none. */
  async getRevision<K extends DocumentKind>(
    { project, kind, id }: Address<K>,
    revision: number,
  ): Promise<RegistryDocument<K>> {
    await this.requireProject(project);
    const written = await this.store.documents.history(project, kind, id);
    const found = written.find((document) => document.revision === revision && !document.deleted);
    if (found === undefined) throw notFound(`revision ${revision} of the ${kind}`, id);
    return found;
  }

  /** list: newest revisions by id; `prefix` is the parent, without the slash. */
  async list<K extends DocumentKind>(
    project: string,
    kind: K,
    parent?: string,
  ): Promise<RegistryDocument<K>[]> {
    await this.requireProject(project);
    return this.store.documents.list(project, kind, parent === undefined ? {} : { prefix: `${parent}/` });
  }

  /** put: creates or changes; the same content again writes nothing. */
  async put<K extends DocumentKind>(request: WriteRequest<K>): Promise<Written<K>> {
    const { project, kind, id, intent } = request;
    if (kind !== 'project') await this.requireProject(project);
    return this.locks(registryLock(project), async (signal) => {
      const current = await this.store.documents.get(project, kind, id);
      const body = await request.body(current);
      if (current !== null && canonical(current.body) === canonical(body))
        return { document: current, outcome: 'unchanged' };
      assertFresh(intent.expected, current);
      signal.throwIfAborted();
      const document = await this.append(request, { body, deleted: false });
      return { document, outcome: current === null ? 'created' : 'changed' };
    });
  }

  /** remove: marks as deleted; history stays. 404 when there is nothing, 409 when If-Match is stale. */
  async remove<K extends DocumentKind>(
    address: Address<K>,
    intent: WriteIntent,
    check?: () => Promise<void>,
  ): Promise<void> {
    const { project, kind, id } = address;
    await this.requireProject(project);
    await this.locks(registryLock(project), async (signal) => {
      const current = await this.store.documents.get(project, kind, id);
      if (current === null) throw notFound(kind, id);
      if (intent.expected !== undefined) assertFresh(intent.expected, current);
      await check?.();
      signal.throwIfAborted();
      await this.append({ ...address, intent }, { body: current.body, deleted: true });
    });
  }

  /** requireProject: projects are never removed, so one that was seen once is there. */
  async requireProject(project: string): Promise<void> {
    if (this.projects.has(project) || project === '*') return;
    if ((await this.store.documents.get(project, 'project', project)) === null)
      throw notFound('project', project);
    this.projects.add(project);
  }

  private async append<K extends DocumentKind>(
    { project, kind, id, intent }: Address<K> & { intent: WriteIntent },
    content: { body: DocumentBody<K>; deleted: boolean },
  ): Promise<RegistryDocument<K>> {
    const [newest] = await this.store.documents.history(project, kind, id);
    const document: RegistryDocument<K> = {
      project,
      kind,
      id,
      revision: (newest?.revision ?? 0) + 1,
      ...content,
      author: intent.author,
      reason: intent.reason,
      at: new Date(this.clock()).toISOString(),
    };
    await this.store.documents.append(document);
    return document;
  }
}

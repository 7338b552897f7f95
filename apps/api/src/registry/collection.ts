import {
  nameSchema,
  type DocumentBody,
  type DocumentKind,
  type KeyRole,
  type RegistryDocument,
} from '#libs/contracts';
import { z } from 'zod';

import { endpoint, type WriteIntent } from '../http/endpoint.js';
import { ok, type Reply } from '../http/reply.js';
import { assertNew } from './new-id.js';
import type { RegistryService } from './registry.service.js';
import { listSchema, view, viewReply, viewSchema, writtenReply } from './view.js';

type CollectionSpec<Name extends string, Body extends z.ZodType> = {
  /** Plural, as in the path. */
  name: Name;
  /** In words: `a monitor`. */
  one: string;
  title: string;
  body: Body;
  /** What is answered, where that is less than the body. */
  shown?: z.ZodType;
  writer: KeyRole;
};

/** collectionEndpoints: the five endpoints of documents that hang directly on a project: list, create, read, write, remove. */
export const collectionEndpoints = <const Name extends string, Body extends z.ZodType>(
  spec: CollectionSpec<Name, Body>,
) => {
  const { name, one, title, writer } = spec;
  const schema = viewSchema(title, spec.shown ?? spec.body);
  const body = spec.body.meta({ title });
  const all = { tag: name, path: `/v1/projects/{project}/${name}` } as const;
  const item = { tag: name, path: `/v1/projects/{project}/${name}/{id}` } as const;
  const created = { description: 'Created', schema };
  return {
    list: endpoint({
      ...all,
      method: 'GET',
      summary: `The ${name} of a project`,
      role: 'viewer',
      replies: { 200: { description: 'All of them, by id', schema: listSchema(`${title}s`, schema) } },
    }),
    create: endpoint({
      ...all,
      method: 'POST',
      summary: `Create ${one} under a new id`,
      role: writer,
      write: true,
      query: z.object({ id: nameSchema.optional().describe('Chosen by the service where it is left out.') }),
      body,
      replies: { 201: created },
    }),
    read: endpoint({
      ...item,
      method: 'GET',
      summary: `Read ${one}`,
      role: 'viewer',
      query: z.object({
        revision: z.coerce.number().int().min(1).optional().describe('An older one; else the newest.'),
      }),
      replies: { 200: { description: 'That revision', schema } },
    }),
    write: endpoint({
      ...item,
      method: 'PUT',
      summary: `Create or change ${one}`,
      role: writer,
      write: true,
      body,
      replies: { 200: { description: 'Changed, or already so', schema }, 201: created },
    }),
    remove: endpoint({
      ...item,
      method: 'DELETE',
      summary: `Drop ${one}; its past stays`,
      role: writer,
      write: true,
      replies: { 204: { description: 'Dropped' } },
    }),
  };
};

type Place = { project: string; id: string };
type Save<Input> = { params: Place; body: Input; intent: WriteIntent };

type CollectionOptions<K extends DocumentKind, Input> = {
  kind: K;
  newId: (input: Input) => string;
  /** The body to be stored; checks that all it names exists, and throws a Problem where not. */
  toBody: (
    place: Place,
    input: Input,
    current: RegistryDocument<K> | null,
  ) => DocumentBody<K> | Promise<DocumentBody<K>>;
  shown?: (body: DocumentBody<K>) => object;
  beforeRemove?: (place: Place) => Promise<void>;
};

/** Collection: what the handlers of {@link collectionEndpoints} do, for one kind of document. */
export class Collection<K extends DocumentKind, Input> {
  constructor(
    private readonly registry: RegistryService,
    private readonly options: CollectionOptions<K, Input>,
  ) {}

  async list(project: string, isWanted: (body: DocumentBody<K>) => boolean = () => true): Promise<Reply> {
    const documents = await this.registry.list(project, this.options.kind);
    const wanted = documents.filter(({ body }) => isWanted(body));
    return ok({ items: wanted.map((document) => view(document, this.options.shown)) });
  }

  async create(call: {
    params: { project: string };
    query: { id?: string | undefined };
    body: Input;
    intent: WriteIntent;
  }): Promise<Reply> {
    const { project } = call.params;
    const id = call.query.id ?? this.options.newId(call.body);
    const reply = await this.save({ ...call, params: { project, id } }, true);
    return { ...reply, location: `/v1/projects/${project}/${this.options.kind}s/${id}` };
  }

  async read({
    params: { project, id },
    query: { revision },
  }: {
    params: Place;
    query: { revision?: number | undefined };
  }): Promise<Reply> {
    const address = { project, kind: this.options.kind, id };
    const document =
      revision === undefined
        ? await this.registry.get(address)
        : await this.registry.getRevision(address, revision);
    return viewReply(document, this.options.shown);
  }

  get({ project, id }: Place): Promise<RegistryDocument<K>> {
    return this.registry.get({ project, kind: this.options.kind, id });
  }

  write(call: Save<Input>): Promise<Reply> {
    return this.save(call, false);
  }

  async remove({ project, id }: Place, intent: WriteIntent): Promise<Reply> {
    const check = () => this.options.beforeRemove?.({ project, id }) ?? Promise.resolve();
    await this.registry.remove({ project, kind: this.options.kind, id }, intent, check);
    return { status: 204 };
  }

  private async save({ params: place, body: input, intent }: Save<Input>, onlyNew: boolean): Promise<Reply> {
    const written = await this.registry.put({
      ...place,
      kind: this.options.kind,
      intent,
      body: (current) => {
        if (onlyNew) assertNew(current, place.id);
        return this.options.toBody(place, input, current);
      },
    });
    return writtenReply(written, this.options.shown);
  }
}

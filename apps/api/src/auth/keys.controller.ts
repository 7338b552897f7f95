import { randomBytes } from 'node:crypto';

import { Controller, Inject } from '@nestjs/common';
import { apiKeyBodySchema, INSTANCE, keyRoles, type ApiKeyBody } from '#libs/contracts';
import { newApiKey } from '#libs/platform';
import { z } from 'zod';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf, type WriteIntent } from '../http/endpoint.js';
import { invalid, Problem } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema, view, viewSchema, writtenReply } from '../registry/view.js';
import { CLOCK, type Clock } from '../tokens.js';
import { isAlive, KeyRing } from './key-ring.js';

const { name, prefix } = apiKeyBodySchema.shape;
const shownFields = z.object({
  name,
  role: z.enum(keyRoles),
  prefix,
  expiresAt: z.iso.datetime().nullable(),
});
const key = viewSchema('Key', shownFields);
const keyOnce = viewSchema('NewKey', shownFields, {
  key: z.string().describe('Shown this once; only a hash of it is kept.'),
});
const body = z
  .strictObject({ name, role: z.enum(keyRoles), expiresAt: z.iso.datetime().nullable().default(null) })
  .meta({ title: 'Key' });
type KeyInput = z.output<typeof body>;

const ofProject = '/v1/projects/{project}/keys';
const ofInstance = '/v1/keys';
const about = { tag: 'keys', role: 'admin' } as const;

const list = (path: string, whose: string) =>
  ({
    ...about,
    method: 'GET',
    path,
    summary: `The keys of ${whose}, without the keys themselves`,
    replies: { 200: { description: 'Keys', schema: listSchema('Keys', key) } },
  }) as const;
const create = (path: string, whose: string) =>
  ({
    ...about,
    method: 'POST',
    path,
    summary: `Make a key for ${whose}`,
    write: true,
    body,
    replies: { 201: { description: 'The key, this once', schema: keyOnce } },
  }) as const;
const remove = (path: string, whose: string) =>
  ({
    ...about,
    method: 'DELETE',
    path: `${path}/{id}`,
    summary: `Revoke a key of ${whose}; it stops working within five seconds`,
    write: true,
    replies: { 204: { description: 'Revoked' } },
  }) as const;

const projectList = endpoint({ ...list(ofProject, 'a project'), path: ofProject });
const projectCreate = endpoint({ ...create(ofProject, 'a project'), path: ofProject });
const projectRemove = endpoint({ ...remove(ofProject, 'a project'), path: `${ofProject}/{id}` });
const instanceList = endpoint({ ...list(ofInstance, 'the whole installation'), path: ofInstance });
const instanceCreate = endpoint({ ...create(ofInstance, 'the whole installation'), path: ofInstance });
const instanceRemove = endpoint({
  ...remove(ofInstance, 'the whole installation'),
  path: `${ofInstance}/{id}`,
});

const shown = ({ name: of, role, prefix: start, expiresAt }: ApiKeyBody) => ({
  name: of,
  role,
  prefix: start,
  expiresAt,
});

@Controller()
export class KeysController {
  constructor(
    private readonly registry: RegistryService,
    private readonly keys: KeyRing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(projectList)
  listOfProject(@Call() { params }: CallOf<typeof projectList>): Promise<Reply> {
    return this.list(params.project);
  }

  @Endpoint(projectCreate)
  createForProject(@Call() { params, body: input, intent }: CallOf<typeof projectCreate>): Promise<Reply> {
    return this.create(params.project, input, intent);
  }

  @Endpoint(projectRemove)
  removeOfProject(@Call() { params, intent }: CallOf<typeof projectRemove>): Promise<Reply> {
    return this.remove(params.project, params.id, intent);
  }

  @Endpoint(instanceList)
  listOfInstance(@Call() { principal }: CallOf<typeof instanceList>): Promise<Reply> {
    assertInstance(principal.project);
    return this.list(INSTANCE);
  }

  @Endpoint(instanceCreate)
  createForInstance(
    @Call() { principal, body: input, intent }: CallOf<typeof instanceCreate>,
  ): Promise<Reply> {
    assertInstance(principal.project);
    return this.create(INSTANCE, input, intent);
  }

  @Endpoint(instanceRemove)
  removeOfInstance(@Call() { principal, params, intent }: CallOf<typeof instanceRemove>): Promise<Reply> {
    assertInstance(principal.project);
    return this.remove(INSTANCE, params.id, intent);
  }

  private async list(project: string): Promise<Reply> {
    const documents = await this.registry.list(project, 'key');
    return ok({ items: documents.map((document) => view(document, shown)) });
  }

  private async create(project: string, input: KeyInput, intent: WriteIntent): Promise<Reply> {
    if (input.expiresAt !== null && Date.parse(input.expiresAt) <= this.clock())
      throw invalid({ field: 'expiresAt', message: 'is already over', found: input.expiresAt });
    const made = newApiKey();
    const id = `key-${randomBytes(6).toString('hex')}`;
    const document = { ...input, prefix: made.prefix, hash: made.hash };
    const written = await this.registry.put({ project, kind: 'key', id, intent, body: () => document });
    this.keys.forget();
    const reply = writtenReply(written, shown);
    return { ...reply, body: { ...(reply.body as object), key: made.key } };
  }

  private async remove(project: string, id: string, intent: WriteIntent): Promise<Reply> {
    await this.registry.remove({ project, kind: 'key', id }, intent, async () => {
      if (project === INSTANCE) await this.assertAnotherAdmin(id);
    });
    this.keys.forget();
    return { status: 204 };
  }

  /** Nobody could make keys any more. */
  private async assertAnotherAdmin(id: string): Promise<void> {
    const others = (await this.registry.list(INSTANCE, 'key')).filter((other) => other.id !== id);
    if (others.some((other) => other.body.role === 'admin' && isAlive(other, this.clock()))) return;
    throw new Problem(409, 'This is the last admin key of the installation; make another one first.');
  }
}

const assertInstance = (project: string): void => {
  if (project !== INSTANCE) throw new Problem(403, `This key belongs to project '${project}'.`);
};

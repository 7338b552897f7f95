import { createHmac } from 'node:crypto';

import { Controller, Inject } from '@nestjs/common';
import {
  documentId,
  erasureBodySchema,
  erasurePlace,
  erasureSelectorSchema,
  type ErasureBody,
  type ErasureSelector,
} from '#libs/contracts';
import { privacyKeys, requireSecretKey, seal, type Config } from '#libs/platform';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { randomId } from '../registry/new-id.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema, view, viewReply, viewSchema } from '../registry/view.js';
import { CLOCK, CONFIG, type Clock } from '../tokens.js';

const erasure = viewSchema('Erasure', erasureBodySchema);
const collection = { tag: 'privacy', path: '/v1/projects/{project}/models/{model}/erasures' } as const;
const item = { tag: 'privacy', path: '/v1/projects/{project}/models/{model}/erasures/{erasure}' } as const;

const order = endpoint({
  ...collection,
  method: 'POST',
  summary: 'Erase a prediction, or everything that carries a tag',
  description:
    'Takes effect in the background; read the erasure to see how far it is: `hidden` when no query shows the rows any more, `purged` when their bytes are gone. X-Reason is required.',
  role: 'editor',
  write: true,
  body: erasureSelectorSchema.meta({ title: 'ErasureOrder' }),
  replies: { 202: { description: 'Ordered', schema: erasure } },
});
const list = endpoint({
  ...collection,
  method: 'GET',
  summary: 'What was erased, or is to be',
  role: 'viewer',
  replies: { 200: { description: 'Erasures', schema: listSchema('Erasures', erasure) } },
});
const read = endpoint({
  ...item,
  method: 'GET',
  summary: 'One erasure and how far it is',
  role: 'viewer',
  replies: { 200: { description: 'The erasure', schema: erasure } },
});

@Controller()
export class ErasuresController {
  constructor(
    private readonly registry: RegistryService,
    @Inject(STORE) private readonly store: Store,
    @Inject(CONFIG) private readonly config: Pick<Config, 'secretKey'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The order goes first: a document without one could not be carried out, an order without a document is never looked at. */
  @Endpoint(order)
  async order(
    @Call() { params: { project, model }, body: selector, intent }: CallOf<typeof order>,
  ): Promise<Reply> {
    const { privacy } = (await this.registry.get({ project, kind: 'model', id: model })).body;
    if (intent.reason === '')
      throw invalid({
        field: 'X-Reason',
        message: 'is missing; say why this is erased, without naming the person',
      });
    if ('tag' in selector && privacy.tags[selector.tag.name]?.action === 'drop')
      throw invalid({
        field: 'tag.name',
        message: 'is dropped before storage by the privacy rules of the model, so nothing can be found by it',
        found: selector.tag.name,
      });
    const name = randomId('erasure');
    const secretKey = requireSecretKey(this.config);
    await this.store.privacy.saveOrder({
      project,
      erasure: name,
      sealedSelector: seal(secretKey, erasurePlace(project, name), JSON.stringify(selector)),
      nowMs: this.clock(),
    });
    const { document } = await this.registry.put({
      project,
      kind: 'erasure',
      id: documentId(model, name),
      intent: { ...intent, expected: undefined },
      body: () => this.bodyOf(project, model, selector),
    });
    const location = `/v1/projects/${project}/models/${model}/erasures/${name}`;
    return { status: 202, body: view(document), revision: document.revision, location };
  }

  private bodyOf(project: string, model: string, selector: ErasureSelector): ErasureBody {
    const { selectors: key } = privacyKeys(requireSecretKey(this.config), project, model);
    const parts =
      'tag' in selector ? ['tag', selector.tag.name, selector.tag.value] : ['id', selector.prediction];
    return {
      model,
      by: 'tag' in selector ? 'tag' : 'id',
      tag: 'tag' in selector ? selector.tag.name : '',
      selector: createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex').slice(0, 32),
      status: 'requested',
      ids: 0,
      hiddenAt: null,
      purgedAt: null,
    };
  }

  @Endpoint(list)
  async list(@Call() { params: { project, model } }: CallOf<typeof list>): Promise<Reply> {
    const documents = await this.registry.list(project, 'erasure', model);
    return ok({ items: documents.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params }: CallOf<typeof read>): Promise<Reply> {
    const id = documentId(params.model, params.erasure);
    return viewReply(await this.registry.get({ project: params.project, kind: 'erasure', id }));
  }
}

import { Controller, Inject } from '@nestjs/common';
import { documentId, modelBodySchema, type ModelBody } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid, type FieldError } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { CLOCK, type Clock } from '../tokens.js';
import { privacyErrors } from '../privacy/redacted-features.js';
import { BaselineProfiles } from '../baselines/baseline-profiles.js';
import { biasErrors } from './bias-rules.js';
import { canonical } from './canonical.js';
import { ModelFacts } from './model-facts.js';
import { modelErrors } from './model-rules.js';
import { RegistryService } from './registry.service.js';
import { segmentValueCount } from './segment-rules.js';
import { listSchema, view, viewReply, viewSchema, writtenReply } from './view.js';

const model = viewSchema('Model', modelBodySchema);
const collection = { tag: 'models', path: '/v1/projects/{project}/models' } as const;
const item = { tag: 'models', path: '/v1/projects/{project}/models/{model}' } as const;

const list = endpoint({
  ...collection,
  method: 'GET',
  summary: 'The models of a project',
  role: 'viewer',
  replies: { 200: { description: 'Models', schema: listSchema('Models', model) } },
});
const read = endpoint({
  ...item,
  method: 'GET',
  summary: 'One model',
  role: 'viewer',
  replies: { 200: { description: 'The model', schema: model } },
});
const write = endpoint({
  ...item,
  method: 'PUT',
  summary: 'Create or change a model',
  role: 'editor',
  write: true,
  body: modelBodySchema.meta({ title: 'Model' }),
  replies: {
    200: { description: 'Changed, or already so', schema: model },
    201: { description: 'Created', schema: model },
  },
});

@Controller()
export class ModelsController {
  constructor(
    private readonly registry: RegistryService,
    private readonly facts: ModelFacts,
    private readonly profiles: BaselineProfiles,
    @Inject(STORE) private readonly store: Store,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Endpoint(list)
  async list(@Call() { params }: CallOf<typeof list>): Promise<Reply> {
    const documents = await this.registry.list(params.project, 'model');
    return ok({ items: documents.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params }: CallOf<typeof read>): Promise<Reply> {
    return viewReply(await this.registry.get({ project: params.project, kind: 'model', id: params.model }));
  }

  @Endpoint(write)
  async write(
    @Call() { params: { project, model: id }, body, intent }: CallOf<typeof write>,
  ): Promise<Reply> {
    let before: ModelBody['bias'];
    const written = await this.registry.put({
      project,
      kind: 'model',
      id,
      intent,
      body: async (current) => {
        before = current?.body.bias;
        const hasData = current !== null && (await this.hasData(project, id));
        const versions = await this.store.documents.list(project, 'version', { prefix: documentId(id, '') });
        const errors = [
          ...modelErrors(current?.body ?? null, body, { hasData, nowMs: this.clock() }),
          ...privacyErrors(
            body.privacy,
            versions.map((version) => version.body),
          ),
          ...(await this.biasErrors(project, id, body)),
        ];
        if (errors.length > 0) throw invalid(...errors);
        return body;
      },
    });
    // What baselines were counted by; the worker would find out a little later.
    if (canonical(before) !== canonical(body.bias)) await this.profiles.refresh(project, id);
    return writtenReply(written);
  }

  private async biasErrors(project: string, model: string, body: ModelBody): Promise<FieldError[]> {
    if (body.bias === undefined) return [];
    const [features, segments] = await Promise.all([
      this.facts.features(project, model),
      this.facts.segments(project, model),
    ]);
    const segmentValues = segments.reduce((sum, segment) => sum + segmentValueCount(segment.body), 1);
    return biasErrors(body, { features, segmentValues });
  }

  private async hasData(project: string, model: string): Promise<boolean> {
    const prefix = documentId(model, '');
    if ((await this.store.documents.list(project, 'baseline', { prefix })).length > 0) return true;
    const versions = await this.store.documents.list(project, 'version', { prefix });
    const spans = await Promise.all(
      versions.map(({ body }) => this.store.profiles.firstAndLast(project, model, body.version)),
    );
    return spans.some((span) => span !== null);
  }
}

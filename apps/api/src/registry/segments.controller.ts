import { Controller } from '@nestjs/common';
import { documentId, segmentBodySchema, type SegmentBody } from '#libs/contracts';

import { BaselineProfiles } from '../baselines/baseline-profiles.js';
import { SegmentFreezer } from '../baselines/segment-freezer.js';
import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid, Problem } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { ModelFacts } from './model-facts.js';
import { RegistryService } from './registry.service.js';
import { limitErrors, segmentErrors } from './segment-rules.js';
import { listSchema, view, viewReply, viewSchema, writtenReply } from './view.js';

const segment = viewSchema('Segment', segmentBodySchema);
const collection = { tag: 'segments', path: '/v1/projects/{project}/models/{model}/segments' } as const;
const item = { tag: 'segments', path: '/v1/projects/{project}/models/{model}/segments/{segment}' } as const;

const list = endpoint({
  ...collection,
  method: 'GET',
  summary: 'The segments of a model; `all` always exists beside them',
  role: 'viewer',
  replies: { 200: { description: 'Segments', schema: listSchema('Segments', segment) } },
});
const read = endpoint({
  ...item,
  method: 'GET',
  summary: 'One segment',
  role: 'viewer',
  replies: { 200: { description: 'The segment', schema: segment } },
});
const write = endpoint({
  ...item,
  method: 'PUT',
  summary: 'Create or change a segment',
  description:
    'A dimension without values gets the 50 most frequent ones of the newest baseline, and keeps them; the rest is `other`. A model has at most 500 segment values.',
  role: 'editor',
  write: true,
  implied: ['model'],
  body: segmentBodySchema.meta({ title: 'Segment' }),
  replies: {
    200: { description: 'Changed, or already so', schema: segment },
    201: { description: 'Created', schema: segment },
  },
});
const remove = endpoint({
  ...item,
  method: 'DELETE',
  summary: 'Drop a segment',
  role: 'editor',
  write: true,
  replies: { 204: { description: 'Dropped; its past findings stay' } },
});

@Controller()
export class SegmentsController {
  constructor(
    private readonly registry: RegistryService,
    private readonly facts: ModelFacts,
    private readonly freezer: SegmentFreezer,
    private readonly profiles: BaselineProfiles,
  ) {}

  @Endpoint(list)
  async list(@Call() { params: { project, model } }: CallOf<typeof list>): Promise<Reply> {
    await this.registry.get({ project, kind: 'model', id: model });
    const documents = await this.registry.list(project, 'segment', model);
    return ok({ items: documents.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params: { project, model, segment: name } }: CallOf<typeof read>): Promise<Reply> {
    return viewReply(await this.registry.get({ project, kind: 'segment', id: documentId(model, name) }));
  }

  @Endpoint(write)
  async write(@Call() call: CallOf<typeof write>): Promise<Reply> {
    const { project, model, segment: name } = call.params;
    const { body: modelBody } = await this.registry.get({ project, kind: 'model', id: model });
    const features = await this.facts.features(project, model);
    const errors = segmentErrors(name, call.body, features);
    if (errors.length > 0) throw invalid(...errors);
    const id = documentId(model, name);
    const written = await this.registry.put({
      project,
      kind: 'segment',
      id,
      intent: call.intent,
      body: async (current) => {
        const body = await this.freezer.frozen(project, call.body, current?.body ?? null);
        await this.assertWithinLimit(
          project,
          { id, body },
          { bucket: modelBody.bucket, features: features.length },
        );
        return body;
      },
    });
    await this.profiles.refresh(project, model);
    return writtenReply(written);
  }

  @Endpoint(remove)
  async remove(@Call() { params, intent }: CallOf<typeof remove>): Promise<Reply> {
    const { project, model, segment: name } = params;
    const address = { project, kind: 'segment', id: documentId(model, name) } as const;
    await this.registry.remove(address, intent, async () => {
      const monitors = await this.facts.monitorsOn(project, model, name);
      if (monitors.length > 0)
        throw new Problem(
          409,
          `Monitors name this segment: ${monitors.slice(0, 10).join(', ')}; change them first.`,
        );
    });
    await this.profiles.refresh(project, model);
    return { status: 204 };
  }

  private async assertWithinLimit(
    project: string,
    { id, body }: { id: string; body: SegmentBody },
    size: Parameters<typeof limitErrors>[1],
  ): Promise<void> {
    const others = (await this.facts.segments(project, body.model)).filter((other) => other.id !== id);
    const errors = limitErrors([...others.map((other) => other.body), body], size);
    if (errors.length > 0) throw invalid(...errors);
  }
}

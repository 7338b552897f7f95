import { Controller } from '@nestjs/common';
import { documentId, versionBodySchema } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { invalid } from '../http/problem.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from './registry.service.js';
import { privacyErrors } from '../privacy/redacted-features.js';
import { versionErrors } from './version-rules.js';
import { listSchema, view, viewReply, viewSchema, writtenReply } from './view.js';

const version = viewSchema('Version', versionBodySchema);
const collection = { tag: 'versions', path: '/v1/projects/{project}/models/{model}/versions' } as const;
const item = { tag: 'versions', path: '/v1/projects/{project}/models/{model}/versions/{version}' } as const;

const list = endpoint({
  ...collection,
  method: 'GET',
  summary: 'The versions of a model, drafts included',
  role: 'viewer',
  replies: { 200: { description: 'Versions', schema: listSchema('Versions', version) } },
});
const read = endpoint({
  ...item,
  method: 'GET',
  summary: 'One version with its feature schema',
  role: 'viewer',
  replies: { 200: { description: 'The version', schema: version } },
});
const write = endpoint({
  ...item,
  method: 'PUT',
  summary: 'Create a version, register a draft, or append features',
  description: 'The feature schema only grows: what is stored by position stays readable.',
  role: 'editor',
  write: true,
  implied: ['model', 'version'],
  body: versionBodySchema.meta({ title: 'Version' }),
  replies: {
    200: { description: 'Changed, or already so', schema: version },
    201: { description: 'Created', schema: version },
  },
});

@Controller()
export class VersionsController {
  constructor(private readonly registry: RegistryService) {}

  @Endpoint(list)
  async list(@Call() { params: { project, model } }: CallOf<typeof list>): Promise<Reply> {
    await this.registry.get({ project, kind: 'model', id: model });
    const documents = await this.registry.list(project, 'version', model);
    return ok({ items: documents.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params }: CallOf<typeof read>): Promise<Reply> {
    const id = documentId(params.model, params.version);
    return viewReply(await this.registry.get({ project: params.project, kind: 'version', id }));
  }

  @Endpoint(write)
  async write(
    @Call() { params: { project, model, version: name }, body, intent }: CallOf<typeof write>,
  ): Promise<Reply> {
    const { privacy } = (await this.registry.get({ project, kind: 'model', id: model })).body;
    const written = await this.registry.put({
      project,
      kind: 'version',
      id: documentId(model, name),
      intent,
      body: (current) => {
        const errors = [...versionErrors(current?.body ?? null, body), ...privacyErrors(privacy, [body])];
        if (errors.length > 0) throw invalid(...errors);
        return body;
      },
    });
    return writtenReply(written);
  }
}

import { Controller } from '@nestjs/common';
import { documentId, INSTANCE, projectBodySchema } from '#libs/contracts';

import { Call } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { ok, type Reply } from '../http/reply.js';
import { ProjectDirectory } from './project-directory.js';
import { RegistryService } from './registry.service.js';
import { listSchema, view, viewReply, viewSchema, writtenReply } from './view.js';

const project = viewSchema('Project', projectBodySchema);
const base = { tag: 'projects', path: '/v1/projects/{project}' } as const;

const list = endpoint({
  method: 'GET',
  path: '/v1/projects',
  tag: 'projects',
  summary: 'The projects that this key may see',
  role: 'viewer',
  replies: { 200: { description: 'Projects', schema: listSchema('Projects', project) } },
});
const read = endpoint({
  ...base,
  method: 'GET',
  summary: 'One project',
  role: 'viewer',
  replies: { 200: { description: 'The project', schema: project } },
});
const write = endpoint({
  ...base,
  method: 'PUT',
  summary: 'Create or change a project',
  description:
    'Which topics feed a project is a setting of the installation; the name here must be the same.',
  role: 'admin',
  write: true,
  body: projectBodySchema.meta({ title: 'Project' }),
  replies: {
    200: { description: 'Changed, or already so', schema: project },
    201: { description: 'Created', schema: project },
  },
});

@Controller()
export class ProjectsController {
  constructor(
    private readonly registry: RegistryService,
    private readonly directory: ProjectDirectory,
  ) {}

  @Endpoint(list)
  async list(@Call() { principal }: CallOf<typeof list>): Promise<Reply> {
    const documents = await this.directory.all();
    const visible = documents.filter(({ id }) => principal.project === INSTANCE || principal.project === id);
    return ok({ items: visible.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params }: CallOf<typeof read>): Promise<Reply> {
    return viewReply(
      await this.registry.get({ project: params.project, kind: 'project', id: params.project }),
    );
  }

  @Endpoint(write)
  async write(@Call() { params, body, intent }: CallOf<typeof write>): Promise<Reply> {
    const id = documentId(params.project);
    return writtenReply(
      await this.registry.put({ project: params.project, kind: 'project', id, body: () => body, intent }),
    );
  }
}

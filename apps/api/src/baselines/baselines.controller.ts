import type { IncomingMessage } from 'node:http';

import { Controller, Inject, Req } from '@nestjs/common';
import { baselineBodySchema, documentId, monitorBodySchema, type RegistryDocument } from '#libs/contracts';
import { z } from 'zod';

import { Call, mediaTypeOf } from '../http/call.js';
import { Endpoint, endpoint, type CallOf } from '../http/endpoint.js';
import { ok, type Reply } from '../http/reply.js';
import { RegistryService } from '../registry/registry.service.js';
import { listSchema, view, viewReply, viewSchema } from '../registry/view.js';
import { LOCKS, type Locks } from '../tokens.js';
import type { BaselineOrder } from './baseline-order.js';
import { BaselineRegistrar, type Registered } from './baseline-registrar.js';
import { DefaultMonitors } from './default-monitors.js';
import { UploadDesk } from './upload-desk.js';
import { UPLOAD_TYPES, uploadQuery } from './upload-query.js';

const baseline = viewSchema('Baseline', baselineBodySchema);
const monitor = viewSchema('Monitor', monitorBodySchema);
const registered = viewSchema('RegisteredBaseline', baselineBodySchema, {
  warnings: z.array(z.string()),
  monitors: z.array(monitor),
});
const versionPath = '/v1/projects/{project}/models/{model}/versions/{version}/baselines';

const list = endpoint({
  method: 'GET',
  path: versionPath,
  tag: 'baselines',
  summary: 'The baselines of a version',
  role: 'viewer',
  replies: { 200: { description: 'Baselines', schema: listSchema('Baselines', baseline) } },
});
const read = endpoint({
  method: 'GET',
  path: `${versionPath}/{baseline}`,
  tag: 'baselines',
  summary: 'One baseline',
  role: 'viewer',
  replies: { 200: { description: 'The baseline', schema: baseline } },
});
const upload = endpoint({
  method: 'POST',
  path: versionPath,
  tag: 'baselines',
  summary: 'Upload the training rows of a version as a baseline',
  description:
    'The file is the body (CSV with a header line, one JSON object per line, or Parquet), with Content-Encoding: gzip where it is packed. All rows are kept, or none. A version without a schema takes it from the file. The first baseline makes the binning, freezes the values of dimensions and creates monitors with limits fitted on it, which the answer shows.',
  role: 'editor',
  write: true,
  query: uploadQuery,
  upload: Object.keys(UPLOAD_TYPES),
  replies: {
    200: { description: 'The same file was registered under this name before', schema: registered },
    201: { description: 'Registered', schema: registered },
  },
});

@Controller()
export class BaselinesController {
  constructor(
    private readonly registry: RegistryService,
    private readonly desk: UploadDesk,
    private readonly registrar: BaselineRegistrar,
    private readonly monitors: DefaultMonitors,
    @Inject(LOCKS) private readonly locks: Locks,
  ) {}

  @Endpoint(list)
  async list(@Call() { params: { project, model, version } }: CallOf<typeof list>): Promise<Reply> {
    await this.registry.get({ project, kind: 'version', id: documentId(model, version) });
    const documents = await this.registry.list(project, 'baseline', documentId(model, version));
    return ok({ items: documents.map((document) => view(document)) });
  }

  @Endpoint(read)
  async read(@Call() { params }: CallOf<typeof read>): Promise<Reply> {
    const id = documentId(params.model, params.version, params.baseline);
    return viewReply(await this.registry.get({ project: params.project, kind: 'baseline', id }));
  }

  @Endpoint(upload)
  async upload(
    @Call() { params, query, intent }: CallOf<typeof upload>,
    @Req() request: IncomingMessage,
  ): Promise<Reply> {
    const { project, model, version } = params;
    await this.registry.get({ project, kind: 'model', id: model });
    const format = UPLOAD_TYPES[mediaTypeOf(request.headers['content-type'])] ?? 'csv';
    return this.desk.receive(request, format, (file) =>
      this.locks(`baselines/${project}/${model}/${version}`, () =>
        this.register({ project, model, version, query, file, intent: { ...intent, expected: undefined } }),
      ),
    );
  }

  private async register(order: BaselineOrder): Promise<Reply> {
    const result = (await this.registrar.existing(order)) ?? (await this.registrar.register(order));
    const monitors =
      order.query.monitors === 'false' ? [] : await this.monitors.create(result.baseline, result.plan);
    return this.reply(result, monitors);
  }

  private reply(
    { baseline: document, warnings, existed }: Registered,
    monitors: RegistryDocument<'monitor'>[],
  ): Reply {
    const { project, body, revision } = document;
    const shown = view(document);
    return {
      status: existed ? 200 : 201,
      revision,
      location: `/v1/projects/${project}/models/${body.model}/versions/${body.version}/baselines/${shown.id}`,
      body: { ...shown, warnings, monitors: monitors.map((one) => view(one)) },
    };
  }
}

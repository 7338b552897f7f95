import { Inject, Injectable } from '@nestjs/common';
import { documentId, type MonitorBody } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { invalid, type FieldError } from '../http/problem.js';
import { unknownName } from '../registry/segment-rules.js';
import { monitorErrors, type MonitorFacts } from './monitor-rules.js';

/** MonitorChecks: whether all that a monitor names exists. */
@Injectable()
export class MonitorChecks {
  constructor(@Inject(STORE) private readonly store: Store) {}

  /** assertFits: throws a 422 problem that names each unknown thing and the known one nearest to it. */
  async assertFits(project: string, body: MonitorBody): Promise<void> {
    const facts = await this.facts(project, body);
    const errors = Array.isArray(facts) ? facts : monitorErrors(body, facts);
    if (errors.length > 0) throw invalid(...errors);
  }

  private async facts(
    project: string,
    { model, version }: MonitorBody,
  ): Promise<MonitorFacts | FieldError[]> {
    const { documents } = this.store;
    const modelDocument = await documents.get(project, 'model', model);
    if (modelDocument === null) {
      const known = await documents.list(project, 'model');
      return [
        unknownName(
          'model',
          'model',
          model,
          known.map(({ id }) => id),
        ),
      ];
    }
    const prefix = documentId(model, '');
    const versionDocument = await documents.get(project, 'version', documentId(model, version));
    if (versionDocument === null) {
      const known = await documents.list(project, 'version', { prefix });
      return [
        unknownName(
          'version',
          'version',
          version,
          known.map(({ body }) => body.version),
        ),
      ];
    }
    const [segments, baselines] = await Promise.all([
      documents.list(project, 'segment', { prefix }),
      documents.list(project, 'baseline', { prefix: documentId(model, version, '') }),
    ]);
    return {
      model: modelDocument.body,
      features: versionDocument.body.features,
      segments: segments.map(({ id }) => id.slice(prefix.length)),
      baselines: baselines.map(({ id }) => id.slice(documentId(model, version, '').length)),
    };
  }
}

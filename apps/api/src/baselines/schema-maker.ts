import { Inject, Injectable } from '@nestjs/common';
import {
  documentId,
  type Feature,
  type ModelBody,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import type { WriteIntent } from '../http/endpoint.js';
import { invalid } from '../http/problem.js';
import { redactedFeatures } from '../privacy/redacted-features.js';
import { RegistryService } from '../registry/registry.service.js';
import type { BaselineOrder } from './baseline-order.js';
import { fileRows } from './upload-desk.js';
import { columnErrors, featureColumns } from './upload-query.js';

/** SchemaMaker: the features of a version that gets a baseline. */
@Injectable()
export class SchemaMaker {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  /** schemaOf: the version's schema; a version that has none takes it from the file. */
  async schemaOf(order: BaselineOrder, { privacy }: ModelBody): Promise<RegistryDocument<'version'>> {
    const { project, model, version, query, file, intent } = order;
    const id = documentId(model, version);
    const current = await this.store.documents.get(project, 'version', id);
    const errors = columnErrors(query.columns, file.columns);
    if (errors.length > 0) throw invalid(...errors);
    if (current !== null && current.body.features.length > 0) return this.registered(current, intent);
    const isKept = (name: string) => privacy.features[name]?.action !== 'drop';
    const names = featureColumns(query.columns, file.columns).filter(isKept);
    if (names.length === 0)
      throw invalid({ field: 'file', message: 'has no column left that could be a feature' });
    const features = redactedFeatures(await this.infer(order, names), privacy);
    const body: VersionBody = { model, version, status: 'registered', features };
    const written = await this.registry.put({
      project,
      kind: 'version',
      id,
      intent: { ...intent, expected: 'any', reason: `schema taken from baseline ${query.name}` },
      body: (found) => (found !== null && found.body.features.length > 0 ? found.body : body),
    });
    return written.document;
  }

  /** Whoever registers a baseline for a draft has accepted its schema. */
  private async registered(
    current: RegistryDocument<'version'>,
    intent: WriteIntent,
  ): Promise<RegistryDocument<'version'>> {
    if (current.body.status === 'registered') return current;
    const { project, kind, id } = current;
    const written = await this.registry.put({
      project,
      kind,
      id,
      intent: { ...intent, expected: 'any', reason: 'registered by its first baseline' },
      body: (found) => ({ ...(found ?? current).body, status: 'registered' }),
    });
    return written.document;
  }

  private async infer({ file, query }: BaselineOrder, names: string[]): Promise<Feature[]> {
    const inferred = await this.store.baselines.infer({
      ...fileRows(file),
      columns: names,
      hasTime: query.columns.time !== undefined,
    });
    if (!inferred.ok) throw invalid({ field: inferred.field, message: inferred.message });
    return inferred.features;
  }
}

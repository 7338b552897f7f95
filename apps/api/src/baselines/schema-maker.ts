import { Inject, Injectable } from '@nestjs/common';
import {
  documentId,
  type Feature,
  type ModelBody,
  type Reading,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';
import { judgeColumn, type ColumnFacts, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import type { WriteIntent } from '../http/endpoint.js';
import { invalid, type FieldError } from '../http/problem.js';
import { redactedFeatures } from '../privacy/redacted-features.js';
import { RegistryService } from '../registry/registry.service.js';
import type { BaselineOrder } from './baseline-order.js';
import { fileRows } from './upload-desk.js';
import { columnErrors, featureColumns } from './upload-query.js';

/** Columns that are written about, at most. */
const MAX_WARNINGS = 50;

/** FoundSchema: the schema of a version, and what is to be said about the columns that it was taken from. */
export type FoundSchema = { schema: RegistryDocument<'version'>; warnings: string[] };

/** SchemaMaker: the features of a version that gets a baseline. */
@Injectable()
export class SchemaMaker {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  /** schemaOf: the version's schema; a version that has none takes it from the file, and what is odd about its columns is said. */
  async schemaOf(order: BaselineOrder, { privacy }: ModelBody): Promise<FoundSchema> {
    const { project, model, version, query, file, intent } = order;
    const id = documentId(model, version);
    const current = await this.store.documents.get(project, 'version', id);
    const errors = columnErrors(query.columns, file.columns);
    if (errors.length > 0) throw invalid(...errors);
    if (current !== null && current.body.features.length > 0)
      return { schema: await this.registered(current, intent), warnings: [] };
    const isKept = (name: string) => privacy.features[name]?.action !== 'drop';
    const names = featureColumns(query.columns, file.columns).filter(isKept);
    if (names.length === 0)
      throw invalid({ field: 'file', message: 'has no column left that could be a feature' });
    const inferred = await this.infer(order, names);
    const features = redactedFeatures(inferred.features, privacy);
    const body: VersionBody = { model, version, status: 'registered', features };
    const written = await this.registry.put({
      project,
      kind: 'version',
      id,
      intent: { ...intent, expected: 'any', reason: `schema taken from baseline ${query.name}` },
      body: (found) => (found !== null && found.body.features.length > 0 ? found.body : body),
    });
    return { schema: written.document, warnings: inferred.warnings };
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

  private async infer(
    { file, query }: BaselineOrder,
    names: string[],
  ): Promise<{ features: Feature[]; warnings: string[] }> {
    const inferred = await this.store.baselines.infer({
      ...fileRows(file),
      columns: names,
    });
    if (!inferred.ok) throw invalid({ field: inferred.field, message: inferred.message });
    const { reading = {}, time } = query.columns;
    const judged = inferred.facts.map((facts) =>
      uploadedFeature(facts, { reading: reading[facts.name], hasTime: time !== undefined }),
    );
    const errors = judged.flatMap(({ asks }) => asks ?? []);
    if (errors.length > 0) throw invalid(...errors);
    return {
      features: judged.flatMap(({ feature }) => feature ?? []),
      warnings: judged.flatMap(({ warnings }) => warnings).slice(0, MAX_WARNINGS),
    };
  }
}

type Uploaded = { feature?: Feature; asks?: FieldError; warnings: string[] };

/** uploadedFeature: a column as a feature of a new schema. What can be read in two ways is asked for, since a schema never changes. */
function uploadedFeature(
  facts: ColumnFacts,
  { reading: given, hasTime }: { reading: Reading | undefined; hasTime: boolean },
): Uploaded {
  const { name } = facts;
  const { type, asks, isLeftOut, warning, ...judged } = judgeColumn(facts);
  const warnings = warning === undefined ? [] : [warning];
  if (isLeftOut === true) return { warnings };
  const reading =
    judged.reading === undefined && given === undefined ? {} : { reading: { ...judged.reading, ...given } };
  const answer = type === 'timestamp' ? given?.dates : given?.decimal;
  if (asks !== undefined && answer === undefined)
    return { asks: { field: `columns.reading.${name}`, message: asks }, warnings: [] };
  if (type !== 'timestamp' || hasTime)
    return { feature: { name, type, role: 'input', ...reading }, warnings };
  const noAge = `column '${name}' holds times and is not compared: without the time of the row (columns.time) their age is not known`;
  return { feature: { name, type, role: 'context', ...reading }, warnings: [noAge] };
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

import { Inject, Injectable } from '@nestjs/common';
import {
  baselineOrigin,
  documentId,
  durationMs,
  hasPrivacyRules,
  PREDICTION_FEATURES,
  type BaselineBody,
  type BinningBody,
  type Feature,
  type ModelBody,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';
import { privacyKeys, requireSecretKey, type Config } from '#libs/platform';
import {
  loadPlan,
  newestBaseline,
  STORE,
  type BaselineInsert,
  type ProfilePlan,
  type Store,
} from '#libs/store';

import type { WriteIntent } from '../http/endpoint.js';
import { invalid, Problem } from '../http/problem.js';
import { canonical } from '../registry/canonical.js';
import { RegistryService } from '../registry/registry.service.js';
import { redactedFeatures } from '../privacy/redacted-features.js';
import { CONFIG } from '../tokens.js';
import type { BaselineOrder } from './baseline-order.js';
import { SegmentFreezer } from './segment-freezer.js';
import { attributionErrors, columnErrors, featureColumns, toBaselineColumns } from './upload-query.js';
import { VocabularyMaker, type Prepared } from './vocabulary-maker.js';

/** Registered: the baseline, the plan that it was profiled under, what was odd about the file, and whether it was there before. */
export type Registered = {
  baseline: RegistryDocument<'baseline'>;
  plan: ProfilePlan;
  warnings: string[];
  existed: boolean;
};

type Inserted = {
  rows: number;
  hasTime: boolean;
  hasLabels: boolean;
  hasAttributions: boolean;
  warnings: string[];
};

/** What makes a baseline: the file and what its columns were taken for. A mapping of nothing leaves the hash of the file. */
const contentHashOf = ({ file, query }: BaselineOrder): string => {
  const mapping = canonical(query.columns);
  if (mapping === '{"tags":{}}') return file.sha256;
  return createHash('sha256').update(`${file.sha256}\n${mapping}`).digest('hex');
};

const cannotServe = (binning: BinningBody, { hasLabels }: Inserted): BaselineBody['cannotServe'] => {
  const pseudo = Object.values<string>(PREDICTION_FEATURES);
  const hasPredictions = binning.features.some(({ feature }) => pseudo.includes(feature));
  return [
    ...(hasLabels ? [] : [{ kind: 'quality', reason: 'the file has no column that is the label' }]),
    ...(hasPredictions
      ? []
      : [{ kind: 'prediction_drift', reason: 'the file has no column that is the prediction' }]),
  ];
};

/** BaselineRegistrar: rows → binning → frozen segments → profile → immutable document; when a step fails, the rows go again. */
@Injectable()
export class BaselineRegistrar {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    private readonly freezer: SegmentFreezer,
    private readonly vocabularies: VocabularyMaker,
    @Inject(CONFIG) private readonly config: Pick<Config, 'secretKey'>,
  ) {}

  /** existing: the baseline of this name if the same file made it, null when the name is free; any other use of the name is a 409. */
  async existing(order: BaselineOrder): Promise<Registered | null> {
    const { project, model, version, query } = order;
    const id = documentId(model, version, query.name);
    const baseline = await this.store.documents.get(project, 'baseline', id);
    if (baseline === null) return null;
    if (baseline.body.contentHash !== contentHashOf(order))
      throw new Problem(
        409,
        `Baseline '${query.name}' exists with other content; baselines never change, choose another name.`,
        {
          extra: { currentRevision: baseline.revision },
        },
      );
    const plan = await this.planOf(order, baseline.body.origin);
    const attributions = baseline.body.hasAttributions === true;
    return { baseline, plan: { ...plan, attributions }, warnings: [], existed: true };
  }

  /** register: everything between the file on disk and the document. The caller holds the lock of the version's baselines. */
  async register(order: BaselineOrder): Promise<Registered> {
    const { project, model, version, query } = order;
    const modelDocument = await this.registry.get({ project, kind: 'model', id: model });
    const schema = await this.schemaFor(order, modelDocument.body);
    const privacy = this.privacyOf(project, model, modelDocument.body);
    const prepared = await this.vocabularies.prepare(order, schema, privacy);
    const origin = baselineOrigin(query.name);
    const inserted = await this.insert(order, { model: modelDocument.body, ...prepared, privacy, origin });
    try {
      return await this.finish(order, { inserted, origin, features: prepared.schema.body.features });
    } catch (error) {
      await this.store.baselines.remove(project, model, version, origin);
      throw error;
    }
  }

  private async finish(
    order: BaselineOrder,
    { inserted, origin, features }: { inserted: Inserted; origin: string; features: Feature[] },
  ): Promise<Registered> {
    const binning = await this.binningFor(order, origin, features);
    const draft = this.draftOf(order, { inserted, origin, binning });
    await this.freezer.freezeAll(draft, order.intent.author);
    const plan = { ...(await this.planOf(order, origin)), binning, attributions: inserted.hasAttributions };
    await this.store.profiles.computeBaseline(plan);
    const { document } = await this.registry.put({ ...draft, intent: order.intent, body: () => draft.body });
    return { baseline: document, plan, warnings: inserted.warnings, existed: false };
  }

  /** The version's schema; a version that has none takes it from the file. */
  private async schemaFor(
    order: BaselineOrder,
    { privacy }: ModelBody,
  ): Promise<RegistryDocument<'version'>> {
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

  private async infer({ file }: BaselineOrder, names: string[]): Promise<Feature[]> {
    const inferred = await this.store.baselines.infer({
      format: file.format,
      fileColumns: file.columns,
      columns: names,
      file: () => createReadStream(file.path),
    });
    if (!inferred.ok) throw invalid({ field: inferred.field, message: inferred.message });
    return inferred.features;
  }

  private async insert(
    { project, model, version, query, file }: BaselineOrder,
    target: Prepared & { model: ModelBody; privacy: Pick<BaselineInsert, 'privacy'>; origin: string },
  ): Promise<Inserted> {
    const errors = attributionErrors(query.columns, file.columns, target.schema.body.features);
    if (errors.length > 0) throw invalid(...errors);
    const result = await this.store.baselines.insert({
      project,
      model,
      version,
      origin: target.origin,
      features: target.schema.body.features,
      schema: target.schema.revision,
      knownWords: target.knownWords,
      columns: toBaselineColumns(query.columns, file.columns, target.schema.body.features),
      format: file.format,
      fileColumns: file.columns,
      bucketMs: durationMs(target.model.bucket),
      ...target.privacy,
      file: () => createReadStream(file.path),
    });
    if (!result.ok) throw invalid({ field: result.field, message: result.message });
    return result;
  }

  /** Baselines are redacted as events are, so that both stay comparable. */
  private privacyOf(project: string, model: string, { privacy: rules }: ModelBody) {
    if (!hasPrivacyRules(rules)) return {};
    const { values: key } = privacyKeys(requireSecretKey(this.config), project, model);
    return { privacy: { rules, key } };
  }

  /** The first baseline with rows makes the binning; later ones reuse it, so that all windows stay comparable. Bins that came with mere statistics may be coarse and lack features. */
  private async binningFor(
    { project, model, version, query, intent }: BaselineOrder,
    origin: string,
    features: Feature[],
  ): Promise<BinningBody> {
    const newest = await newestBaseline(this.store, { project, model, version }, { withRows: true });
    if (newest !== null) {
      const id = documentId(model, version, newest.body.binning);
      return (await this.registry.get({ project, kind: 'binning', id })).body;
    }
    const made = await this.store.baselines.createBinning(project, model, version, origin, features);
    const body: BinningBody = { model, version, hash: made.hash, features: made.features };
    await this.registry.put({
      project,
      kind: 'binning',
      id: documentId(model, version, made.hash),
      intent: { ...intent, expected: 'any', reason: `made from baseline ${query.name}` },
      body: () => body,
    });
    return body;
  }

  private draftOf(
    order: BaselineOrder,
    { inserted, origin, binning }: { inserted: Inserted; origin: string; binning: BinningBody },
  ): RegistryDocument<'baseline'> {
    const { project, model, version, query, file, intent } = order;
    const body: BaselineBody = {
      model,
      version,
      origin,
      binning: binning.hash,
      source: { format: file.format, name: query.source ?? query.name, bytes: file.bytes },
      rows: inserted.rows,
      contentHash: contentHashOf(order),
      hasTime: inserted.hasTime,
      hasLabels: inserted.hasLabels,
      ...(inserted.hasAttributions && { hasAttributions: true }),
      cannotServe: cannotServe(binning, inserted),
    };
    const id = documentId(model, version, query.name);
    return {
      project,
      kind: 'baseline',
      id,
      revision: 1,
      body,
      deleted: false,
      author: intent.author,
      reason: intent.reason,
      at: '',
    };
  }

  private async planOf({ project, model, version }: BaselineOrder, origin: string): Promise<ProfilePlan> {
    const plan = await loadPlan(this.store, { project, model, version });
    if (plan === null) throw new Error(`version ${model}/${version} has no plan although it has a binning`);
    return { ...plan, origin };
  }
}

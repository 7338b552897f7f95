import { Inject, Injectable } from '@nestjs/common';
import {
  ALL_SEGMENT,
  baselineOrigin,
  documentId,
  durationMs,
  hasPrivacyRules,
  scoreRuleText,
  type Feature,
  type ModelBody,
  type RegistryDocument,
} from '#libs/contracts';
import { qualityWarnings } from '#libs/monitoring';
import { privacyKeys, requireSecretKey, type Config } from '#libs/platform';
import { loadPlan, type BaselineInsert, type ProfilePlan, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { invalid, Problem } from '../http/problem.js';
import { RegistryService } from '../registry/registry.service.js';
import { CONFIG } from '../tokens.js';
import { contentHashOf, draftOf, uncountedWarnings, type Inserted } from './baseline-document.js';
import type { BaselineOrder } from './baseline-order.js';
import { BinningMaker } from './binning-maker.js';
import { SchemaMaker } from './schema-maker.js';
import { SegmentFreezer } from './segment-freezer.js';
import { fileRows } from './upload-desk.js';
import { attributionErrors, toBaselineColumns } from './upload-query.js';
import { VocabularyMaker, type Prepared } from './vocabulary-maker.js';

/** Registered: the baseline, the plan that it was profiled under, what was odd about the file, and whether it was there before. */
export type Registered = {
  baseline: RegistryDocument<'baseline'>;
  plan: ProfilePlan;
  warnings: string[];
  existed: boolean;
};

/** BaselineRegistrar: rows → binning → frozen segments → profile → immutable document; when a step fails, the rows go again. */
@Injectable()
export class BaselineRegistrar {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    private readonly schemas: SchemaMaker,
    private readonly binnings: BinningMaker,
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
    const plan = await this.planOf(order, { origin: baseline.body.origin });
    return { baseline, plan, warnings: [], existed: true };
  }

  /** register: everything between the file on disk and the document. The caller holds the lock of the version's baselines. */
  async register(order: BaselineOrder): Promise<Registered> {
    const { project, model, version, query } = order;
    const modelDocument = await this.registry.get({ project, kind: 'model', id: model });
    const { schema, warnings } = await this.schemas.schemaOf(order, modelDocument.body);
    const privacy = this.privacyOf(project, model, modelDocument.body);
    const prepared = await this.vocabularies.prepare(order, schema, privacy);
    const origin = baselineOrigin(query.name);
    const inserted = await this.insert(order, { model: modelDocument.body, ...prepared, privacy, origin });
    try {
      const all = { ...inserted, warnings: [...warnings, ...inserted.warnings] };
      return await this.finish(order, { inserted: all, origin, features: prepared.schema.body.features });
    } catch (error) {
      await this.store.baselines.remove(project, model, version, origin);
      throw error;
    }
  }

  private async finish(
    order: BaselineOrder,
    { inserted, origin, features }: { inserted: Inserted; origin: string; features: Feature[] },
  ): Promise<Registered> {
    const binning = await this.binnings.binningOf(order, origin, features);
    const draft = draftOf(order, { inserted, origin, binning });
    await this.freezer.freezeAll(draft, order.intent.author);
    // The document comes last, so the plan of the baseline is not to be read yet.
    const live = await this.planOf(order);
    const plan = { ...live, origin, binning, attributions: inserted.hasAttributions };
    await this.store.profiles.computeBaseline(plan);
    const { document } = await this.registry.put({ ...draft, intent: order.intent, body: () => draft.body });
    const warnings = [
      ...order.file.notes,
      ...inserted.warnings,
      ...uncountedWarnings(features, binning),
      ...(inserted.hasLabels && plan.scores
        ? [`${scoreRuleText(plan.scores)} (scoreThreshold of the model)`]
        : []),
      ...(await this.qualityWarnings(plan, inserted)),
    ];
    return { baseline: document, plan, warnings, existed: false };
  }

  private async qualityWarnings(plan: ProfilePlan, { hasLabels }: Inserted): Promise<string[]> {
    const whole = { segments: [ALL_SEGMENT], only: ['confusion'] } as const;
    const { cells } = await this.store.profiles.read(plan, 'all', whole);
    return qualityWarnings(plan.binning, cells[0], hasLabels);
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
      ...fileRows(file),
      bucketMs: durationMs(target.model.bucket),
      ...target.privacy,
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

  private async planOf(
    { project, model, version }: BaselineOrder,
    of: { origin?: string } = {},
  ): Promise<ProfilePlan> {
    const plan = await loadPlan(this.store, { project, model, version, ...of });
    if (plan === null) throw new Error(`version ${model}/${version} has no plan although it has a binning`);
    return plan;
  }
}

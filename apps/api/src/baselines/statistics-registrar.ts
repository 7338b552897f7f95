import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import {
  baselineOrigin,
  documentId,
  type BaselineBody,
  type BinningBody,
  type RegistryDocument,
  type StatisticsBaseline,
  type VersionBody,
} from '#libs/contracts';
import { binningHash, loadPlan, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import type { WriteIntent } from '../http/endpoint.js';
import { invalid, Problem } from '../http/problem.js';
import { canonical } from '../registry/canonical.js';
import { RegistryService } from '../registry/registry.service.js';
import {
  binningOfStatistics,
  cannotServeWithoutRows,
  cellOfStatistics,
  featuresOfStatistics,
  statisticsErrors,
} from './statistics-cells.js';

/** StatisticsOrder: statistics that are to become a baseline. */
export type StatisticsOrder = {
  project: string;
  model: string;
  version: string;
  statistics: StatisticsBaseline;
  intent: WriteIntent;
};

type Registered = { baseline: RegistryDocument<'baseline'>; existed: boolean };

const contentHashOf = ({ rows, features }: StatisticsBaseline): string =>
  createHash('sha256').update(canonical({ rows, features })).digest('hex');

/** StatisticsRegistrar: statistics → binning → profile → immutable document. There are no rows, so nothing is ever counted again. */
@Injectable()
export class StatisticsRegistrar {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  /** register: once; the same statistics under the same name again change nothing. The caller holds the lock of the version's baselines. */
  async register(order: StatisticsOrder): Promise<Registered> {
    const { project, model, version, statistics } = order;
    const id = documentId(model, version, statistics.name);
    const current = await this.store.documents.get(project, 'baseline', id);
    if (current !== null) return this.same(current, order);
    await this.schemaFor(order);
    const binning = await this.binningFor(order);
    await this.insert(order, binning);
    const { document } = await this.registry.put({
      project,
      kind: 'baseline',
      id,
      intent: { ...order.intent, expected: undefined },
      body: () => this.bodyOf(order, binning),
    });
    return { baseline: document, existed: false };
  }

  private same(current: RegistryDocument<'baseline'>, { statistics }: StatisticsOrder): Registered {
    if (current.body.contentHash === contentHashOf(statistics)) return { baseline: current, existed: true };
    throw new Problem(
      409,
      `Baseline '${statistics.name}' exists with other content; baselines never change, choose another name.`,
      { extra: { currentRevision: current.revision } },
    );
  }

  /** The version's schema, which statistics must fit; a version that has none takes it from them. A draft is registered by its baseline. */
  private async schemaFor({ project, model, version, statistics, intent }: StatisticsOrder): Promise<void> {
    const { body: modelBody } = await this.registry.get({ project, kind: 'model', id: model });
    await this.registry.put({
      project,
      kind: 'version',
      id: documentId(model, version),
      intent: { ...intent, expected: 'any', reason: `schema of baseline ${statistics.name}` },
      body: (found): VersionBody => {
        const known = found?.body.features ?? [];
        const features = known.length > 0 ? known : featuresOfStatistics(statistics);
        const errors = statisticsErrors(statistics, features, modelBody.privacy);
        if (errors.length > 0) throw invalid(...errors);
        return { model, version, status: 'registered', features };
      },
    });
  }

  /** The counts cannot be made under other bins, so the baseline brings its own. */
  private async binningFor({
    project,
    model,
    version,
    statistics,
    intent,
  }: StatisticsOrder): Promise<BinningBody> {
    const features = statistics.features.map(binningOfStatistics);
    const body: BinningBody = { model, version, hash: binningHash(features), features };
    await this.registry.put({
      project,
      kind: 'binning',
      id: documentId(model, version, body.hash),
      intent: { ...intent, expected: 'any', reason: `given with baseline ${statistics.name}` },
      body: () => body,
    });
    return body;
  }

  /** A profile without its document is nobody's, and is replaced by the next attempt. */
  private async insert(
    { project, model, version, statistics }: StatisticsOrder,
    binning: BinningBody,
  ): Promise<void> {
    const plan = await loadPlan(this.store, { project, model, version });
    if (plan === null) throw new Error(`version ${model}/${version} has no plan although it has a binning`);
    const origin = baselineOrigin(statistics.name);
    await this.store.profiles.insertGiven(
      { ...plan, origin, binning, given: true },
      statistics.features.map((each) => cellOfStatistics(each, statistics.rows)),
    );
  }

  private bodyOf({ model, version, statistics }: StatisticsOrder, binning: BinningBody): BaselineBody {
    return {
      model,
      version,
      origin: baselineOrigin(statistics.name),
      binning: binning.hash,
      source: {
        format: 'statistics',
        name: statistics.source ?? statistics.name,
        bytes: Buffer.byteLength(JSON.stringify(statistics)),
      },
      rows: statistics.rows,
      withoutRows: true,
      contentHash: contentHashOf(statistics),
      hasTime: false,
      hasLabels: false,
      cannotServe: cannotServeWithoutRows(statistics),
    };
  }
}

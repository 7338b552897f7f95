import { Inject, Injectable } from '@nestjs/common';
import { documentId, type BinningBody, type Feature } from '#libs/contracts';
import { newestBaseline, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { RegistryService } from '../registry/registry.service.js';
import type { BaselineOrder } from './baseline-order.js';

/**
 * BinningMaker: later baselines reuse the binning of their version unless asked otherwise, so that all windows stay comparable. Bins that
 * came with mere statistics are not reused: they may be coarse and lack features.
 */
@Injectable()
export class BinningMaker {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  /** kept: the hash of the binning that a baseline is to be counted under; null where it makes one. */
  async kept({ project, model, version, query }: BaselineOrder): Promise<string | null> {
    if (query.binning === 'new') return null;
    const newest = await newestBaseline(this.store, { project, model, version }, { withRows: true });
    return newest?.body.binning ?? null;
  }

  /** binningOf: read, or made from the rows of an origin. */
  async binningOf(order: BaselineOrder, origin: string, features: Feature[]): Promise<BinningBody> {
    const { project, model, version, query, intent } = order;
    const kept = await this.kept(order);
    if (kept !== null)
      return (await this.registry.get({ project, kind: 'binning', id: documentId(model, version, kept) }))
        .body;
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
}

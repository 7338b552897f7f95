import { Inject, Injectable } from '@nestjs/common';
import type { RegistryDocument } from '#libs/contracts';
import { monitorId, suggestMonitors } from '#libs/monitoring';
import { type ProfilePlan, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { RegistryService } from '../registry/registry.service.js';

/** DefaultMonitors: what a version is watched with from its first baseline on, unless somebody declines. */
@Injectable()
export class DefaultMonitors {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
  ) {}

  /** create: the suggested monitors, each under its own id; one that exists is somebody's work and stays as it is. */
  async create(
    baseline: RegistryDocument<'baseline'>,
    plan: ProfilePlan,
  ): Promise<RegistryDocument<'monitor'>[]> {
    const { project, author, body } = baseline;
    const [baselineProfile, baselineChunks] = await Promise.all([
      this.store.profiles.read(plan, 'all'),
      body.hasTime ? this.store.profiles.chunks(plan, 'all') : [],
    ]);
    const suggested = suggestMonitors({
      model: body.model,
      version: body.version,
      baseline: body,
      baselineProfile,
      baselineChunks,
      binning: plan.binning,
      features: plan.features,
      bias: plan.bias ?? null,
    });
    const written = await Promise.all(
      suggested.map((monitor) =>
        this.registry.put({
          project,
          kind: 'monitor',
          id: monitorId(monitor),
          intent: { expected: 'any', author, reason: `suggested from baseline ${baseline.id}` },
          body: (current) => current?.body ?? monitor,
        }),
      ),
    );
    return written.map(({ document }) => document);
  }
}

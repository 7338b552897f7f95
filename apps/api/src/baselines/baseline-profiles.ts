import { Inject, Injectable } from '@nestjs/common';
import { loadPlan, type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { ModelFacts } from '../registry/model-facts.js';

/** BaselineProfiles: keeps the profiles of baselines in step with the model's segments. */
@Injectable()
export class BaselineProfiles {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly facts: ModelFacts,
  ) {}

  /** refresh: recounts the baselines of a model whose profiles were made with other segments; those in step are left alone. */
  async refresh(project: string, model: string): Promise<void> {
    for (const { body } of await this.facts.baselines(project, model)) {
      const plan = await loadPlan(this.store, { project, model, version: body.version, origin: body.origin });
      if (plan === null) continue;
      const { complete } = await this.store.profiles.inputsHash(plan, 'all');
      if (!complete) await this.store.profiles.computeBaseline(plan);
    }
  }
}

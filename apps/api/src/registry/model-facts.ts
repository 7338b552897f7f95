import { Inject, Injectable } from '@nestjs/common';
import { documentId, type Feature, type RegistryDocument } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

/** ModelFacts: small questions about a model that several checks ask. */
@Injectable()
export class ModelFacts {
  constructor(@Inject(STORE) private readonly store: Store) {}

  /** features: of all versions, by name; segments belong to the model and may speak of any of them. */
  async features(project: string, model: string): Promise<Feature[]> {
    const versions = await this.store.documents.list(project, 'version', { prefix: documentId(model, '') });
    const byName = new Map(
      versions.flatMap(({ body }) => body.features).map((feature) => [feature.name, feature]),
    );
    return [...byName.values()];
  }

  segments(project: string, model: string): Promise<RegistryDocument<'segment'>[]> {
    return this.store.documents.list(project, 'segment', { prefix: documentId(model, '') });
  }

  /** monitorsOn: the ids of monitors that name a segment. */
  async monitorsOn(project: string, model: string, segment: string): Promise<string[]> {
    const monitors = await this.store.documents.list(project, 'monitor');
    return monitors
      .filter(({ body }) => body.model === model && body.segments?.includes(segment) === true)
      .map(({ id }) => id);
  }

  baselines(project: string, model: string): Promise<RegistryDocument<'baseline'>[]> {
    return this.store.documents.list(project, 'baseline', { prefix: documentId(model, '') });
  }
}

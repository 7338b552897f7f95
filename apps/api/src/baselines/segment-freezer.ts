import { Inject, Injectable } from '@nestjs/common';
import { documentId, type DimensionBody, type RegistryDocument, type SegmentBody } from '#libs/contracts';
import { type Store } from '#libs/store';
import { STORE } from '#libs/service';

import { ModelFacts } from '../registry/model-facts.js';
import { RegistryService } from '../registry/registry.service.js';

type Baseline = RegistryDocument<'baseline'>;

const isOpen = (body: SegmentBody): body is DimensionBody =>
  body.kind === 'dimension' && body.values === null && body.ranges === undefined;

const lookAlike = (a: DimensionBody, b: SegmentBody): b is DimensionBody =>
  b.kind === 'dimension' && a.feature === b.feature && a.tag === b.tag;

/** SegmentFreezer: gives dimensions their values, once: what `other` means must not change from day to day. */
@Injectable()
export class SegmentFreezer {
  constructor(
    @Inject(STORE) private readonly store: Store,
    private readonly registry: RegistryService,
    private readonly facts: ModelFacts,
  ) {}

  /** frozen: the body with values: those it has, those it had, or the 50 most frequent of the newest baseline; open while there is none. */
  async frozen(project: string, body: SegmentBody, current: SegmentBody | null): Promise<SegmentBody> {
    if (!isOpen(body)) return body;
    if (current !== null && lookAlike(body, current) && current.values !== null)
      return { ...body, values: current.values };
    const [newest] = (await this.facts.baselines(project, body.model)).toSorted((a, b) =>
      a.at < b.at ? 1 : -1,
    );
    return newest === undefined ? body : this.valuesFrom(newest, body);
  }

  /** freezeAll: after a baseline was stored: the dimensions that waited for one. */
  async freezeAll(baseline: Baseline, author: string): Promise<void> {
    const { project, body } = baseline;
    const open = (await this.facts.segments(project, body.model)).filter((segment) => isOpen(segment.body));
    for (const segment of open) {
      await this.registry.put({
        project,
        kind: 'segment',
        id: segment.id,
        intent: { expected: 'any', author, reason: `values frozen from baseline ${baseline.id}` },
        body: (current) =>
          current !== null && isOpen(current.body)
            ? this.valuesFrom(baseline, current.body)
            : (current ?? segment).body,
      });
    }
  }

  private async valuesFrom(
    { project, body: baseline }: Baseline,
    body: DimensionBody,
  ): Promise<DimensionBody> {
    const { model, version, origin } = baseline;
    const schema = await this.store.documents.get(project, 'version', documentId(model, version));
    const features = schema?.body.features ?? [];
    if (body.feature !== undefined && !features.some(({ name }) => name === body.feature)) return body;
    const values = await this.store.baselines.dimensionValues(
      project,
      model,
      version,
      origin,
      body,
      features,
    );
    return values.length === 0 ? body : { ...body, values };
  }
}

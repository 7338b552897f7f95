import {
  durationMs,
  hasPrivacyRules,
  type ModelBody,
  type PrivacyRules,
  type ProjectBody,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';

import type { ModelTimes } from '../steps/encode.js';
import type { TimeRange } from '../steps/time-range.js';
import { layoutOf, type Layout, type Vocabularies } from './layout.js';

/** Defaults: what holds while a project or a model has no document. */
export type Defaults = { range: TimeRange; maxDrafts: number; times: ModelTimes };

type Documents = {
  project: RegistryDocument<'project'> | null;
  models: readonly RegistryDocument<'model'>[];
  versions: readonly RegistryDocument<'version'>[];
  vocabularies?: Vocabularies;
};

/** Kept so while the project has no document. */
const QUARANTINE_RETENTION = 'P30D';

/** ProjectView: what ingestion needs of one project's registry, ready for use event by event. */
export class ProjectView {
  readonly range: TimeRange;
  readonly maxDrafts: number;
  readonly quarantineKeptMs: number;
  private readonly documents: Documents;
  private readonly models: Map<string, ModelTimes>;
  private readonly rules = new Map<string, PrivacyRules>();
  private readonly versions = new Map<string, Map<string, Layout>>();

  constructor(
    documents: Documents,
    private readonly defaults: Defaults,
  ) {
    this.documents = documents;
    const body: ProjectBody | undefined = documents.project?.body;
    this.range = body === undefined ? defaults.range : rangeOf(body);
    this.maxDrafts = body?.maxDrafts ?? defaults.maxDrafts;
    this.quarantineKeptMs = durationMs(body?.quarantineRetention ?? QUARANTINE_RETENTION);
    this.models = new Map();
    for (const { id, body: model } of documents.models) this.setModel(id, model);
    for (const { revision, body: version } of documents.versions) this.setVersion(revision, version);
  }

  times(model: string): ModelTimes {
    return this.models.get(model) ?? this.defaults.times;
  }

  layout(model: string, version: string): Layout | undefined {
    return this.versions.get(model)?.get(version);
  }

  drafts(): number {
    const layouts = [...this.versions.values()].flatMap((versions) => [...versions.values()]);
    return layouts.filter(({ status }) => status === 'draft').length;
  }

  /** privacy: the rules of a model that has any. */
  privacy(model: string): PrivacyRules | undefined {
    return this.rules.get(model);
  }

  /** mayHoldBack: whether an event whose model is this, or cannot be read, may hold what must not be stored. */
  mayHoldBack(model: string | undefined): boolean {
    if (this.rules.size === 0) return false;
    return model === undefined || !this.models.has(model) || this.rules.has(model);
  }

  /** copy: the same registry, to try out what a change would do. */
  copy(): ProjectView {
    const copy = new ProjectView(this.documents, this.defaults);
    for (const [model, times] of this.models) copy.models.set(model, times);
    for (const [model, rules] of this.rules) copy.rules.set(model, rules);
    for (const [model, versions] of this.versions) copy.versions.set(model, new Map(versions));
    return copy;
  }

  setModel(model: string, body: ModelBody): void {
    this.models.set(model, timesOf(body));
    if (hasPrivacyRules(body.privacy)) this.rules.set(model, body.privacy);
    else this.rules.delete(model);
  }

  /** setVersion: takes up a revision that was just read or written, unless a newer one is known. */
  setVersion(revision: number, body: VersionBody): void {
    const versions = this.versions.get(body.model) ?? new Map<string, Layout>();
    this.versions.set(body.model, versions);
    const seen = versions.get(body.version);
    if (seen === undefined || seen.revision < revision)
      versions.set(body.version, layoutOf(revision, body, this.documents.vocabularies));
  }
}

const rangeOf = ({ eventTime }: ProjectBody): TimeRange => ({
  maxAgeMs: durationMs(eventTime.maxAge),
  maxAheadMs: durationMs(eventTime.maxAhead),
});

/** A bucket is sealed within this after it could be: what is done once an hour, and a worker that was away. */
const SEAL_MARGIN_MS = 86_400_000;

/** timesOf: lengths in ms from a model's durations. Rows are kept at least until their bucket is sealed and a day more. */
export const timesOf = ({
  bucket,
  retention,
  acceptedLateness,
  maxLabelWait,
}: Pick<ModelBody, 'bucket' | 'retention' | 'acceptedLateness' | 'maxLabelWait'>): ModelTimes => {
  const bucketMs = durationMs(bucket);
  const sealedAfterMs = bucketMs + durationMs(acceptedLateness) + durationMs(maxLabelWait) + SEAL_MARGIN_MS;
  return { bucketMs, retentionMs: Math.max(durationMs(retention), sealedAfterMs) };
};

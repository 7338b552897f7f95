import {
  durationMs,
  type ModelBody,
  type ProjectBody,
  type RegistryDocument,
  type VersionBody,
} from '#libs/contracts';

import type { ModelTimes } from '../steps/encode.js';
import type { TimeRange } from '../steps/time-range.js';
import { layoutOf, type Layout } from './layout.js';

/** Defaults: what holds while a project or a model has no document. */
export type Defaults = { range: TimeRange; maxDrafts: number; times: ModelTimes };

type Documents = {
  project: RegistryDocument<'project'> | null;
  models: readonly RegistryDocument<'model'>[];
  versions: readonly RegistryDocument<'version'>[];
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
    this.models = new Map(documents.models.map(({ id, body: model }) => [id, timesOf(model)]));
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

  /** copy: the same registry, to try out what a change would do. */
  copy(): ProjectView {
    const copy = new ProjectView(this.documents, this.defaults);
    for (const [model, times] of this.models) copy.models.set(model, times);
    for (const [model, versions] of this.versions) copy.versions.set(model, new Map(versions));
    return copy;
  }

  setModel(model: string, body: ModelBody): void {
    this.models.set(model, timesOf(body));
  }

  /** setVersion: takes up a revision that was just read or written, unless a newer one is known. */
  setVersion(revision: number, body: VersionBody): void {
    const versions = this.versions.get(body.model) ?? new Map<string, Layout>();
    this.versions.set(body.model, versions);
    const seen = versions.get(body.version);
    if (seen === undefined || seen.revision < revision) versions.set(body.version, layoutOf(revision, body));
  }
}

const rangeOf = ({ eventTime }: ProjectBody): TimeRange => ({
  maxAgeMs: durationMs(eventTime.maxAge),
  maxAheadMs: durationMs(eventTime.maxAhead),
});

/** timesOf: lengths in ms from a model's durations. */
export const timesOf = ({ bucket, retention }: Pick<ModelBody, 'bucket' | 'retention'>): ModelTimes => ({
  bucketMs: durationMs(bucket),
  retentionMs: durationMs(retention),
});

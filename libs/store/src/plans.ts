import { createHash } from 'node:crypto';
import {
  ALL_SEGMENT,
  biasPlan,
  documentId,
  LIVE_ORIGIN,
  type BiasPlan,
  type BiasSample,
  type BinningBody,
  type Feature,
  type MonitorBody,
  type Profile,
  type ProfileChunk,
  type ProjectionBody,
  type RowSample,
  type RegistryDocument,
  type UncountedSegment,
  type Window,
} from '#libs/contracts';
import type { ProfilePlan, Selection } from './profiles/index.js';
import { byColumns } from './segments/uncounted.js';
import type { Store } from './store.js';

type Documents = Pick<Store, 'documents'>;
type VersionName = { project: string; model: string; version: string };

const newestFirst = <D extends RegistryDocument>(documents: readonly D[]): D[] =>
  documents.toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1));

/** newestBaseline: the one that monitors without a choice of their own compare with; null when the version has none. */
export async function newestBaseline(
  { documents }: Documents,
  { project, model, version }: VersionName,
  { withRows = false }: { withRows?: boolean } = {},
): Promise<RegistryDocument<'baseline'> | null> {
  const prefix = documentId(model, version, '');
  const all = await documents.list(project, 'baseline', { prefix });
  return newestFirst(all).find(({ body }) => !withRows || body.withoutRows !== true) ?? null;
}

async function binningOf(
  { documents }: Documents,
  { project, model, version }: VersionName,
  hash: string | undefined,
): Promise<BinningBody | null> {
  if (hash !== undefined)
    return (await documents.get(project, 'binning', documentId(model, version, hash)))?.body ?? null;
  const all = await documents.list(project, 'binning', { prefix: documentId(model, version, '') });
  return newestFirst(all)[0]?.body ?? null;
}

async function baselineOf(store: Documents, name: VersionName, origin: string) {
  if (origin === LIVE_ORIGIN) return newestBaseline(store, name);
  const prefix = documentId(name.model, name.version, '');
  const all = await store.documents.list(name.project, 'baseline', { prefix });
  return all.find(({ body }) => body.origin === origin) ?? null;
}

/** Dimensions that no baseline has frozen yet have no values to count under; they join the plan when they have. */
const isFrozen = ({ body }: RegistryDocument<'segment'>): boolean =>
  body.kind === 'predicate' || body.values !== null || body.ranges !== undefined;

/** Attributions are counted where there is something to compare: in baselines that have them, and in live rows when one does or a monitor looks. */
async function countsAttributions(
  { documents }: Documents,
  { project, model, version, origin }: VersionName & { origin: string },
): Promise<boolean> {
  const baselines = await documents.list(project, 'baseline', { prefix: documentId(model, version, '') });
  if (origin !== LIVE_ORIGIN)
    return baselines.some(({ body }) => body.origin === origin && body.hasAttributions === true);
  if (baselines.some(({ body }) => body.hasAttributions === true)) return true;
  const monitors = await documents.list(project, 'monitor');
  return monitors.some(
    ({ body }) => body.kind === 'attribution' && body.model === model && body.version === version,
  );
}

/** withScores: a score of rows is counted like a feature. The hash stays: all other cells are what they were. */
export const withScores = (binning: BinningBody, projection: ProjectionBody | null): BinningBody =>
  projection === null ? binning : { ...binning, features: [...binning.features, projection.binning] };

/**
 * loadPlan: how the rows of one origin of a model version are profiled: binning, features, segments, bucket, time zone.
 * Live rows use the binning of the newest baseline, or the provisional one of a draft. Null while the version has no binning,
 * or the registry does not know it.
 */
export async function loadPlan(
  store: Documents,
  { origin = LIVE_ORIGIN, ...name }: VersionName & { origin?: string },
): Promise<ProfilePlan | null> {
  const { project, model } = name;
  const [modelDocument, version, segments, baseline, attributions] = await Promise.all([
    store.documents.get(project, 'model', model),
    store.documents.get(project, 'version', documentId(model, name.version)),
    store.documents.list(project, 'segment', { prefix: documentId(model, '') }),
    baselineOf(store, name, origin),
    countsAttributions(store, { origin, ...name }),
  ]);
  const [binning, projection] = await Promise.all([
    binningOf(store, name, baseline?.body.binning),
    baseline === null ? null : store.documents.get(project, 'projection', baseline.id),
  ]);
  if (modelDocument === null || version === null || binning === null) return null;
  return {
    ...name,
    origin,
    binning: withScores(binning, projection?.body ?? null),
    projection: projection?.body ?? null,
    features: version.body.features,
    ...byColumns(
      segments
        .filter(isFrozen)
        .map(({ id, body }) => ({ name: id.slice(documentId(model, '').length), body })),
      version.body.features,
    ),
    bucket: modelDocument.body.bucket,
    timeZone: modelDocument.body.timeZone,
    bias: biasPlan(modelDocument.body, binning.features),
    attributions,
    ...(origin !== LIVE_ORIGIN && baseline?.body.withoutRows === true && { given: true }),
  };
}

/** MonitorContext: what every window of a monitor is compared with. Read once, used for many windows. */
export type MonitorContext = {
  monitor: RegistryDocument<'monitor'>;
  /** Of the live rows. */
  plan: ProfilePlan;
  /** Null: the version has no baseline, and findings say so. */
  baseline: { document: RegistryDocument<'baseline'>; plan: ProfilePlan } | null;
};

async function chosenBaseline(store: Documents, { project, body }: RegistryDocument<'monitor'>) {
  const { model, version, baseline } = body;
  if (baseline === null) return newestBaseline(store, { project, model, version });
  return store.documents.get(project, 'baseline', documentId(model, version, baseline));
}

/** loadMonitorContext: null while the monitor's version has nothing to be profiled by (unknown, or without binning). */
export async function loadMonitorContext(
  store: Documents,
  monitor: RegistryDocument<'monitor'>,
): Promise<MonitorContext | null> {
  const { project, body } = monitor;
  const name = { project, model: body.model, version: body.version };
  const document = await chosenBaseline(store, monitor);
  const [plan, baselinePlan] = await Promise.all([
    loadPlan(store, name),
    document === null ? null : loadPlan(store, { ...name, origin: document.body.origin }),
  ]);
  if (plan === null) return null;
  if (document === null || baselinePlan === null) return { monitor, plan, baseline: null };
  // A baseline under another binning than the newest one is compared under its own.
  return {
    monitor,
    plan: {
      ...plan,
      binning: baselinePlan.binning,
      projection: baselinePlan.projection ?? null,
      bias: baselinePlan.bias ?? null,
    },
    baseline: { document, plan: baselinePlan },
  };
}

/** EvaluationInputs: everything that a monitor's function takes, and the hash that identifies it. */
export type EvaluationInputs = {
  baseline: Profile;
  baselineChunks: ProfileChunk[];
  window: Profile;
  /** When that was, and by which clock. */
  at: Window & { timeZone: string };
  binning: BinningBody;
  features: Feature[];
  settings: MonitorBody;
  bias: BiasPlan | null;
  /** Rows of both sides for the flip test, where it is asked for. */
  sample?: { baseline: BiasSample; window: BiasSample };
  /** Rows of both sides for what no profile can tell, where it is asked for. */
  rows?: { baseline: RowSample; window: RowSample };
  /** Segments of the monitor that the version cannot be cut by. */
  uncounted: UncountedSegment[];
};

const uncountedOf = ({ monitor: { body }, plan }: MonitorContext): UncountedSegment[] =>
  (plan.uncounted ?? []).filter(({ segment }) => body.segments?.includes(segment) ?? true);

/** InputsId: `hash` names the revision of an evaluation; `complete` is false while a bucket of the window waits to be profiled. */
export type InputsId = { hash: string; rows: number; complete: boolean };

/** The name of a monitor, and whether it runs, decide nothing about a finding. */
const decidingSettings = (settings: MonitorBody) => ({ ...settings, name: '', enabled: true });

/** evaluationInputsId: says without reading profiles whether an evaluation of this window would be the same as the recorded one. */
export async function evaluationInputsId(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext,
  window: Window,
): Promise<InputsId> {
  const { monitor, plan, baseline } = context;
  const [live, reference] = await Promise.all([
    profiles.inputsHash(plan, window),
    baseline === null ? null : profiles.inputsHash(baseline.plan, 'all'),
  ]);
  const uncounted = uncountedOf(context);
  const parts = [
    live.hash,
    reference?.hash ?? '',
    baseline?.document.body.contentHash ?? '',
    plan.binning.hash,
    plan.features,
    decidingSettings(monitor.body),
    // Where there are none, the hash is what it was before they were told of.
    ...(uncounted.length === 0 ? [] : [uncounted]),
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
  return { hash, rows: live.rows, complete: live.complete };
}

/** Whatever a monitor chose, `all` is part of it. */
const segmentsOf = ({ monitor }: MonitorContext): string[] | undefined =>
  monitor.body.segments === null ? undefined : [ALL_SEGMENT, ...monitor.body.segments];

/** Cells that monitors of a kind look at; most of a profile is of no use to any one of them. */
const selectionOf = (context: MonitorContext): Selection => {
  const segments = segmentsOf(context);
  const { kind } = context.monitor.body;
  if (kind === 'bias') return { segments, only: ['facet'] };
  if (kind === 'attribution') return { segments, only: ['attribution'] };
  return { segments, without: ['facet', 'attribution'] };
};

/** Rows of the flip test's sample: time grows with their square. */
const SAMPLE_ROWS = 2_000;

/** The flip test reads rows and not profiles, so it is made only where it was chosen or has a limit. */
const wantsSample = ({ monitor: { body } }: MonitorContext): boolean =>
  body.kind === 'bias' &&
  (body.metrics?.includes('ft') === true ||
    [body.thresholds, ...Object.values(body.featureThresholds)].some(({ ft }) => ft !== undefined));

/** Rows of each side that a classifier learns from. */
const MULTIVARIATE_ROWS = 2_500;
const rowsOf = (
  profiles: Pick<Store['profiles'], 'rowSample'>,
  { monitor }: MonitorContext,
  { plan, window }: { plan: ProfilePlan; window: Window | 'all' },
): Promise<RowSample> | null =>
  monitor.body.kind === 'multivariate_drift' ? profiles.rowSample(plan, window, MULTIVARIATE_ROWS) : null;

/** BaselineReference: what every window of a monitor is compared with. */
export type BaselineReference = {
  baseline: Profile;
  baselineChunks: ProfileChunk[];
  sample?: BiasSample;
  rows?: RowSample;
};

/** CutBaseline: which parts of a baseline are like the windows of a monitor, from the rows of its buckets. */
export type CutBaseline = (buckets: readonly { startMs: number; rows: number }[]) => Window[];

/** loadBaselineProfile: the reference of a context, merged and in chunks (days unless `cut` says otherwise); empty when there is no baseline. */
export async function loadBaselineProfile(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext,
  cut: CutBaseline | null = null,
): Promise<BaselineReference> {
  if (context.baseline === null) return { baseline: { cells: [] }, baselineChunks: [] };
  const { plan, document } = context.baseline;
  const selection = selectionOf(context);
  const chunksOf = async () =>
    profiles.chunks(plan, 'all', selection, cut === null ? 'day' : cut(await profiles.runs(plan)));
  const [baseline, baselineChunks, sample, rows] = await Promise.all([
    profiles.read(plan, 'all', selection),
    document.body.hasTime ? chunksOf() : [],
    wantsSample(context) ? profiles.sample(plan, 'all', SAMPLE_ROWS) : null,
    rowsOf(profiles, context, { plan, window: 'all' }),
  ]);
  return { baseline, baselineChunks, ...(sample !== null && { sample }), ...(rows !== null && { rows }) };
}

/** loadEvaluationInputs: reads what one window of a monitor needs; `reference` spares a repeated read of the baseline. */
export async function loadEvaluationInputs(
  store: Pick<Store, 'profiles'>,
  context: MonitorContext,
  {
    window,
    reference,
    cut = null,
  }: { window: Window; reference?: BaselineReference; cut?: CutBaseline | null },
): Promise<EvaluationInputs> {
  const [{ baseline, baselineChunks, ...samples }, profile, sample, rows] = await Promise.all([
    reference ?? loadBaselineProfile(store, context, cut),
    store.profiles.read(context.plan, window, selectionOf(context)),
    wantsSample(context) ? store.profiles.sample(context.plan, window, SAMPLE_ROWS) : null,
    rowsOf(store.profiles, context, { plan: context.plan, window }),
  ]);
  const { binning, features, timeZone } = context.plan;
  return {
    ...{ baseline, baselineChunks, window: profile, at: { ...window, timeZone }, binning, features },
    settings: context.monitor.body,
    bias: context.plan.bias ?? null,
    uncounted: uncountedOf(context),
    ...(sample !== null && { sample: { baseline: samples.sample ?? { rows: [] }, window: sample } }),
    ...(rows !== null && { rows: { baseline: samples.rows ?? { columns: [] }, window: rows } }),
  };
}

const NO_CELLS: Profile = { cells: [] };

/** loadComparedProfiles: both sides of one window of a segment, as they are now, for telling and showing; without a context both are empty. */
export async function loadComparedProfiles(
  { profiles }: Pick<Store, 'profiles'>,
  context: MonitorContext | null,
  { segment, window }: { segment: string; window: Window },
): Promise<{ baseline: Profile; window: Profile }> {
  if (context === null) return { baseline: NO_CELLS, window: NO_CELLS };
  const [baseline, now] = await Promise.all([
    context.baseline === null ? NO_CELLS : profiles.read(context.baseline.plan, 'all', [segment]),
    profiles.read(context.plan, window, [segment]),
  ]);
  return { baseline, window: now };
}

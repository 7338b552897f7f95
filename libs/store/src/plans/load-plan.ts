import {
  biasPlan,
  documentId,
  LIVE_ORIGIN,
  scoreRule,
  type BinningBody,
  type ProjectionBody,
  type RegistryDocument,
} from '#libs/contracts';
import type { ProfilePlan } from '../profiles/index.js';
import { byColumns } from '../segments/uncounted.js';
import type { Store } from '../store.js';

export type Documents = Pick<Store, 'documents'>;
export type VersionName = { project: string; model: string; version: string };

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
  const scores = scoreRule(modelDocument.body, binning.features);
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
    ...(scores !== null && { scores }),
    ...(origin !== LIVE_ORIGIN && baseline?.body.withoutRows === true && { given: true }),
  };
}

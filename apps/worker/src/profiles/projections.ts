import { registryLock, type ProjectionBody, type RegistryDocument } from '#libs/contracts';
import { baselineComponents } from '#libs/monitoring';
import type { Logger } from '#libs/platform';
import type { LockResult } from '#libs/queue';
import { loadMonitorContext, type Store } from '#libs/store';

type Options = {
  store: Pick<Store, 'documents' | 'baselines'>;
  /** The registry's own lock: others write documents too. */
  lock: (name: string, act: () => Promise<void>) => Promise<LockResult<void>>;
  logger: Logger;
};

/** Baselines without two features that vary have no components; looking once is enough. */
const withoutComponents = new Set<string>();

/**
 * makeProjection: the principal components of the baseline that a multivariate monitor compares with, made once from its rows and kept as a
 * document of their own. From then on rows are profiled by their distance from them.
 */
export async function makeProjection(
  { store, lock, logger }: Options,
  monitor: RegistryDocument<'monitor'>,
): Promise<void> {
  const { project, body } = monitor;
  const context = await loadMonitorContext(store, monitor);
  if (body.kind !== 'multivariate_drift' || context?.baseline == null) return;
  const { document, plan } = context.baseline;
  const key = `${project}/${document.id}`;
  if (plan.projection || withoutComponents.has(key)) return;
  const projection = await fit(store, document, plan.features);
  if (projection === null) {
    withoutComponents.add(key);
    logger.warn({ project, baseline: document.id }, 'fewer than two features vary: no principal components');
    return;
  }
  await lock(registryLock(project), async () => {
    if ((await store.documents.get(project, 'projection', document.id)) !== null) return;
    await store.documents.append({
      ...{ project, kind: 'projection', id: document.id, revision: 1, body: projection, deleted: false },
      author: 'plumbline',
      reason: `principal components for monitor ${monitor.id}`,
      at: new Date().toISOString(),
    });
    logger.info({ project, baseline: document.id, columns: projection.columns.length }, 'components made');
  });
}

async function fit(
  { baselines }: Pick<Store, 'baselines'>,
  { id, project, body: { model, version, origin } }: RegistryDocument<'baseline'>,
  features: Parameters<Store['baselines']['projection']>[1],
): Promise<ProjectionBody | null> {
  const found = await baselines.projection({ project, model, version, origin }, features, baselineComponents);
  return found === null ? null : { model, version, baseline: id, ...found };
}

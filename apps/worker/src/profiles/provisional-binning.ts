import { documentId, LIVE_ORIGIN, registryLock, type RegistryDocument } from '#libs/contracts';
import type { Logger } from '#libs/platform';
import type { LockResult } from '#libs/queue';
import type { Store } from '#libs/store';

type Options = {
  store: Pick<Store, 'documents' | 'profiles' | 'baselines'>;
  /** The registry's own lock: others write documents too. */
  lock: (name: string, act: () => Promise<void>) => Promise<LockResult<void>>;
  logger: Logger;
};

/** Fewer rows would make bins that the next ones do not fit. */
const PROVISIONAL_ROWS = 10_000;

/**
 * makeProvisionalBinning: a version that has traffic and no baseline is binned by its own first rows, so that its profiles can be looked
 * at before anybody registers it. Its first baseline brings a binning of its own. False while there is too little, or another writer.
 */
export async function makeProvisionalBinning(
  { store, lock, logger }: Options,
  { project, body }: RegistryDocument<'version'>,
): Promise<boolean> {
  const { model, version, features } = body;
  if (features.length === 0) return false;
  const isBinned = async () =>
    (await store.documents.list(project, 'binning', { prefix: documentId(model, version, '') })).length > 0;
  if (await isBinned()) return false;
  const rows = await store.profiles.arrivedRows(project, model, version);
  if (rows < PROVISIONAL_ROWS) return false;
  const binning = await store.baselines.createBinning(project, model, version, LIVE_ORIGIN, features);
  const { acquired } = await lock(registryLock(project), async () => {
    if (await isBinned()) return;
    await store.documents.append({
      project,
      kind: 'binning',
      id: documentId(model, version, binning.hash),
      revision: 1,
      body: { model, version, ...binning },
      deleted: false,
      author: 'plumbline',
      reason: 'provisional, from the first rows of a version without a baseline',
      at: new Date().toISOString(),
    });
    logger.info({ project, model, version, rows }, 'provisional binning made from the first rows');
  });
  return acquired;
}

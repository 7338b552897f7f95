import type { Documents } from '#libs/store';

/** registrySnapshot: reads each document or list once; for one tick, in which many plans ask for the same ones and should see the same state. */
export function registrySnapshot(documents: Documents): Documents {
  const seen = new Map<string, Promise<unknown>>();
  const once = <T>(key: readonly string[], read: () => Promise<T>): Promise<T> => {
    const name = JSON.stringify(key);
    const known = seen.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const reading = read();
    seen.set(name, reading);
    return reading;
  };
  return {
    ...documents,
    get: (project, kind, id) => once(['get', project, kind, id], () => documents.get(project, kind, id)),
    list: (project, kind, options = {}) =>
      once(['list', project, kind, options.prefix ?? ''], () => documents.list(project, kind, options)),
  };
}

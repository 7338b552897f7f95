import type { ProfileCell } from '#libs/contracts';
import type { Pair } from './pair.js';

/** What a result was made from: the same objects give the same result. */
type Entry = { readonly from: readonly unknown[]; readonly value: unknown };

const memory = new WeakMap<ProfileCell, Map<string, Entry>>();

const sourcesOf = ({ binning, chunks, all }: Pair): readonly unknown[] => [
  binning,
  chunks.length,
  chunks.at(0),
  chunks.at(-1),
  all.baseline,
  all.chunks.length,
  all.chunks.at(0),
];

/**
 * remembered: what depends on the baseline's side of a pair alone, computed once however many windows are compared with it. Only a
 * shortcut: it is forgotten with the cells, and cells are never changed.
 */
export function remembered<T>(pair: Pair, what: string, make: () => T): T {
  const { baseline } = pair;
  if (baseline === null) return make();
  const known = memory.get(baseline) ?? new Map<string, Entry>();
  memory.set(baseline, known);
  const from = sourcesOf(pair);
  const entry = known.get(what);
  if (entry?.from.every((source, i) => source === from[i]) === true) return entry.value as T;
  const value = make();
  known.set(what, { from, value });
  return value;
}

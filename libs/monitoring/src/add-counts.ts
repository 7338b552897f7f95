/** addCounts: the sum of two lists of counts over the same places. Throws a RangeError when they are not the same. */
export function addCounts(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length) {
    throw new RangeError(
      `cells of ${a.length} and ${b.length} bins cannot be merged: profile both under one binning`,
    );
  }
  return a.map((count, i) => count + (b[i] ?? 0));
}

/** addByName: sums two records of counts; keys may be any text, so the result has no prototype to collide with. */
export function addByName(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) {
  const merged = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) merged.set(name, (merged.get(name) ?? 0) + count);
  return Object.fromEntries(merged);
}

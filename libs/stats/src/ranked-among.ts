/**
 * rankedAmong: corrects p values by those that the same tests give where nothing has changed (`own`, the small ones of `of` in all): a p that
 * they reach more often than it says is worth their frequency. One beyond all of them stands.
 */
export function rankedAmong(own: readonly number[], of: number): (p: number) => number {
  const sorted = [...own].sort((a, b) => a - b);
  return (p) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 1) <= p) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? p : Math.max(p, (low + 1) / (of + 1));
  };
}

import type { loadBaselineProfile } from '#libs/store';

type Loaded = Awaited<ReturnType<typeof loadBaselineProfile>>;
type Entry = { loading: Promise<Loaded>; cells: number };

const cellsOf = ({ baseline, baselineChunks }: Loaded): number =>
  baselineChunks.reduce((sum, { cells }) => sum + cells.length, baseline.cells.length);

/**
 * BaselineCache: profiles of baselines, kept from tick to tick: a baseline never changes under one key. What was used longest ago goes
 * first once all together hold more than `maxCells` cells (a cell of 100 bins takes about a kilobyte).
 */
export class BaselineCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly maxCells: number) {}

  /** get: the profile under `key` (everything that decides what it looks like), loaded at most once at a time. A failed load is not kept. */
  get(key: string, load: () => Promise<Loaded>): Promise<Loaded> {
    const known = this.entries.get(key);
    const entry = known ?? { loading: load(), cells: 0 };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (known === undefined)
      entry.loading.then(
        (loaded) => {
          entry.cells = cellsOf(loaded);
          this.shrink();
        },
        () => this.entries.delete(key),
      );
    return entry.loading;
  }

  private shrink(): void {
    let cells = [...this.entries.values()].reduce((sum, entry) => sum + entry.cells, 0);
    for (const [key, entry] of this.entries) {
      if (cells <= this.maxCells) return;
      this.entries.delete(key);
      cells -= entry.cells;
    }
  }
}

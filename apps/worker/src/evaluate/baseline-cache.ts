import { isFeatureCell } from '#libs/contracts';
import type { loadBaselineProfile } from '#libs/store';

type Loaded = Awaited<ReturnType<typeof loadBaselineProfile>>;
type Entry = { loading: Promise<Loaded>; numbers: number };

/** What a cell holds beside its counts takes as much as so many numbers. */
const NUMBERS_BESIDE = 40;

const numbersOf = ({ baseline, baselineChunks }: Loaded): number =>
  [baseline, ...baselineChunks].reduce(
    (sum, { cells }) =>
      cells.reduce(
        (of, cell) =>
          of + NUMBERS_BESIDE + (isFeatureCell(cell) ? cell.counts.length + (cell.coarse?.length ?? 0) : 0),
        sum,
      ),
    0,
  );

/**
 * BaselineCache: profiles of baselines, kept from tick to tick: a baseline never changes under one key. What was used longest ago goes
 * first once all together hold more than `maxNumbers` numbers of 8 bytes.
 */
export class BaselineCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly maxNumbers: number) {}

  /** get: the profile under `key` (everything that decides what it looks like), loaded at most once at a time. A failed load is not kept. */
  get(key: string, load: () => Promise<Loaded>): Promise<Loaded> {
    const known = this.entries.get(key);
    const entry = known ?? { loading: load(), numbers: 0 };
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (known === undefined)
      entry.loading.then(
        (loaded) => {
          entry.numbers = numbersOf(loaded);
          this.shrink();
        },
        () => this.entries.delete(key),
      );
    return entry.loading;
  }

  private shrink(): void {
    let numbers = [...this.entries.values()].reduce((sum, entry) => sum + entry.numbers, 0);
    for (const [key, entry] of this.entries) {
      if (numbers <= this.maxNumbers) return;
      this.entries.delete(key);
      numbers -= entry.numbers;
    }
  }
}

import type { PredictionRow } from '#libs/store';

type Kind = 'tag' | 'tag_names' | 'feature';
export type ManyValues = { project: string; model: string; kind: Kind; name: string; atLeast: number };

/** Values beyond which a name is no category any more. */
const MANY = 10_000;
const ROWS_LOOKED_AT = 200;
/** Names followed or told; each that is followed costs 8 KiB. */
const NAMES_MAX = 2_000;
const BITS = 65_536;

/** FNV-1a with the finish of MurmurHash3, whose low bits depend on all of the text. */
const bitOf = (text: string): number => {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) & (BITS - 1);
};

/** A linear counter: of m bits, n distinct values leave m·e^(−n/m) at zero (Whang et al., 1990). Off by less than 2 % at 10,000. */
class LinearCounter {
  private readonly bits = new Uint8Array(BITS / 8);
  private zeros = BITS;

  /** False when the value was seen before, or looks like one that was. */
  add(value: string): boolean {
    const at = bitOf(value);
    const mask = 1 << (at & 7);
    const before = this.bits[at >> 3] ?? 0;
    if ((before & mask) !== 0) return false;
    this.bits[at >> 3] = before | mask;
    this.zeros -= 1;
    return true;
  }

  estimate(): number {
    return Math.round(-BITS * Math.log(Math.max(this.zeros, 1) / BITS));
  }
}

/**
 * ValueVariety: notices tags and features with very many values, such as a request id sent as a tag. They are stored like any other and do
 * no harm, but no segment can be made of them; so it is told once, and then forgotten. At most 200 rows of a batch are looked
 * at, which finds such a name soon and costs next to nothing; memory is bounded, whatever is sent.
 */
export class ValueVariety {
  private readonly counters = new Map<string, LinearCounter>();
  private readonly told = new Set<string>();

  constructor(private readonly tell: (found: ManyValues) => void) {}

  /** observe: `featureName` names the categorical feature at a place of a row. */
  observe(
    project: string,
    rows: readonly PredictionRow[],
    featureName: (row: PredictionRow, place: number) => string,
  ): void {
    const step = Math.max(1, Math.floor(rows.length / ROWS_LOOKED_AT));
    for (let at = 0; at < rows.length; at += step) {
      const row = rows[at];
      if (row === undefined) return;
      for (const name in row.tags) {
        this.count({ project, model: row.model, kind: 'tag', name }, row.tags[name] ?? '');
        this.count({ project, model: row.model, kind: 'tag_names', name: '' }, name);
      }
      for (let place = 0; place < row.cat.length; place += 1)
        this.count(
          { project, model: row.model, kind: 'feature', name: featureName(row, place) },
          row.cat[place] ?? '',
        );
    }
  }

  private count(of: Omit<ManyValues, 'atLeast'>, value: string): void {
    const key = `${of.kind} ${of.project}/${of.model}/${of.name}`;
    if (this.told.has(key)) return;
    const counter = this.counters.get(key) ?? this.follow(key);
    if (counter === undefined) return;
    const atLeast = counter.add(value) ? counter.estimate() : 0;
    if (atLeast <= MANY) return;
    this.counters.delete(key);
    this.told.add(key);
    this.tell({ ...of, atLeast });
  }

  private follow(key: string): LinearCounter | undefined {
    if (this.counters.size + this.told.size >= NAMES_MAX) return undefined;
    const counter = new LinearCounter();
    this.counters.set(key, counter);
    return counter;
  }
}

import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import type { Random } from '../multinomial.js';
import { missing, type BiasInterval, type Facets, type IntervalOptions, type Measured } from './facets.js';

/** FlipRow: numeric features of one row and whether the model decided for it. */
export type FlipRow = { readonly features: readonly number[]; readonly positive: boolean };

/** FlipTestInput: a sample of rows of both sides; `scales` divide the features first (the baseline's standard deviations, as a rule). */
export type FlipTestInput = Facets<readonly FlipRow[]> & {
  readonly scales?: readonly number[];
  readonly random: Random;
};

/** Flips: rows of the disfavoured side whose nearest neighbours on the other side were treated better, or worse, than they were. */
export type Flips = { readonly better: number; readonly worse: number; readonly rows: number };

/** Neighbours that vote; with few rows on the favoured side one has to do. */
const [NEIGHBOURS, FEW_ROWS] = [5, 9];

const usable = ({ features }: FlipRow): boolean => features.every(Number.isFinite);

/** shuffled: Fisher–Yates; equally near rows are then taken in an order that favours none, and the same one for a seed. */
function shuffled<T>(rows: readonly T[], random: Random): T[] {
  const order = [...rows];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}

type Neighbour = { distance: number; positive: boolean };

/** Points: rows side by side in one array, scaled: the inner loop of an all-pairs search reads nothing else. */
type Points = { readonly size: number; readonly values: Float64Array };

function points(rows: readonly FlipRow[], scales: readonly number[]): Points {
  const size = rows[0]?.features.length ?? 0;
  const values = new Float64Array(rows.length * size);
  rows.forEach(({ features }, r) => {
    if (features.length !== size)
      throw new RangeError(`row ${r} has ${features.length} features, others ${size}`);
    features.forEach((value, i) => {
      const scale = scales[i] ?? 1;
      values[r * size + i] = scale > 0 ? value / scale : 0;
    });
  });
  return { size, values };
}

/** distanceTo: squared distance of two points, or anything not below `limit` once it cannot be below. */
function distanceTo(one: Points, other: Points, [i, j]: readonly [number, number], limit: number): number {
  let distance = 0;
  for (let f = 0; f < one.size && distance < limit; f++) {
    const gap = (one.values[i * one.size + f] ?? 0) - (other.values[j * one.size + f] ?? 0);
    distance += gap * gap;
  }
  return distance;
}

/** countFlips: the counts behind the flip test. Rows with a feature that is not a finite number take no part. */
export function countFlips({ favoured, disfavoured, scales = [], random }: FlipTestInput): Flips | null {
  const others = shuffled(favoured.filter(usable), random);
  const rows = disfavoured.filter(usable);
  if (others.length === 0 || rows.length === 0) return null;
  const [from, to] = [points(rows, scales), points(others, scales)];
  if (from.size !== to.size)
    throw new RangeError(`rows have ${from.size} features on one side, ${to.size} on the other`);
  const k = others.length > FEW_ROWS ? NEIGHBOURS : 1;
  /** What most of the k nearest were told; others come in shuffled order, and an equal distance does not push out. */
  const majority = (row: number): boolean => {
    const nearest: Neighbour[] = [];
    for (const [j, { positive }] of others.entries()) {
      const worst = nearest.length < k ? Infinity : (nearest.at(-1)?.distance ?? Infinity);
      const distance = distanceTo(from, to, [row, j], worst);
      if (nearest.length === k && !(distance < worst)) continue;
      if (nearest.length === k) nearest.pop();
      const at = nearest.findIndex((neighbour) => neighbour.distance > distance);
      nearest.splice(at < 0 ? nearest.length : at, 0, { distance, positive });
    }
    return nearest.filter(({ positive }) => positive).length * 2 > nearest.length;
  };
  let [better, worse] = [0, 0];
  rows.forEach(({ positive }, row) => {
    const neighbours = majority(row);
    if (neighbours && !positive) better++;
    if (!neighbours && positive) worse++;
  });
  return { better, worse, rows: rows.length };
}

/**
 * flipTest: FT, (F⁺ − F⁻) / n_d: the share of the disfavoured side that was decided against while its nearest neighbours on the favoured
 * side were decided for, less the share with the reverse; k-nearest neighbours, k = 5 (1 with up to 9 favoured rows), Euclidean distance. In
 * [−1, 1]; positive is bias against the disfavoured side as in Clarify's guide (its code has the opposite sign).
 * Takes time in proportion to the product of both sides, so give it a sample. No value when a side has no usable row.
 */
export function flipTest(flips: Flips | null): Measured {
  return flips === null ? missing('no_rows') : { value: (flips.better - flips.worse) / flips.rows };
}

/** flipTestInterval: Bonett & Price 2012 for a difference of paired shares (one row added to each count); the favoured rows are taken as given. */
export function flipTestInterval(
  flips: Flips | null,
  { level = 0.95, deff = 1 }: IntervalOptions = {},
): BiasInterval | null {
  if (flips === null) return null;
  const rows = flips.rows / deff + 2;
  const [better, worse] = [(flips.better / deff + 1) / rows, (flips.worse / deff + 1) / rows];
  const half =
    normalQuantile((1 + level) / 2, 0, 1) * Math.sqrt((better + worse - (better - worse) ** 2) / rows);
  const middle = better - worse;
  return { low: Math.max(-1, middle - half), high: Math.min(1, middle + half), method: 'bonett-price' };
}

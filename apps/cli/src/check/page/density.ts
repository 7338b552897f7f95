import type { NumericBinning, NumericCell } from '#libs/contracts';

/** Shares of rows in steps of equal width, for drawing; `below` and `above` lie outside what is drawn. */
export type Density = { from: number; to: number; shares: number[]; below: number; above: number };

const STEPS = 60;
/** What is drawn leaves out about so much of either side at both ends: tails would flatten all else. */
const TAIL = 0.01;
const MUCH = 0.1;
const OUTER = 0.3;

type Piece = { from: number; to: number; count: number };

/** The bins of a cell with their bounds; what lies outside them reaches to the least and the greatest value. */
function pieces(cell: NumericCell, { edges, max }: NumericBinning): Piece[] {
  const [least, last] = [edges[0] ?? max, max];
  const inner = cell.counts.map((count, at) => ({
    from: edges[at] ?? last,
    to: edges[at + 1] ?? last,
    count,
  }));
  return [
    { from: Math.min(cell.min ?? least, least), to: least, count: cell.under },
    ...inner,
    { from: last, to: Math.max(cell.max ?? last, last), count: cell.over },
  ].filter(({ count }) => count > 0);
}

const total = (some: readonly Piece[]): number => some.reduce((sum, { count }) => sum + count, 0);

/** endsOf: bounds of the pieces that hold all but the tails. A piece in a tail's place is left out unless it holds far more than that. */
function endsOf(some: readonly Piece[]): { from: number; to: number } {
  const rows = total(some);
  let [first, last, below, above] = [0, some.length - 1, 0, 0];
  while (first < last && below + (some[first]?.count ?? 0) <= rows * TAIL) below += some[first++]?.count ?? 0;
  while (last > first && above + (some[last]?.count ?? 0) <= rows * TAIL) above += some[last--]?.count ?? 0;
  const [low, high] = [some[first], some[last]];
  if (low === undefined || high === undefined) return { from: 0, to: 0 };
  // What an outer bin holds lies mostly at its inner end, unless it holds much.
  const room = (high.from - low.to) * OUTER;
  const isLight = ({ count }: Piece): boolean => room > 0 && count < rows * MUCH;
  return {
    from: isLight(low) ? Math.max(low.from, low.to - room) : low.from,
    to: isLight(high) ? Math.min(high.to, high.from + room) : high.to,
  };
}

function spread(some: readonly Piece[], from: number, to: number): Density {
  const rows = Math.max(1, total(some));
  const shares = Array.from({ length: STEPS }, () => 0);
  const width = (to - from) / STEPS;
  const outside = { below: 0, above: 0 };
  const place = (at: number, share: number): void => {
    if (at < from) outside.below += share;
    else if (at > to) outside.above += share;
    else {
      const step = Math.min(STEPS - 1, Math.floor((at - from) / width));
      shares[step] = (shares[step] ?? 0) + share;
    }
  };
  for (const piece of some) {
    // A wide bin is spread evenly; a narrow one lies in one step.
    const parts = Math.max(1, Math.min(400, Math.ceil(((piece.to - piece.from) / width) * 4)));
    for (let part = 0; part < parts; part += 1)
      place(piece.from + ((piece.to - piece.from) * (part + 0.5)) / parts, piece.count / rows / parts);
  }
  return { from, to, shares, ...outside };
}

/** densities: both sides of a numeric feature over one range; null where nothing can be drawn. */
export function densities(
  baseline: NumericCell,
  window: NumericCell,
  binning: NumericBinning,
): { baseline: Density; window: Density } | null {
  const [before, now] = [pieces(baseline, binning), pieces(window, binning)];
  const some = [before, now].filter((side) => side.length > 0);
  if (some.length === 0) return null;
  const ends = some.map(endsOf);
  let from = Math.min(...ends.map((end) => end.from));
  let to = Math.max(...ends.map((end) => end.to));
  if (!Number.isFinite(from) || !Number.isFinite(to) || !Number.isFinite(to - from)) return null;
  if (to <= from) {
    const margin = Math.abs(from) > 0 ? Math.abs(from) * 0.1 : 1;
    [from, to] = [from - margin, to + margin];
  }
  if (!((to - from) / STEPS > 0)) return null;
  return { baseline: spread(before, from, to), window: spread(now, from, to) };
}

import { sum } from './shares.js';

/** Phase: where in its cycles a chunk begins: the part of the day that has passed (0 to 1), and the day of the week (0 to 6). */
export type Phase = { readonly day: number; readonly weekday: number };

/** Chunks for each parameter of a cycle that is estimated. */
const CHUNKS_PER_TERM = 4;
/** Frequencies per week that tell all seven days apart. */
const WEEKLY = 3;
const WEEK = 7;
/** What is left of a term after the ones before it, below which it says nothing new. */
const DEPENDENT = 1e-6;

/** Wave: what repeats with the day, with the week, or a rhythm of the day that changes with the week. */
type Wave = { readonly of: 'day' | 'week' | 'both'; readonly at: (phase: Phase) => number };

const waves = (of: 'day' | 'week', from: number, to: number): Wave[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i): Wave[] => {
    const angle = ({ day, weekday }: Phase) =>
      2 * Math.PI * (from + i) * (of === 'day' ? day : weekday / WEEK);
    return [
      { of, at: (phase) => Math.cos(angle(phase)) },
      { of, at: (phase) => Math.sin(angle(phase)) },
    ];
  }).flat();

const products = (some: readonly Wave[], others: readonly Wave[]): Wave[] =>
  some.flatMap((a) => others.map((b): Wave => ({ of: 'both', at: (phase) => a.at(phase) * b.at(phase) })));

/** wavesOf: what may repeat, the coarse before the fine. */
function wavesOf(phases: readonly Phase[]): Wave[] {
  const parts = new Set(phases.map(({ day }) => day)).size;
  const perWeekday = Array.from(
    { length: WEEK },
    (_, weekday) => phases.filter((phase) => phase.weekday === weekday).length,
  );
  const finest = Math.floor(parts / 2);
  const weekly = perWeekday.every((count) => count >= 2) ? waves('week', 1, WEEKLY) : [];
  const daily = waves('day', 1, Math.min(3, finest));
  return [...daily, ...weekly, ...waves('day', 4, finest), ...products(weekly, daily)];
}

/** Term: a wave less what the mean and the terms before it say, of unit size over the chunks' rows. */
type Term = {
  readonly wave: Wave;
  readonly less: readonly number[];
  readonly size: number;
  /** Its value in each chunk. */
  readonly at: readonly number[];
};

/** termsOf: modified Gram–Schmidt, weighted by rows. Terms that follow from others are left out. */
function termsOf(phases: readonly Phase[], rows: readonly number[]): Term[] {
  const inner = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((total, value, t) => total + value * (b[t] ?? 0) * (rows[t] ?? 0), 0);
  const mean = rows.map(() => 1 / Math.sqrt(sum(rows)));
  const terms: Term[] = [];
  for (const wave of wavesOf(phases)) {
    if (terms.length + 1 > phases.length / CHUNKS_PER_TERM) break;
    let left = phases.map(wave.at);
    const before = Math.sqrt(inner(left, left));
    const less = [mean, ...terms.map(({ at }) => at)].map((other) => {
      const part = inner(left, other);
      left = left.map((value, t) => value - part * (other[t] ?? 0));
      return part;
    });
    const size = Math.sqrt(inner(left, left));
    if (size > DEPENDENT * before) terms.push({ wave, less, size, at: left.map((value) => value / size) });
  }
  return terms;
}

/** termsAt: the same terms at a phase that need not be one of the chunks'. */
function termsAt(terms: readonly Term[], rows: number, phase: Phase): number[] {
  const found = [1 / Math.sqrt(rows)];
  for (const { wave, less, size } of terms) {
    const part = sum(less.map((amount, i) => amount * (found[i] ?? 0)));
    found.push((wave.at(phase) - part) / size);
  }
  return found.slice(1);
}

/** Cycle: what chunks do over and over, as the baseline shows it. */
export type Cycle = {
  /** What is left of each chunk's shares after the mean and the cycle, cell by cell. */
  readonly residuals: readonly (readonly number[])[];
  /** How much of itself each chunk's own fit is (0 to 1). */
  readonly leverage: readonly number[];
  /** Shares of so many baseline rows as they are at a phase, as counts: of as many rows as that is known from. */
  readonly at: (baseline: readonly number[], phase: Phase) => number[];
};

const meanSquare = (squares: number, count: number): number => (count > 0 ? squares / count : 0);

/**
 * cycleOf: the daily and the weekly cycle of a baseline's chunks: weighted regression of each cell's share on sines and cosines of the day and
 * the week, orthogonal, each cycle shrunk by how far it stands out from what is left: 1 − 1/F (positive-part James–Stein: Efron & Morris
 * 1973). A cycle that is not there is so taken to be none, and one that is plain to see is taken off whole.
 */
export function cycleOf(chunks: readonly (readonly number[])[], phases: readonly Phase[]): Cycle {
  const rows = chunks.map(sum);
  const total = sum(rows);
  const cells = (chunks[0] ?? []).map((_, i) => i);
  const mean = cells.map((i) => sum(chunks.map((chunk) => chunk[i] ?? 0)) / total);
  const shares = chunks.map((chunk, t) => chunk.map((count) => count / (rows[t] ?? 1)));
  const terms = termsOf(phases, rows);
  const effects = terms.map(({ at }) =>
    cells.map((i) => sum(at.map((value, t) => value * (rows[t] ?? 0) * (shares[t]?.[i] ?? 0)))),
  );
  const standard = (values: readonly number[]): number =>
    sum(values.map((value, i) => ((mean[i] ?? 0) > 0 ? (value * value) / (mean[i] ?? 1) : 0)));
  const ofEffects = effects.map(standard);
  const all = sum(
    shares.map((own, t) => (rows[t] ?? 0) * standard(own.map((share, i) => share - (mean[i] ?? 0)))),
  );
  const noise = meanSquare(all - sum(ofEffects), chunks.length - 1 - terms.length);
  const beliefIn = (of: Wave['of']): number => {
    const own = ofEffects.filter((_, k) => terms[k]?.wave.of === of);
    const seen = meanSquare(sum(own), own.length);
    return seen > noise ? 1 - noise / seen : 0;
  };
  const beliefs = { day: beliefIn('day'), week: beliefIn('week'), both: beliefIn('both') };
  const belief = terms.map(({ wave }) => beliefs[wave.of]);
  const fitted = (values: readonly number[], i: number): number =>
    sum(values.map((value, k) => value * (belief[k] ?? 0) * (effects[k]?.[i] ?? 0)));
  const own = terms.map(({ at }) => at);
  return {
    residuals: shares.map((share, t) => {
      const values = own.map((at) => at[t] ?? 0);
      return share.map((value, i) => value - (mean[i] ?? 0) - fitted(values, i));
    }),
    leverage: rows.map(
      (n, t) => n / total + n * sum(own.map((at, k) => (belief[k] ?? 0) * (at[t] ?? 0) ** 2)),
    ),
    at: (baseline, phase) => {
      const known = sum(baseline);
      const values = termsAt(terms, total, phase);
      const uncertainty = sum(values.map((value, k) => (belief[k] ?? 0) * value * value));
      const worth = 1 / (1 / known + uncertainty);
      const moved = baseline.map((count, i) => Math.max(0, count / known + fitted(values, i)));
      const scale = worth / sum(moved);
      return moved.map((share) => share * scale);
    },
  };
}

import { durationMs, type NumericCell, type ProfileChunk } from '#libs/contracts';
import { baselineCut, type MonitorInput } from '#libs/monitoring';
import { cellOf, merged, names, watched } from './cells.js';
import type { Course } from './courses.js';
import { NULLS, UNCHANGED, withNulls, type Change, type Law } from './laws.js';
import { oracle } from './oracle.js';
import type { Random } from './random.js';

/** Changes: what is done to which series. */
export type Changes = (series: number) => Change;
export const nothing: Changes = () => UNCHANGED;

/** Observed: what the monitor sees of one window, and p of a test that knows the generator, series by series (null: there is none). */
export type Observed = { readonly input: MonitorInput; readonly oracle: (number | null)[] };

/** World: a baseline and the windows that come after it. */
export type World = { readonly next: (changes?: Changes) => Observed };

/** Scenario: what is stationary about it, and a world of it. */
export type Scenario = {
  readonly name: string;
  readonly what: string;
  readonly world: (random: Random) => World;
};

/** Draw: rows per cell, given their shares. */
export type Draw = (shares: readonly number[], rows: number, random: Random) => number[];

/** Generator: windows of some length whose rows, all series together, and whose levels, each for itself, go on and on. */
export type Generator = {
  /** ISO 8601 duration of a window, a day or less. */
  readonly every: string;
  readonly baselineWindows: number;
  /** Chunks of the baseline that a window is as long as (1): several of them, or a part of one with as much less rows. */
  readonly chunksPerWindow?: number;
  /** Rows of the next window; each call is one. */
  readonly rows: (random: Random) => () => number;
  readonly course: (random: Random) => Course;
  readonly law: Law;
  readonly draw: Draw;
  /** Whether a test that knows `law` and `course` would be right: rows are independent and days normal. */
  readonly isKnown: boolean;
};

/** cutLike: the parts of a baseline that a monitor with such windows is given, where more than days or fewer than all of them. */
function cutLike(every: string, chunks: readonly ProfileChunk[]): ProfileChunk[] {
  const cut = baselineCut(watched(every).settings.window, { timeZone: 'UTC', bucket: every });
  const buckets = chunks.map(({ startMs }) => ({ startMs, rows: 1 }));
  const chosen = cut === null ? null : new Set(cut(buckets).map(({ startMs }) => startMs));
  return chunks.filter(({ startMs }) => chosen?.has(startMs) ?? true);
}

/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5);

/** worldOf: every series has a course of its own, of which the baseline is the first part. */
export function worldOf(
  { every, baselineWindows, chunksPerWindow = 1, ...of }: Generator,
  random: Random,
): World {
  const windowMs = durationMs(every);
  const courses = names.map(() => of.course(random));
  const rowsOf = of.rows(random);
  let at = -1;
  const atOf = (startMs: number) => ({
    startMs,
    endMs: startMs + windowMs * chunksPerWindow,
    timeZone: 'UTC',
  });
  const draw = (changes: Changes, part = 1) => {
    at += 1;
    const rows = Math.round(rowsOf() * part);
    const drawn = names.map((_, series) => {
      const { shift, nulls } = changes(series);
      const step = courses[series]?.() ?? { level: 0, expected: 0, sd: 0 };
      const counts = of.draw(withNulls(of.law(step.level + shift), nulls ?? NULLS), rows, random);
      return { counts, step };
    });
    const cells: NumericCell[] = drawn.map(({ counts }, i) => cellOf(names[i] ?? '', counts));
    return { startMs: START_MS + at * windowMs, cells, drawn };
  };
  const chunks: ProfileChunk[] = Array.from({ length: baselineWindows }, () => {
    const { startMs, cells } = draw(nothing);
    return { startMs, cells };
  });
  const baseline = { cells: merged(chunks.map((chunk) => chunk.cells as NumericCell[])) };
  const baselineChunks = cutLike(every, chunks);
  const same = { ...watched(every), baseline, baselineChunks };
  return {
    next: (changes = nothing) => {
      const parts = Array.from({ length: Math.max(1, chunksPerWindow) }, () =>
        draw(changes, Math.min(1, chunksPerWindow)),
      );
      const [first] = parts;
      const isKnown = of.isKnown && parts.length === 1;
      return {
        input: {
          ...same,
          window: { cells: merged(parts.map(({ cells }) => cells)) },
          at: atOf(first?.startMs ?? START_MS),
        },
        oracle: (first?.drawn ?? []).map(({ counts, step }) =>
          isKnown ? oracle(of.law, step, counts) : null,
        ),
      };
    },
  };
}

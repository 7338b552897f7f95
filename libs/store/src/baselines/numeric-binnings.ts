import { z } from 'zod';
import type { NumericBinning } from '#libs/contracts';
import { float, integer, type Database } from '../client/index.js';
import { limits, type Rows, type Source } from './baseline-rows.js';
import { numericEdges, SAMPLE_POINTS, TAIL_POINTS, type OrderedSample } from './numeric-edges.js';

/** Values of so many features are held in memory at once: 40 × 0.8 MB, twice while they are sorted. */
const FEATURES_PER_STATEMENT = 40;

/** numericBinnings: the bins of some features. The sample is by hash of the id, so the same rows every time; the bounds are of all rows. */
export async function numericBinnings(
  db: Database,
  sources: readonly Source[],
  sampling: { rows: Rows; oneIn: number },
): Promise<NumericBinning[]> {
  const made: NumericBinning[] = [];
  for (let at = 0; at < sources.length; at += FEATURES_PER_STATEMENT) {
    const some = sources.slice(at, at + FEATURES_PER_STATEMENT);
    const samples = await orderedSamples(db, some, sampling);
    const bounds = await readBounds(db, some, sampling.rows);
    for (const [index, { feature }] of some.entries()) {
      const [min, max] = bounds[index] ?? [Infinity, -Infinity];
      made.push({ feature, kind: 'numeric', ...numericEdges(samples[index] ?? EMPTY, { min, max }) });
    }
  }
  return made;
}

const EMPTY: OrderedSample = { values: [], ranks: [], rows: 0 };
const samplesRow = z.object({
  samples: z.array(
    z
      .tuple([z.array(float), z.array(integer), integer])
      .transform(([values, ranks, rows]): OrderedSample => ({ values, ranks, rows })),
  ),
});

/** SQL that tells whether the value of rank `i` among `n` is kept: all of a small sample, else points of equal distance, closer in the tails. */
function isKept(i: string, n: string): string {
  const isPoint = (points: number): string =>
    `intDiv(${i} * ${points - 1}, ${n} - 1) != intDiv((${i} - 1) * ${points - 1}, ${n} - 1)`;
  return (
    `${n} <= ${SAMPLE_POINTS} OR ${i} = 0 OR ${isPoint(SAMPLE_POINTS)} OR ` +
    `(least(${i}, ${n} - 1 - ${i}) * 100 < ${n} AND (${n} <= ${TAIL_POINTS} OR ${isPoint(TAIL_POINTS)}))`
  );
}

/** Ascending values of a sample with their ranks, thinned. */
async function orderedSamples(
  db: Database,
  sources: readonly Source[],
  { rows, oneIn }: { rows: Rows; oneIn: number },
): Promise<OrderedSample[]> {
  const samples = sources.map(
    ({ value }, index) => `arraySort(groupArrayIf(${value}, isFinite(${value}))) AS a${index}`,
  );
  // Only numbers are captured by a lambda: an array would be copied for each of its elements.
  const thinned = sources.map(
    (_, index) =>
      `(arrayFilter((x, i) -> ${isKept('i', `n${index}`)}, a${index}, range(length(a${index}) AS n${index})), ` +
      `arrayFilter(i -> ${isKept('i', `n${index}`)}, range(n${index})), n${index})`,
  );
  const [row] = await db.query({
    ...limits,
    name: 'binning-quantiles',
    sql:
      `SELECT [${thinned.join(', ')}] AS samples FROM (SELECT ${samples.join(', ')} ` +
      `FROM (SELECT * FROM (${rows.sql}) WHERE cityHash64(id) % ${oneIn} = 0))`,
    params: rows.params,
    row: samplesRow,
  });
  return row?.samples ?? [];
}

const boundsRow = z.object({ bounds: z.array(z.tuple([float, float])) });

/** Least and greatest finite value; +∞ and -∞ where there is none. */
async function readBounds(db: Database, sources: readonly Source[], rows: Rows): Promise<[number, number][]> {
  const bounds = sources.map(
    ({ value }) =>
      `(min(if(isFinite(${value}), ${value}, inf)), max(if(isFinite(${value}), ${value}, -inf)))`,
  );
  const [row] = await db.query({
    ...limits,
    name: 'binning-bounds',
    sql: `SELECT [${bounds.join(', ')}] AS bounds FROM (${rows.sql})`,
    params: rows.params,
    row: boundsRow,
  });
  return row?.bounds ?? [];
}

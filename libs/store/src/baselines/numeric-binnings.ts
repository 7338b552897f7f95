import { z } from 'zod';
import type { NumericBinning } from '#libs/contracts';
import { float, type Database } from '../client/index.js';
import { limits, type Rows, type Source } from './baseline-rows.js';
import { numericEdges, SAMPLE_POINTS } from './numeric-edges.js';

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
    const points = await samplePoints(db, some, sampling);
    const bounds = await readBounds(db, some, sampling.rows);
    for (const [index, { feature }] of some.entries()) {
      const [min, max] = bounds[index] ?? [Infinity, -Infinity];
      made.push({ feature, kind: 'numeric', ...numericEdges(points[index] ?? [], { min, max }) });
    }
  }
  return made;
}

const pointsRow = z.object({ points: z.array(z.array(float)) });

/** Ascending values of a sample, thinned to points of equal weight. */
async function samplePoints(
  db: Database,
  sources: readonly Source[],
  { rows, oneIn }: { rows: Rows; oneIn: number },
): Promise<number[][]> {
  const samples = sources.map(
    ({ value }, index) => `arraySort(groupArrayIf(${value}, isFinite(${value}))) AS a${index}`,
  );
  // Only numbers are captured by the lambda: an array would be copied for each of its elements.
  const thinned = sources.map(
    (_, index) =>
      `arrayFilter((x, i) -> n${index} <= ${SAMPLE_POINTS} OR i = 0 OR ` +
      `intDiv(i * ${SAMPLE_POINTS - 1}, n${index} - 1) != intDiv((i - 1) * ${SAMPLE_POINTS - 1}, n${index} - 1), ` +
      `a${index}, range(length(a${index}) AS n${index}))`,
  );
  const [row] = await db.query({
    ...limits,
    name: 'binning-quantiles',
    sql:
      `SELECT [${thinned.join(', ')}] AS points FROM (SELECT ${samples.join(', ')} ` +
      `FROM (SELECT * FROM (${rows.sql}) WHERE cityHash64(id) % ${oneIn} = 0))`,
    params: rows.params,
    row: pointsRow,
  });
  return row?.points ?? [];
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

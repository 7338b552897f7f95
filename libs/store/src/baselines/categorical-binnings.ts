import { z } from 'zod';
import type { CategoricalBinning } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { INVALID_TEXT, NULL_TEXT } from '../segments/feature-columns.js';
import { limits, type Rows, type Source } from './baseline-rows.js';

const MAX_CATEGORIES = 1_000;
const FEATURES_PER_STATEMENT = 50;

/**
 * categoricalBinnings: the most frequent values of some features, equally frequent ones by name. The two truth values are known without
 * being seen.
 */
export async function categoricalBinnings(
  db: Database,
  sources: readonly Source[],
  rows: Rows,
): Promise<CategoricalBinning[]> {
  const made: CategoricalBinning[] = [];
  for (let at = 0; at < sources.length; at += FEATURES_PER_STATEMENT) {
    const some = sources.slice(at, at + FEATURES_PER_STATEMENT);
    const found = await frequentValues(db, some, rows);
    for (const [index, { feature, type }] of some.entries()) {
      const values = found.filter(({ source }) => source === index).map(({ category }) => category);
      const categories = type === 'boolean' ? [...new Set([...values, 'false', 'true'])] : values;
      made.push({ feature, kind: 'categorical', categories });
    }
  }
  return made;
}

const categoryRow = z.object({ source: integer, category: z.string() });

/** One grouping set for each source, so that rows are read once and texts are grouped by their place in a dictionary. */
async function frequentValues(
  db: Database,
  sources: readonly Source[],
  rows: Rows,
): Promise<z.output<typeof categoryRow>[]> {
  const columns = sources.map(({ value }, index) => `${value} AS c${index}`).join(', ');
  const sets = sources.map((_, index) => `(c${index})`).join(', ');
  const choose = (of: (index: number) => string): string =>
    `multiIf(${sources.map((_, index) => `grouping(c${index}) = 0, ${of(index)}, `).join('')}NULL)`;
  return db.query({
    ...limits,
    name: 'binning-categories',
    sql:
      `SELECT source, category FROM (SELECT assumeNotNull(${choose(String)}) AS source, ` +
      `assumeNotNull(${choose((index) => `CAST(c${index}, 'String')`)}) AS category, count() AS n ` +
      `FROM (SELECT ${columns} FROM (${rows.sql})) GROUP BY GROUPING SETS (${sets})) ` +
      `WHERE category NOT IN ('', ${NULL_TEXT}, ${INVALID_TEXT}) ORDER BY source, n DESC, category LIMIT ${MAX_CATEGORIES} BY source`,
    params: rows.params,
    row: categoryRow,
  });
}

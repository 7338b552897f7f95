import type { Database } from '../client/index.js';
import { fileFault } from '../files/form/file-form.js';
import { columnUse, nestedFault } from './columns.js';
import type { BaselineInsert, BaselineInserted } from './insert-input.js';
import { insertStatement } from './insert-statement.js';
import { inspect } from './inspect.js';
import { singlePrecision } from './parquet-types.js';
import type { Refusal } from './refusal.js';
import { removeRows } from './remove.js';
import { placeWords } from './unseen-words.js';

/** insertBaseline: streams a file into `predictions`, all or nothing. A refusal names the column; an outage throws. */
export async function insertBaseline(
  db: Database,
  input: BaselineInsert,
): Promise<BaselineInserted | Refusal> {
  const use = columnUse(input.features, input.columns, input.fileColumns);
  if (!use.ok) return use;
  const nested = nestedFault(use.used, input);
  if (nested !== undefined) return nested;
  const { project, model, version, origin } = input;
  const remove = (): Promise<void> => removeRows(db, { project, model, version, origin });
  await remove();
  try {
    const float32 =
      input.format === 'parquet' ? await singlePrecision(db, use.used, input.file()) : new Set<string>();
    const { knownWords = new Map() } = input;
    const words = { known: knownWords, upload: await placeWords(db, knownWords) };
    await db.insertStream(insertStatement(input, { used: use.used, float32, words }), input.file());
    const found = await inspect(db, input);
    if (!found.ok) {
      await remove();
      return found;
    }
    const ignored = use.ignored.map((column) => `column '${column}' is no feature and was left out`);
    return { ...found, warnings: [...found.warnings, ...ignored] };
  } catch (error) {
    await remove();
    return fileFault(error, input);
  }
}

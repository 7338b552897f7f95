import {
  factsOf,
  factsRow,
  factsSelect,
  noFacts,
  type ColumnFacts,
  type FactsKind,
} from '../baselines/column-facts.js';
import { refusal, type Refusal } from '../baselines/refusal.js';
import type { Database } from '../client/index.js';
import { filledText } from '../reading/values-sql.js';
import { Bindings } from '../segments/bindings.js';
import { csvStructure, fileTable, readSettings, type DataColumn, type DataFile } from './data-file.js';
import { fileFault } from './form/file-form.js';
import { rawText } from './values.js';

/** What columns are is first told from so many rows, and then held against all of them. */
const HEAD_ROWS = 20_000;
/** Of wide files fewer rows are looked at. */
const HEAD_VALUES = 12_500_000;
const LEAST_ROWS = 1_000;
/** Columns of a statement become one array, so that what is counted is written once and not once for every column. */
const COLUMNS_PER_STATEMENT = 1_000;

const headRows = (columns: number): number =>
  Math.max(LEAST_ROWS, Math.min(HEAD_ROWS, Math.floor(HEAD_VALUES / columns)));

type Asked = { columns: readonly DataColumn[]; all: readonly DataColumn[] };

/** Facts of columns, and whether they are those of all rows of the file. */
export type FileFacts = { facts: ColumnFacts[]; isWhole: boolean };

/** headFacts: of some columns, from the first rows of a file; columns that are empty there are read to their end. */
export async function headFacts(db: Database, file: DataFile, asked: Asked): Promise<FileFacts | Refusal> {
  const limit = headRows(asked.all.length);
  const first = await countedFacts(db, file, { ...asked, limit });
  if ('ok' in first) return first;
  const rows = first[0]?.rows ?? 0;
  if (rows === 0) return refusal('file', 'holds no rows');
  const isWhole = rows < limit;
  const empty = asked.columns.filter(({ type }, index) => first[index]?.filled === 0 && type !== 'nested');
  if (isWhole || empty.length === 0) return { facts: first, isWhole };
  const again = await wholeFacts(db, file, { ...asked, columns: empty });
  if ('ok' in again) return again;
  const whole = new Map(again.map((facts) => [facts.name, facts]));
  return { facts: first.map((facts) => whole.get(facts.name) ?? facts), isWhole };
}

/** wholeFacts: of some columns, from all rows of a file. */
export const wholeFacts = (db: Database, file: DataFile, asked: Asked): Promise<ColumnFacts[] | Refusal> =>
  countedFacts(db, file, asked);

async function countedFacts(
  db: Database,
  file: DataFile,
  asked: Asked & { limit?: number },
): Promise<ColumnFacts[] | Refusal> {
  const found = new Map<string, ColumnFacts>();
  const kinds = Map.groupBy(asked.columns, kindOf);
  for (const [kind, columns] of kinds)
    for (let at = 0; at < columns.length; at += COLUMNS_PER_STATEMENT) {
      const some = columns.slice(at, at + COLUMNS_PER_STATEMENT);
      try {
        const [row] = await db.query({
          ...factsStatement(file, { ...asked, columns: some, kind }),
          row: factsRow,
        });
        if (row !== undefined) for (const facts of factsOf(some, row)) found.set(facts.name, facts);
      } catch (error) {
        return fileFault(error, file);
      }
    }
  return asked.columns.map(({ name }) => found.get(name) ?? noFacts(name));
}

const kindOf = ({ type }: DataColumn): FactsKind => (type === 'number' || type === 'time' ? type : 'text');

/** SQL of a column as an element of the array of its kind. */
const elementOf = (column: DataColumn, kind: FactsKind, format: DataFile['format']): string =>
  kind === 'number' ? `toFloat64(${column.sql})` : rawText(column, format);

/** One thread, so that rows come in the order of the file. */
function factsStatement(
  file: DataFile,
  { columns, all, limit, kind }: Asked & { limit?: number; kind: FactsKind },
) {
  const bindings = new Bindings();
  const { format } = file;
  const structure = format === 'csv' ? csvStructure(all.length) : undefined;
  const skip = format === 'csv' ? ' OFFSET 1' : '';
  const range =
    limit === undefined ? (skip === '' ? '' : `LIMIT 1000000000000${skip}`) : `LIMIT ${limit}${skip}`;
  const elements = columns.map((column) => elementOf({ ...column, sql: `s.${column.sql}` }, kind, format));
  const raw = `SELECT [${elements.join(', ')}] AS raws FROM ${fileTable(file, bindings, structure)} AS s ${range}`;
  const values = kind === 'number' ? 'raws' : `arrayMap(v -> ${filledText('v')}, raws)`;
  const { from, ...select } = factsSelect(columns, {
    from: `(SELECT ${values} AS values FROM (${raw}))`,
    kind,
  });
  return {
    name: 'file-facts',
    sql: `SELECT ${Object.entries(select)
      .map(([name, sql]) => `${sql} AS ${name}`)
      .join(', ')} FROM ${from}`,
    params: bindings.params,
    settings: { ...readSettings, max_threads: 1 },
    timeoutMs: 600_000,
  };
}

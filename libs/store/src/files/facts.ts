import { z } from 'zod';
import { instantOf } from '../reading/times-sql.js';
import { filledText, isBoolean, isNumber } from '../reading/values-sql.js';
import { isPhrase, isTime, mayBeTime, type ColumnFacts } from '../baselines/feature-type.js';
import { refusal, refusalOf, type Refusal } from '../baselines/refusal.js';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { csvStructure, fileTable, readSettings, type DataColumn, type DataFile } from './data-file.js';
import { rawText } from './values.js';

/** Types are told from so many first rows. */
const SAMPLE_ROWS = 20_000;
/** Of wide files fewer rows are looked at. */
const SAMPLE_VALUES = 12_500_000;
const LEAST_ROWS = 1_000;
/** Columns of a statement become one array, so that what is counted is written once and not once for every column. */
const COLUMNS_PER_STATEMENT = 1_000;

const sampleRows = (columns: number): number =>
  Math.max(LEAST_ROWS, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / columns)));

/** What a column holds, over the rows looked at; `shares` are numbers within 0 and 1. */
export type DataFacts = ColumnFacts & { rows: number; shares: number };

const COUNTED = ['filled', 'numbers', 'booleans', 'times', 'phrases', 'shares', 'different'] as const;
type Counted = (typeof COUNTED)[number];
const counts = z.array(integer);
const countsOf = <T>(of: (what: Counted) => T): Record<Counted, T> =>
  Object.fromEntries(COUNTED.map((what) => [what, of(what)])) as Record<Counted, T>;
const factsRow = z.object({ rows: integer, ...countsOf(() => counts) });

/** dataFacts: of some columns, from the first rows of a file, and from all of them for columns that are empty there. */
export async function dataFacts(
  db: Database,
  file: DataFile,
  { all, columns }: Omit<Asked, 'limit'>,
): Promise<DataFacts[] | Refusal> {
  const limit = sampleRows(all.length);
  const first = await factsOf(db, file, { columns, all, limit });
  if ('ok' in first) return first;
  const rows = first[0]?.rows ?? 0;
  if (rows === 0) return refusal('file', 'holds no rows');
  const empty = columns.filter(({ type }, index) => first[index]?.filled === 0 && type !== 'nested');
  if (rows < limit - 1 || empty.length === 0) return first;
  const again = await factsOf(db, file, { columns: empty, all });
  if ('ok' in again) return again;
  const whole = new Map(again.map((facts) => [facts.name, facts]));
  return first.map((facts) => whole.get(facts.name) ?? facts);
}

type Asked = { columns: readonly DataColumn[]; all: readonly DataColumn[]; limit?: number };

async function factsOf(db: Database, file: DataFile, asked: Asked): Promise<DataFacts[] | Refusal> {
  const found = new Map<string, DataFacts>();
  const kinds = Map.groupBy(asked.columns, kindOf);
  for (const [kind, columns] of kinds)
    for (let at = 0; at < columns.length; at += COLUMNS_PER_STATEMENT) {
      const some = columns.slice(at, at + COLUMNS_PER_STATEMENT);
      try {
        const [row] = await db.query({
          ...factsStatement(file, { ...asked, columns: some, kind }),
          row: factsRow,
        });
        for (const [index, { name }] of some.entries())
          found.set(name, { name, rows: row?.rows ?? 0, ...countsOf((what) => row?.[what][index] ?? 0) });
      } catch (error) {
        const fault = refusalOf(error);
        if (fault === undefined) throw error;
        return fault;
      }
    }
  return asked.columns.flatMap(({ name }) => found.get(name) ?? []);
}

/** Typed numbers need no text to be made of them, and typed times are no texts to try. */
type Kind = 'number' | 'time' | 'text';
const kindOf = ({ type }: DataColumn): Kind => (type === 'number' || type === 'time' ? type : 'text');

/** SQL of a column as an element of the array of its kind. */
const elementOf = (column: DataColumn, kind: Kind, format: DataFile['format']): string =>
  kind === 'number' ? `toFloat64(${column.sql})` : rawText(column, format);

type Each = Record<Exclude<Counted, 'different'>, string>;

/** SQL of what is counted of one value `v`, a number under a column's flag `n` whether its name speaks of time. */
const COUNTS: Record<Kind, Each> = {
  number: {
    filled: 'ifNull(isFinite(v), 0)',
    numbers: 'ifNull(isFinite(v), 0)',
    booleans: '0',
    times: `if(n, isNotNull(${instantOf("CAST(toString(v), 'Nullable(String)')")}), 0)`,
    phrases: '0',
    shares: 'ifNull(v BETWEEN 0 AND 1, 0)',
  },
  time: {
    filled: 'isNotNull(v)',
    numbers: '0',
    booleans: '0',
    times: 'isNotNull(v)',
    phrases: '0',
    shares: '0',
  },
  text: {
    filled: 'isNotNull(v)',
    numbers: isNumber('v'),
    booleans: `isNotNull(v) AND ${isBoolean('v')}`,
    times: isTime('v', 'n'),
    phrases: isPhrase('v'),
    shares: 'ifNull(toFloat64OrNull(v) BETWEEN 0 AND 1, 0)',
  },
};

function factsStatement(file: DataFile, { columns, all, limit, kind }: Asked & { kind: Kind }) {
  const bindings = new Bindings();
  const { format } = file;
  const structure = format === 'csv' ? csvStructure(all.length) : undefined;
  const skip = format === 'csv' ? ' OFFSET 1' : '';
  const range =
    limit === undefined ? (skip === '' ? '' : `LIMIT 1000000000000${skip}`) : `LIMIT ${limit}${skip}`;
  const elements = columns.map((column) => elementOf({ ...column, sql: `s.${column.sql}` }, kind, format));
  const raw = `SELECT [${elements.join(', ')}] AS raws FROM ${fileTable(file, bindings, structure)} AS s ${range}`;
  const values = kind === 'number' ? 'raws' : `arrayMap(v -> ${filledText('v')}, raws)`;
  const named = `[${columns.map(({ name }) => (mayBeTime(name) ? '1' : '0')).join(', ')}]`;
  const each = COUNTS[kind];
  const sums = COUNTED.map((what) =>
    what === 'different'
      ? `uniqCombinedIfForEach(arrayMap(v -> assumeNotNull(v), values), arrayMap(v -> isNotNull(v), values)) AS different`
      : `sumForEach(arrayMap((v, n) -> toUInt8(${each[what]}), values, ${named})) AS ${what}`,
  );
  return {
    name: 'file-facts',
    sql: `SELECT count() AS rows, ${sums.join(', ')} FROM (SELECT ${values} AS values FROM (${raw}))`,
    params: bindings.params,
    settings: { ...readSettings, max_threads: 1 },
    timeoutMs: 600_000,
  };
}

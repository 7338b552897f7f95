import { z } from 'zod';
import { refusal, refusalOf, type Refusal } from '../baselines/refusal.js';
import { integer, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import { csvStructure, fileTable, readSettings, type DataColumn, type DataFile } from './data-file.js';
import { isBoolean, isNumber, textOf, timeOf } from './values.js';

/** Types are told from so many first rows. */
const SAMPLE_ROWS = 50_000;
/** Of wide files fewer rows are looked at, since a file is read once for some columns at a time. */
const SAMPLE_VALUES = 12_500_000;
const LEAST_ROWS = 1_000;
/** The time to analyse a statement grows with the square of its columns. */
const COLUMNS_PER_STATEMENT = 80;

const sampleRows = (columns: number): number =>
  Math.max(LEAST_ROWS, Math.min(SAMPLE_ROWS, Math.floor(SAMPLE_VALUES / columns)));

/** What a column holds, over the rows looked at: values, and how many of these are numbers, truth values, times, different, within 0 and 1. */
export type DataFacts = {
  name: string;
  rows: number;
  filled: number;
  numbers: number;
  booleans: number;
  times: number;
  shares: number;
  different: number;
};

const factsRow = z.object({
  rows: integer,
  facts: z.array(z.tuple([integer, integer, integer, integer, integer, integer])),
});

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
  const found: DataFacts[] = [];
  for (let at = 0; at < asked.columns.length; at += COLUMNS_PER_STATEMENT) {
    const columns = asked.columns.slice(at, at + COLUMNS_PER_STATEMENT);
    const statement = factsStatement(file, { ...asked, columns });
    try {
      const [row] = await db.query({ ...statement, row: factsRow });
      for (const [index, { name }] of columns.entries()) {
        const [filled, numbers, booleans, times, shares, different] = row?.facts[index] ?? [0, 0, 0, 0, 0, 0];
        found.push({ name, rows: row?.rows ?? 0, filled, numbers, booleans, times, shares, different });
      }
    } catch (error) {
      const fault = refusalOf(error);
      if (fault === undefined) throw error;
      return fault;
    }
  }
  return found;
}

/** Trying every text for a time costs more than all else; a column of times says so in its name, or by its type. */
const mayBeTime = ({ name, type }: DataColumn): boolean =>
  type === 'time' || /time|date|_at$|^ts$|_ts$/i.test(name);

function factsStatement(file: DataFile, { columns, all, limit }: Asked) {
  const bindings = new Bindings();
  const structure = file.format === 'csv' ? csvStructure(all.length) : undefined;
  const placed = columns.map((column, index) => ({ ...column, sql: `f${index}` }));
  const used = columns.map(({ sql }, index) => `s.${sql} AS f${index}`).join(', ');
  const skip = file.format === 'csv' ? ' OFFSET 1' : '';
  const range =
    limit === undefined ? (skip === '' ? '' : `LIMIT 1000000000000${skip}`) : `LIMIT ${limit}${skip}`;
  const raw = `SELECT ${used} FROM ${fileTable(file, bindings, structure)} AS s ${range}`;
  const texts = placed.map((column, index) => `${textOf(column, file.format)} AS t${index}`);
  const times = placed.map(
    (column, index) => `${mayBeTime(column) ? timeOf(column, `t${index}`) : 'NULL'} AS m${index}`,
  );
  const facts = placed.map(({ type, sql }, index) => {
    const text = `t${index}`;
    const filled = `isNotNull(${text})`;
    // Typed numbers need no text to be made of them.
    if (type === 'number')
      return (
        `(countIf(isFinite(assumeNotNull(toFloat64(${sql}))) AND isNotNull(${sql})), countIf(isFinite(assumeNotNull(toFloat64(${sql}))) AND isNotNull(${sql})), ` +
        `0, countIf(isNotNull(m${index})), countIf(ifNull(${sql} BETWEEN 0 AND 1, 0)), uniqCombined(${sql}))`
      );
    return (
      `(countIf(${filled}), countIf(${isNumber(text)}), countIf(${filled} AND ${isBoolean(text)}), countIf(isNotNull(m${index})), ` +
      `countIf(ifNull(toFloat64OrNull(${text}) BETWEEN 0 AND 1, 0)), uniqCombinedIf(assumeNotNull(${text}), ${filled}))`
    );
  });
  return {
    name: 'file-facts',
    sql:
      `SELECT count() AS rows, [${facts.join(', ')}] AS facts FROM ` +
      `(SELECT *, ${times.join(', ')} FROM (SELECT *, ${texts.join(', ')} FROM (${raw})))`,
    params: bindings.params,
    settings: { ...readSettings, max_threads: 1 },
    timeoutMs: 600_000,
  };
}

import type { Feature } from '#libs/contracts';
import { maxWords, vocabulariesOf, wordRow, type CountedWords } from '../baselines/count-words.js';
import type { Refusal } from '../baselines/refusal.js';
import { wordRowsSql } from '../baselines/words-sql.js';
import type { Database } from '../client/index.js';
import { textOf } from '../reading/values-sql.js';
import { Bindings } from '../segments/bindings.js';
import { csvStructure, fileTable, readSettings, type DataColumn, type DataFile } from './data-file.js';
import { fileFault } from './form/file-form.js';
import { NO_TEXT, rawText } from './values.js';

const TIMEOUT_MS = 3_600_000;

/** fileWords: the vocabulary of every text of a file, by the rules of baselines. One thread, so that the line of names comes first and is left out. */
export async function fileWords(
  db: Database,
  file: DataFile,
  { columns, texts }: { columns: readonly DataColumn[]; texts: readonly Feature[] },
): Promise<CountedWords[] | Refusal> {
  const bindings = new Bindings();
  const isCsv = file.format === 'csv';
  const table = fileTable(file, bindings, isCsv ? csvStructure(columns.length) : undefined);
  const read = texts.map(({ name, reading }, at) => {
    const column = columns.find((one) => one.name === name);
    const sql =
      column === undefined
        ? NO_TEXT
        : textOf(rawText({ ...column, sql: `s.${column.sql}` }, file.format), reading);
    return `${sql} AS t${at}`;
  });
  const rows = `(SELECT ${['rowNumberInAllBlocks() AS row', ...read].join(', ')} FROM ${table} AS s)`;
  try {
    const counts = await db.query({
      name: 'file-words',
      sql:
        `SELECT feature, word, n AS rows FROM (` +
        `${wordRowsSql(
          texts.map((_, at) => `t${at}`),
          { from: isCsv ? `${rows} WHERE row > 0` : rows, most: maxWords(texts.length) + 1 },
        )})`,
      params: bindings.params,
      settings: { ...readSettings, ...(isCsv && { max_threads: 1 }) },
      row: wordRow,
      timeoutMs: TIMEOUT_MS,
    });
    return vocabulariesOf(texts, counts);
  } catch (error) {
    return fileFault(error, file);
  }
}

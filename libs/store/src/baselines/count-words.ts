import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MAX_WORDS, MAX_WORDS_OF_VERSION, vocabularyOf, type Feature } from '#libs/contracts';
import { integer, type Database } from '../client/index.js';
import { textOf } from '../reading/values-sql.js';
import { Bindings } from '../segments/bindings.js';
import { fileFault } from '../files/form/file-form.js';
import { columnUse, nestedFault } from './columns.js';
import { fileInput } from './file-input.js';
import type { BaselineInsert, FileRows } from './insert-input.js';
import { redactedTexts } from './redacted-texts.js';
import type { Refusal } from './refusal.js';
import { wordRowsSql } from './words-sql.js';

/** Texts of a file whose words are to be counted; `features` are text features only. */
export type WordsInput = Pick<BaselineInsert, 'features' | 'privacy'> & FileRows;

/** CountedWords: of one text feature, the words that it is held against from now on, and those that the rows of this very file are held against. */
export type CountedWords = { feature: string; words: number[]; others: number[] };

const TIMEOUT_MS = 1_800_000;
const settings = {
  max_memory_usage: '6000000000',
  max_bytes_before_external_group_by: '2000000000',
  max_bytes_before_external_sort: '2000000000',
  max_query_size: '16000000',
  max_ast_elements: '1000000',
  max_expanded_ast_elements: '4000000',
} as const;

/** How many words each of so many texts may have. */
export const maxWords = (texts: number): number =>
  Math.min(MAX_WORDS, Math.floor(MAX_WORDS_OF_VERSION / texts));

export const wordRow = z.object({ feature: integer, word: integer, rows: integer });

/** vocabulariesOf: from the rows of all words, one more of each feature than fit where there are so many. */
export const vocabulariesOf = (
  features: readonly Pick<Feature, 'name'>[],
  counts: readonly z.output<typeof wordRow>[],
): CountedWords[] =>
  features.map(({ name }, at) => {
    const own = counts.filter(({ feature }) => feature === at);
    return { feature: name, ...vocabularyOf(own, maxWords(features.length)) };
  });

/** countWords: the vocabulary of every text feature of a file, counted on the way through ClickHouse; the texts are not stored. */
export async function countWords(
  db: Database,
  input: WordsInput,
): Promise<{ ok: true; counted: CountedWords[] } | Refusal> {
  const use = columnUse(input.features, { tags: {} }, input.fileColumns);
  if (!use.ok) return use;
  const nested = nestedFault(use.used, input);
  if (nested !== undefined) return nested;
  const upload = randomUUID();
  const max = maxWords(input.features.length);
  try {
    await db.insertStream(countStatement(input, { used: use.used, upload, max }), input.file());
  } catch (error) {
    return fileFault(error, input);
  }
  const counts = await db.query({
    name: 'words-read',
    sql: 'SELECT feature, word, rows FROM file_words WHERE upload = {upload: String}',
    params: { upload },
    row: wordRow,
    timeoutMs: TIMEOUT_MS,
  });
  return { ok: true, counted: vocabulariesOf(input.features, counts) };
}

type Counting = { used: readonly string[]; upload: string; max: number };

function countStatement(input: WordsInput, { used, upload, max }: Counting) {
  const bindings = new Bindings();
  const file = fileInput({ format: input.format, columns: input.fileColumns, used });
  const text = (column: string): string => `t${used.indexOf(column)}`;
  const redacted = redactedTexts({ ...input, columns: { tags: {} } }, text, bindings);
  const texts = used.map((column, index) => `${file.text(column)} AS t${index}`);
  const rows = `(SELECT ${[...texts, ...redacted.columns].join(', ')} FROM ${file.from})`;
  const counted = wordRowsSql(
    input.features.map(({ name, reading }) => textOf(redacted.feature(name), reading)),
    { from: rows, most: max + 1 },
  );
  return {
    name: 'words-count',
    sql:
      `INSERT INTO file_words (upload, feature, word, rows, at) SELECT ${bindings.text(upload)}, feature, word, n, now() ` +
      `FROM (${counted}) FORMAT ${file.format}`,
    params: bindings.params,
    // A statement that hashes holds the key.
    settings: { ...file.settings, ...settings, log_queries: input.privacy === undefined ? 1 : 0 } as const,
    timeoutMs: TIMEOUT_MS,
  };
}

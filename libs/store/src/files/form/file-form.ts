import { createWriteStream } from 'node:fs';
import { rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { refusal, refusalOf, type Refusal } from '../../baselines/refusal.js';
import { NotUtf8, textBytes, unpackRefusal, type TextBytes } from './bytes.js';
import { csvShape, isPlainCsv, plainCsv, RowFault, type CsvShape } from './csv-form.js';
import { jsonLines, jsonRows, type JsonRows } from './json-form.js';
import { parquetShape } from './parquet-form.js';

export type DataFormat = 'csv' | 'jsonl' | 'parquet';

/** Nested: what a column holds in place of plain values, and the first row that does (0 where the file tells it of all). */
export type Nested = { kind: string; row: number };

/**
 * FileForm: how a file is read, whichever door it came through. CSV is separated by commas, without blank lines, in UTF-8, and JSON
 * is one object per line: a file that is written otherwise has been rewritten once to `path`.
 */
export type FileForm = {
  path: string;
  format: DataFormat;
  bytes: number;
  /** In the order of the file. */
  columns: string[];
  /** Columns of lists and objects, which are not read. */
  nested: ReadonlyMap<string, Nested>;
  /** What was read otherwise than it stands there, for people. */
  notes: string[];
  /** Takes a copy away; the file itself stays. */
  remove: () => Promise<void>;
};

export type OpenForm = {
  /** Where a copy is written, if one has to be. */
  copy: string;
  /** Of the copy, in bytes; what the disk has room for when absent. */
  maxBytes?: number;
};

/** Of the free disk. */
const ROOM_USED = 0.9;
/** A column is nested when more of its values than this are lists or objects; fewer are single wrong values. */
const STRAYS = 0.1;

/** A copy that does not fit. */
class TooLarge extends Error {}

async function roomAt(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize * ROOM_USED;
}

/** Writes pieces to a new file of its own, at most `max` bytes. */
async function writeCopy(path: string, pieces: AsyncIterable<Buffer>, max: number): Promise<number> {
  let bytes = 0;
  async function* bounded() {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > max) throw new TooLarge();
      yield piece;
    }
  }
  await pipeline(
    Readable.from(bounded(), { objectMode: false }),
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  );
  return bytes;
}

/** Runs `read`; what is wrong with the file comes back as a refusal, and no copy is left behind. */
async function refusing(copy: string, read: () => Promise<FileForm | Refusal>): Promise<FileForm | Refusal> {
  try {
    return await read();
  } catch (error) {
    await rm(copy, { force: true });
    if (error instanceof NotUtf8 || error instanceof RowFault) return error.refusal;
    if (error instanceof TooLarge)
      return refusal(
        'file',
        'is larger, unpacked and in UTF-8, than there is room for; give a smaller file or more disk',
      );
    const fault = unpackRefusal(error);
    if (fault === undefined) throw error;
    return fault;
  }
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const ENCODINGS = {
  'utf-8': [],
  'utf-16le': ['is UTF-16 and was read as such'],
  'utf-16be': ['is UTF-16 and was read as such'],
};

type Opened = { path: string; text: TextBytes; options: OpenForm };

const untouched = async (path: string) => ({
  path,
  bytes: (await stat(path)).size,
  remove: () => Promise.resolve(),
});

async function copied(pieces: AsyncIterable<Buffer>, { copy, maxBytes }: OpenForm) {
  const bytes = await writeCopy(copy, pieces, maxBytes ?? (await roomAt(copy)));
  return { path: copy, bytes, remove: () => rm(copy, { force: true }) };
}

async function csvForm({ path, text, options }: Opened): Promise<FileForm | Refusal> {
  const shape = csvShape(text);
  if ('ok' in shape) return shape;
  const blank = { lines: 0 };
  const isPlain = await isRead(path, text, shape);
  const place = isPlain ? await untouched(path) : await copied(plainCsv(path, text, shape, blank), options);
  const skipped =
    blank.lines === 0
      ? []
      : [`${plural(blank.lines, 'blank line')} ${blank.lines === 1 ? 'is' : 'are'} left out`];
  return {
    ...place,
    format: 'csv',
    columns: shape.columns,
    nested: new Map(),
    notes: [...ENCODINGS[text.encoding], ...shape.notes, ...skipped],
  };
}

const isRead = async (path: string, text: TextBytes, { separator, skipsSep }: CsvShape): Promise<boolean> =>
  text.packing === 'plain' &&
  text.encoding === 'utf-8' &&
  separator === ',' &&
  !skipsSep &&
  !/^[ \t\r]*\n/.test(text.head.subarray(0, 1_000).toString('latin1')) &&
  (await isPlainCsv(path, text));

function nestedOf({ columns }: JsonRows): Map<string, Nested> {
  const found = [...columns].filter(([, { filled, nested }]) => nested > filled * STRAYS);
  return new Map(found.map(([name, { nestedRow }]) => [name, { kind: 'lists or objects', row: nestedRow }]));
}

function bareNotes({ bare }: JsonRows): string[] {
  if (bare.size === 0) return [];
  const counted = [...bare].map(([word, count]) => `${word} ${count === 1 ? 'once' : `${count} times`}`);
  return [
    `holds ${counted.join(', ')}, which is no JSON and counts as missing; write null or leave the value out`,
  ];
}

async function jsonForm({ path, text, options }: Opened): Promise<FileForm | Refusal> {
  const rows = await jsonRows(path, text);
  if (rows.rows === 0) return refusal('file', 'holds no rows');
  if (rows.columns.size === 0)
    return refusal('file', 'holds objects without any name; write {"column": value}');
  const isPlain = text.packing === 'plain' && text.encoding === 'utf-8' && !rows.isOther;
  const place = isPlain ? await untouched(path) : await copied(jsonLines(path, text), options);
  return {
    ...place,
    format: 'jsonl',
    columns: [...rows.columns.keys()],
    nested: nestedOf(rows),
    notes: [...ENCODINGS[text.encoding], ...bareNotes(rows)],
  };
}

async function parquetForm(path: string): Promise<FileForm | Refusal> {
  const shape = await parquetShape(path);
  if ('ok' in shape) return shape;
  const { columns, nested, notes } = shape;
  const kinds = [...nested].map(([name, kind]): [string, Nested] => [name, { kind, row: 0 }]);
  return { ...(await untouched(path)), format: 'parquet', columns, nested: new Map(kinds), notes };
}

/** openForm: how a file is read, before any engine sees it, or why it cannot be; a copy is written where it has to be. */
export const openForm = (path: string, format: DataFormat, options: OpenForm): Promise<FileForm | Refusal> =>
  refusing(options.copy, async () => {
    const { size } = await stat(path);
    if (size === 0) return refusal('file', 'is empty; give a header line or rows');
    if (format === 'parquet') return parquetForm(path);
    const text = await textBytes(path);
    if ('ok' in text) return text;
    return format === 'csv' ? csvForm({ path, text, options }) : jsonForm({ path, text, options });
  });

const drained = async (pieces: AsyncGenerator): Promise<void> => {
  while ((await pieces.next()).done !== true);
};

/** rowFault: the first row of a plain CSV file that does not fit its header, for a file that the engine refused. */
export async function rowFault({
  path,
  format,
}: Pick<FileForm, 'path' | 'format'>): Promise<Refusal | undefined> {
  if (format !== 'csv') return undefined;
  try {
    const text = await textBytes(path);
    const shape = 'ok' in text ? text : csvShape(text);
    if ('ok' in text || 'ok' in shape) return undefined;
    await drained(plainCsv(path, text, shape, { lines: 0 }));
    return undefined;
  } catch (error) {
    return error instanceof RowFault || error instanceof NotUtf8 ? error.refusal : undefined;
  }
}

/** fileFault: why a file cannot be read, by what the engine says and by the file itself; any other error is thrown on. */
export async function fileFault(
  error: unknown,
  { path, format }: { path?: string; format: DataFormat },
): Promise<Refusal> {
  const fault = refusalOf(error);
  if (fault === undefined) throw error;
  return (path === undefined ? undefined : await rowFault({ path, format })) ?? fault;
}

import { open, type FileHandle } from 'node:fs/promises';

import { checkColumns, COLUMNS_MAX, refuse, type Sniffed } from './file-columns.js';
import { parquetColumns } from './parquet-columns.js';

/** BaselineFormat: what an upload may be. */
export type BaselineFormat = 'csv' | 'jsonl' | 'parquet';

const HEAD_BYTES = 1_048_576;
const JSONL_LINES = 200;

const readHead = async (file: FileHandle): Promise<Buffer> => {
  const buffer = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(buffer, 0, HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
};

const startsWith = (head: Buffer, ...bytes: number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

/** What a file is when it is not what was announced; each has its own way out. */
const otherKind = (head: Buffer): string | undefined => {
  if (startsWith(head, 0x1f, 0x8b)) return 'is gzip; send it with Content-Encoding: gzip';
  if (startsWith(head, 0x50, 0x4b, 3, 4)) return 'is a zip archive; unpack it first';
  if (head.subarray(0, 4).toString('latin1') === 'PAR1')
    return 'is Parquet; send it as application/vnd.apache.parquet';
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) return 'is UTF-16; save it as UTF-8';
  if (head.includes(0)) return 'holds zero bytes and is not a text file';
  return undefined;
};

const HEADER_FIELD = /(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r?\n|\r|$)/y;

/** csvHeader: the fields of the first record; null when its quotes do not close. */
export const csvHeader = (text: string): string[] | null => {
  const fields: string[] = [];
  HEADER_FIELD.lastIndex = 0;
  for (;;) {
    const match = HEADER_FIELD.exec(text);
    if (match === null) return null;
    fields.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') return fields;
    if (fields.length > COLUMNS_MAX) return fields;
  }
};

const OTHER_SIGNS: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

const sniffCsv = (head: Buffer): Sniffed => {
  const header = csvHeader(head.toString('utf8').replace(/^\uFEFF/, ''));
  if (header === null) return refuse('the first line is not CSV: a quote is not closed', 'header');
  const only = header[0] ?? '';
  const [sign] = Object.keys(OTHER_SIGNS).filter((one) => only.includes(one));
  if (header.length === 1 && sign !== undefined)
    return refuse(`is separated by ${OTHER_SIGNS[sign] ?? sign}; separate the fields by commas`, 'header');
  return checkColumns(header);
};

const sniffJsonl = (head: Buffer): Sniffed => {
  const whole = head.length < HEAD_BYTES;
  const lines = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n');
  const columns = new Set<string>();
  for (const [index, line] of (whole ? lines : lines.slice(0, -1)).slice(0, JSONL_LINES).entries()) {
    if (line.trim() === '') continue;
    const row = parseObject(line);
    if (row === null) return refuse('is not a JSON object; write one object per line', `line ${index + 1}`);
    for (const name of Object.keys(row)) columns.add(name);
  }
  if (columns.size === 0) return refuse('holds no rows');
  return checkColumns([...columns]);
};

const parseObject = (line: string): object | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
};

const sniffOpen = async (file: FileHandle, format: BaselineFormat): Promise<Sniffed> => {
  const { size } = await file.stat();
  if (size === 0) return refuse('is empty (0 bytes)');
  if (format === 'parquet') return parquetColumns(file, size);
  const head = await readHead(file);
  const other = otherKind(head);
  if (other !== undefined) return refuse(other);
  return format === 'csv' ? sniffCsv(head) : sniffJsonl(head);
};

/** sniff: looks at the beginning of a file (and the end of a Parquet file) before a database sees it. */
export const sniff = async (path: string, format: BaselineFormat): Promise<Sniffed> => {
  const file = await open(path, 'r');
  try {
    return await sniffOpen(file, format);
  } finally {
    await file.close();
  }
};

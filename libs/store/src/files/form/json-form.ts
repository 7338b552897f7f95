import { bareWords } from '#libs/platform';
import { refusal } from '../../baselines/refusal.js';
import { textPieces, type TextBytes } from './bytes.js';
import { RowFault } from './csv-form.js';

/** JsonColumns: the keys of all rows in the order of their first appearance; of each how many rows fill it, and with lists or objects. */
type JsonColumn = { filled: number; nested: number; nestedRow: number };
export type JsonRows = {
  columns: Map<string, JsonColumn>;
  rows: number;
  /** Words that are no JSON and are read as null, by word. */
  bare: Map<string, number>;
  /** Something other than one object a line, so that the rows have to be written anew. */
  isOther: boolean;
};

const LF = 10;
const MAX_ROW_BYTES = 268_435_456;
/** More would be a mistake of whoever wrote the file: keys that are values. */
const MAX_COLUMNS = 20_000;
const FOUND_CHARS = 60;

/** Words that stand for a missing value; others that are no JSON are faults. */
const MISSING = new Set([
  'NaN',
  'nan',
  '-NaN',
  '-nan',
  'Infinity',
  '-Infinity',
  'inf',
  '-inf',
  'None',
  'undefined',
]);

/** withoutBareWords: JSON text with null in place of NaN and its like. */
function withoutBareWords(text: string, count: (word: string) => void): string {
  let [fixed, from] = ['', 0];
  for (const { word, at } of bareWords(text)) {
    if (!MISSING.has(word)) {
      fixed += `${text.slice(from, at)}${word === 'True' ? 'true' : 'false'}`;
    } else {
      fixed += `${text.slice(from, at)}null`;
      count(word);
    }
    from = at + word.length;
  }
  return from === 0 ? text : fixed + text.slice(from);
}

const parse = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

const shown = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > FOUND_CHARS ? `${line.slice(0, FOUND_CHARS)}…` : line;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function note(found: JsonRows, row: Record<string, unknown>): void {
  found.rows += 1;
  for (const key of Object.keys(row)) {
    let column = found.columns.get(key);
    if (column === undefined) {
      column = { filled: 0, nested: 0, nestedRow: 0 };
      found.columns.set(key, column);
    }
    const value = row[key];
    if (value === null) continue;
    column.filled += 1;
    if (typeof value !== 'object') continue;
    column.nested += 1;
    if (column.nestedRow === 0) column.nestedRow = found.rows;
  }
  if (found.columns.size > MAX_COLUMNS)
    throw new RowFault(
      refusal(
        'file',
        `has more than ${MAX_COLUMNS} different names by row ${found.rows}; names are columns, put values into values`,
      ),
    );
}

const emptyRows = (): JsonRows => ({ columns: new Map(), rows: 0, bare: new Map(), isOther: false });

/** One value of a file: the row that it is, as text of one line. */
function rowOf(text: string, place: string, found: JsonRows): string {
  const direct = parse(text);
  const fixed =
    direct === undefined
      ? withoutBareWords(text, (word) => found.bare.set(word, (found.bare.get(word) ?? 0) + 1))
      : text;
  const parsed = direct ?? parse(fixed);
  if (fixed !== text) found.isOther = true;
  if (parsed === undefined)
    throw new RowFault(refusal('file', `${place} is no JSON object: ${faultOf(text)}`));
  if (!isObject(parsed.value))
    throw new RowFault(
      refusal(
        'file',
        `${place} is ${shown(text)} and no object; write one JSON object per line, {"column": value}`,
      ),
    );
  note(found, parsed.value);
  return fixed;
}

function faultOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') && !trimmed.endsWith('}'))
    return 'it ends in the middle; write or send the file as a whole';
  if (/^[{[]\s*'/.test(trimmed)) return 'names and texts stand in double quotes, not in single ones';
  return `found ${shown(text)}; write one JSON object per line`;
}

/** linesOf: the lines of a text with their numbers, without those that are blank. */
async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<{ text: string; line: number }[]> {
  let [rest, line]: [Buffer[], number] = [[], 0];
  let restBytes = 0;
  for await (const piece of pieces) {
    const lines: { text: string; line: number }[] = [];
    let start = 0;
    for (let end = piece.indexOf(LF); end !== -1; end = piece.indexOf(LF, start)) {
      const bytes =
        restBytes === 0 ? piece.subarray(start, end) : Buffer.concat([...rest, piece.subarray(start, end)]);
      [rest, restBytes] = [[], 0];
      line += 1;
      start = end + 1;
      const text = bytes.toString('utf8');
      if (text.trim() !== '') lines.push({ text, line });
    }
    if (start < piece.length) {
      rest.push(piece.subarray(start));
      restBytes += piece.length - start;
      if (restBytes > MAX_ROW_BYTES)
        throw new RowFault(
          refusal(
            'file',
            `line ${line + 1} is longer than ${MAX_ROW_BYTES} bytes; is this the right file and format?`,
          ),
        );
    }
    yield lines;
  }
  const text = Buffer.concat(rest).toString('utf8');
  if (text.trim() !== '') yield [{ text, line: line + 1 }];
}

/** valuesOf: the top-level values of a text, or the elements of a top-level array, each with the line it begins in. */
async function* valuesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<{ text: string; line: number }[]> {
  let [parts, size, depth, line, from]: [Buffer[], number, number, number, number] = [[], 0, 0, 1, 1];
  let [inString, isEscaped, isOpen] = [false, false, false];
  for await (const piece of pieces) {
    const values: { text: string; line: number }[] = [];
    let start = isOpen ? 0 : -1;
    const close = (end: number): void => {
      const text = Buffer.concat([...parts, piece.subarray(start, end)])
        .toString('utf8')
        .replaceAll(/\s*[\r\n]+\s*/g, ' ');
      if (text.trim() !== '') values.push({ text: text.trim(), line: from });
      [parts, size, start, isOpen] = [[], 0, -1, false];
    };
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at];
      if (byte === LF) line += 1;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === 92) isEscaped = true;
        else if (byte === 34) inString = false;
        continue;
      }
      if (byte === 123 || (byte === 91 && (depth > 0 || isOpen))) {
        if (!isOpen) [isOpen, start, from] = [true, at, line];
        depth += 1;
      } else if ((byte === 125 || byte === 93) && depth > 0) {
        depth -= 1;
        if (depth === 0) close(at + 1);
      } else if (
        depth === 0 &&
        (byte === 91 || byte === 93 || byte === 44 || byte === LF || byte === 13 || byte === 32 || byte === 9)
      ) {
        // Brackets and commas of the array around the rows, and blanks between them.
        if (isOpen) close(at);
      } else if (depth === 0 && !isOpen) [isOpen, start, from] = [true, at, line];
      if (byte === 34) inString = true;
    }
    if (isOpen) {
      parts.push(piece.subarray(Math.max(0, start)));
      size += piece.length - Math.max(0, start);
      if (size > MAX_ROW_BYTES)
        throw new RowFault(
          refusal(
            'file',
            `the value at line ${from} is longer than ${MAX_ROW_BYTES} bytes; is this the right file and format?`,
          ),
        );
    }
    yield values;
  }
  if (isOpen)
    yield [
      {
        text: Buffer.concat(parts)
          .toString('utf8')
          .replaceAll(/\s*[\r\n]+\s*/g, ' '),
        line: from,
      },
    ];
}

/** Whether rows are lines, by the first line that holds anything: it is an object, but for words that are no JSON. */
function isLines({ head, isWhole }: TextBytes): boolean {
  const text = head.toString('utf8');
  const line = text.split('\n', 1_000).find((one) => one.trim() !== '') ?? '';
  if (line.trim().startsWith('[')) return false;
  if (!text.trimStart().includes('\n') && !isWhole) return true;
  const value = parse(withoutBareWords(line, () => undefined))?.value;
  if (isObject(value)) return true;
  // The first line of an object that is written over several lines.
  return !/^\s*\{\s*(?:"(?:[^"\\]|\\.)*"\s*:.*)?$/.test(line) || line.trim().endsWith('}');
}

async function* rowLines(path: string, text: TextBytes, found: JsonRows): AsyncGenerator<string[]> {
  const byLine = isLines(text);
  found.isOther ||= !byLine;
  const pieces = textPieces(path, text);
  for await (const values of byLine ? linesOf(pieces) : valuesOf(pieces)) {
    const rows = values.map(({ text: value, line }) =>
      rowOf(value, byLine ? `line ${line}` : `the value at line ${line}`, found),
    );
    if (rows.length > 0) yield rows;
  }
}

/** jsonRows: what the rows of a file of JSON are, from all of them. */
export async function jsonRows(path: string, text: TextBytes): Promise<JsonRows> {
  const found = emptyRows();
  const lines = rowLines(path, text, found);
  while ((await lines.next()).done !== true);
  return found;
}

/** jsonLines: the rows of a file of JSON, one object a line, for a file that is written otherwise. */
export async function* jsonLines(path: string, text: TextBytes): AsyncGenerator<Buffer> {
  for await (const lines of rowLines(path, text, emptyRows())) yield Buffer.from(`${lines.join('\n')}\n`);
}

import { refusal, type Refusal } from '../../baselines/refusal.js';
import { textPieces, type TextBytes } from './bytes.js';
import { CsvReader, fieldText, type CsvField, type CsvRecord } from './csv-records.js';

/** CsvShape: how a CSV file is written; `skipsSep` where its first line only names the separator. */
export type CsvShape = { separator: string; columns: string[]; skipsSep: boolean; notes: string[] };

const SEPARATORS = [',', ';', '\t', '|'] as const;
const NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};
const SAMPLE_RECORDS = 100;
/** Of the first records, this share has as many fields as the header where a separator is the right one. */
const MOST = 0.5;
/** Of the line that names the separator. */
const SEP_LINE = /^sep=([,;|\t])(?:\r\n|\n|\r)/i;

type Sample = { header: string[]; share: number; isTrailing: boolean };

/** The records of the head, the last one left out where the file goes on. */
function records(head: Buffer, separator: string, isWhole: boolean): CsvRecord[] {
  const reader = new CsvReader(separator.charCodeAt(0));
  const found: CsvRecord[] = [];
  for (const record of reader.take(head, isWhole)) {
    found.push(record);
    if (found.length > SAMPLE_RECORDS) break;
  }
  return found;
}

const isEmptyField = (field: CsvField | undefined): boolean =>
  field !== undefined && !field.isQuoted && field.end === field.start;

function sample(head: Buffer, separator: string, isWhole: boolean): Sample | undefined {
  const [first, ...rows] = records(head, separator, isWhole);
  if (first === undefined || first.fault !== undefined) return undefined;
  const header = first.fields.map((field) => fieldText(first.piece, field));
  const isTrailing =
    header.length > 1 &&
    header.at(-1) === '' &&
    rows.length > 0 &&
    rows.every(
      ({ fields }) =>
        fields.length < header.length || (fields.length === header.length && isEmptyField(fields.at(-1))),
    );
  const columns = isTrailing ? header.slice(0, -1) : header;
  const fitting = rows.filter(
    ({ fields }) =>
      fields.length === columns.length ||
      (fields.length === columns.length + 1 && isEmptyField(fields.at(-1))),
  ).length;
  return { header: columns, share: rows.length === 0 ? 1 : fitting / rows.length, isTrailing };
}

/** The separator under which most records have as many fields as the header, and of those the one with the most fields. */
function separatorOf(head: Buffer, isWhole: boolean): string {
  let [best, most] = [',', 1];
  for (const separator of SEPARATORS) {
    const found = sample(head, separator, isWhole);
    if (found === undefined || found.share < MOST || found.header.length <= most) continue;
    [best, most] = [separator, found.header.length];
  }
  return best;
}

function unnamed(header: readonly string[]): { columns: string[]; notes: string[] } {
  const empty = header.flatMap((name, index) => (name === '' ? [index] : []));
  if (empty.length === 0) return { columns: [...header], notes: [] };
  const columns = header.map((name, index) => (name === '' ? `Unnamed: ${index}` : name));
  const [first = 0] = empty;
  const notes =
    empty.length === 1 && first === 0
      ? [
          "column 1 has no name and is read as 'Unnamed: 0', as pandas does with an index; write the file with index=False to leave it out",
        ]
      : [
          `${
            empty.length === 1
              ? `column ${first + 1} has`
              : `columns ${empty
                  .map((index) => index + 1)
                  .slice(0, 10)
                  .join(', ')} have`
          } no name in the header and ${empty.length === 1 ? 'is' : 'are'} read as 'Unnamed: ${first}'${empty.length === 1 ? '' : ' and so on'}`,
        ];
  return { columns, notes };
}

const sepLine = (text: Buffer): RegExpExecArray | null =>
  SEP_LINE.exec(text.subarray(0, 8).toString('latin1'));
const sepLength = (text: Buffer): number => sepLine(text)?.[0].length ?? 0;

/** csvShape: separator and columns of a CSV file, from its beginning. */
export function csvShape({ head, isWhole }: TextBytes): CsvShape | Refusal {
  const sep = sepLine(head)?.[1];
  const text = head.subarray(sepLength(head));
  const separator = sep ?? separatorOf(text, isWhole);
  const found = sample(text, separator, isWhole);
  if (found === undefined) {
    const [record] = records(text, separator, true);
    return record === undefined
      ? refusal('file', 'is empty; give a header line and rows')
      : refusal(
          'file',
          'the header line is not CSV: a double quote in it is not closed, or text follows one',
        );
  }
  const { columns, notes } = unnamed(found.header);
  const said = separator === ',' ? [] : [`fields are separated by ${NAMES[separator] ?? separator}`];
  return { separator, columns, skipsSep: sep !== undefined, notes: [...said, ...notes] };
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** faultOf: what is wrong with the shape of a record, for people; rows count from 1 after the header. */
function faultOf({ fields, number, line, fault }: CsvRecord, width: number): Refusal | undefined {
  const row = number === 1 ? 'the header' : `row ${number - 1}`;
  const where = `${row} (line ${line})`;
  if (fault === 'open quote')
    return refusal(
      'file',
      `${where} opens a double quote that is never closed; close it, or write "" for a quote`,
    );
  if (fault !== undefined)
    return refusal(
      'file',
      `${where} has text after a closing double quote; write "" for a quote inside a text`,
    );
  if (fields.length === width || (fields.length === width + 1 && isEmptyField(fields.at(-1))))
    return undefined;
  const more = fields.length > width ? '; put text that holds the separator in double quotes' : '';
  return refusal('file', `${where} has ${plural(fields.length, 'field')}, the header has ${width}${more}`);
}

const [COMMA, LF] = [Buffer.from(','), Buffer.from('\n')];
const MUST_QUOTE = [44, 10, 13, 34];

function plainField(piece: Buffer, { start, end, isQuoted }: CsvField): Buffer[] {
  const bytes = piece.subarray(start, end);
  if (isQuoted || !MUST_QUOTE.some((byte) => bytes.includes(byte))) return [bytes];
  return [Buffer.from(`"${bytes.toString('utf8').replaceAll('"', '""')}"`)];
}

/** The bytes of a record as they are, with commas for its separators; undefined where a field has to be quoted. */
function asItIs(piece: Buffer, fields: readonly CsvField[]): Buffer | undefined {
  const [first, last] = [fields[0], fields.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const record = Buffer.allocUnsafe(last.end - first.start + 1);
  piece.copy(record, 0, first.start, last.end);
  if (MUST_QUOTE.some((byte) => record.subarray(0, -1).includes(byte))) return undefined;
  for (const { end } of fields) if (end < last.end) record[end - first.start] = 44;
  record[record.length - 1] = 10;
  return record;
}

function plainRecord({ piece, fields: all }: CsvRecord, width: number): Buffer {
  const fields = all.slice(0, width);
  // A lone empty field would be a blank line.
  if (width === 1 && isEmptyField(fields[0])) return Buffer.from('""\n');
  const quick = asItIs(piece, fields);
  if (quick !== undefined) return quick;
  const parts = fields.flatMap((field, index) =>
    index === 0 ? plainField(piece, field) : [COMMA, ...plainField(piece, field)],
  );
  return Buffer.concat([...parts, LF]);
}

/** plainCsv: a file as plain CSV, header first; throws a {@link RowFault} for the first row that does not fit, and counts blank lines. */
export async function* plainCsv(
  path: string,
  text: TextBytes,
  shape: CsvShape,
  blank: { lines: number },
): AsyncGenerator<Buffer> {
  const reader = new CsvReader(shape.separator.charCodeAt(0));
  let isFirst = true;
  const take = function* (piece: Buffer, isLast: boolean): Generator<Buffer> {
    const out: Buffer[] = [];
    for (const record of reader.take(piece, isLast)) {
      const fault = faultOf(record, shape.columns.length);
      if (fault !== undefined && (record.number > 1 || record.fault !== undefined)) throw new RowFault(fault);
      out.push(plainRecord(record, shape.columns.length));
    }
    if (out.length > 0) yield Buffer.concat(out);
  };
  for await (const read of textPieces(path, text)) {
    const skip = isFirst && shape.skipsSep ? sepLength(read) : 0;
    isFirst = false;
    yield* take(read.subarray(skip), false);
  }
  yield* take(Buffer.alloc(0), true);
  blank.lines = reader.blank;
}

/** RowFault: a row of a file that cannot be read. */
export class RowFault extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

const BLANK_LINES = ['\n\n', '\n\r\n', '\r\n\r\n'];

/**
 * isPlainCsv: that ClickHouse reads the bytes as they are: no blank lines, every quote closed, lines that end in LF or CRLF. One
 * cheap look at all bytes, which also finds those that are no UTF-8.
 */
export async function isPlainCsv(path: string, text: TextBytes): Promise<boolean> {
  let [before, quotes] = ['\n', 0];
  for await (const piece of textPieces(path, text)) {
    const seam = before + piece.subarray(0, 3).toString('latin1');
    if (BLANK_LINES.some((blank) => seam.includes(blank) || piece.includes(blank, 0, 'latin1'))) return false;
    for (let at = piece.indexOf(34); at !== -1; at = piece.indexOf(34, at + 1)) quotes += 1;
    for (let at = piece.indexOf(13); at !== -1; at = piece.indexOf(13, at + 1))
      if (at + 1 < piece.length && piece[at + 1] !== 10) return false;
    before = piece.subarray(-3).toString('latin1');
    if (before.endsWith('\r') && piece.length < 3) return false;
  }
  return quotes % 2 === 0 && !before.endsWith('\r');
}

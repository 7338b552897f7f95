const [LF, CR, QUOTE] = [10, 13, 34];

/** CsvField: where the bytes of a field lie in the piece; `isQuoted` where it stands in double quotes. */
export type CsvField = { start: number; end: number; isQuoted: boolean };

/** CsvRecord: fields of a record, its number from 1 (blank lines have none), the line it begins in, and what is wrong with it. */
export type CsvRecord = {
  piece: Buffer;
  fields: CsvField[];
  number: number;
  line: number;
  fault?: 'open quote' | 'text after a quote';
};

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/** A record that is longer than this has a quote that is never closed. */
const MAX_RECORD_BYTES = 67_108_864;

/**
 * CsvReader: cuts UTF-8 text into records and fields, as RFC 4180 has it, for any separator and any kind of line end. Lines
 * without a character are no records and are counted in `blank`.
 */
export class CsvReader {
  blank = 0;
  private rest = Buffer.alloc(0);
  private number = 0;
  private line = 1;

  constructor(private readonly separator: number) {}

  /** take: the records that end within the text so far; `isLast` says that no more comes. */
  *take(read: Buffer, isLast: boolean): Generator<CsvRecord> {
    const piece = this.rest.length === 0 ? read : Buffer.concat([this.rest, read]);
    let at = 0;
    while (at < piece.length) {
      const end = this.record(piece, at, isLast);
      if (end === undefined) break;
      if (end.record !== undefined) yield end.record;
      at = end.at;
    }
    this.rest = Buffer.from(piece.subarray(at));
  }

  private record(
    piece: Buffer,
    from: number,
    isLast: boolean,
  ): { at: number; record?: CsvRecord } | undefined {
    const fields: CsvField[] = [];
    const line = this.line;
    let [at, lines] = [from, 0];
    let fault: CsvRecord['fault'];
    for (;;) {
      let start = at;
      while (isBlank(piece[start]) && piece[start] !== this.separator) start += 1;
      const isQuoted = piece[start] === QUOTE;
      if (isQuoted) {
        at = start;
        for (;;) {
          const close = piece.indexOf(QUOTE, at + 1);
          for (
            let lf = piece.indexOf(LF, at);
            lf !== -1 && (close === -1 || lf < close);
            lf = piece.indexOf(LF, lf + 1)
          )
            lines += 1;
          if (close === -1 || (close === piece.length - 1 && !isLast)) {
            if (!isLast && piece.length - from < MAX_RECORD_BYTES) return undefined;
            if (close === -1) {
              this.number += 1;
              return {
                at: piece.length,
                record: { piece, fields, number: this.number, line, fault: 'open quote' },
              };
            }
          }
          at = close;
          if (piece[close + 1] !== QUOTE) break;
          at = close + 1;
        }
        at += 1;
        const quoteEnd = at;
        while (isBlank(piece[at]) && piece[at] !== this.separator) at += 1;
        const next = piece[at];
        if (at < piece.length && next !== this.separator && next !== LF && next !== CR)
          fault ??= 'text after a quote';
        if (fault === undefined) fields.push({ start, end: quoteEnd, isQuoted: true });
      } else start = at;
      const fieldStart = start;
      while (at < piece.length) {
        const byte = piece[at];
        if (byte === this.separator || byte === LF || byte === CR) break;
        at += 1;
      }
      if (at >= piece.length && !isLast) return undefined;
      if (!isQuoted || fault !== undefined) fields.push({ start: fieldStart, end: at, isQuoted: false });
      if (piece[at] === this.separator && at < piece.length) {
        at += 1;
        continue;
      }
      if (piece[at] === CR) {
        if (at + 1 >= piece.length && !isLast) return undefined;
        at += piece[at + 1] === LF ? 2 : 1;
      } else at += 1;
      this.line += lines + 1;
      const [only] = fields;
      if (fields.length === 1 && only !== undefined && !only.isQuoted && isAllBlank(piece, only)) {
        this.blank += 1;
        return { at };
      }
      this.number += 1;
      return {
        at,
        record: { piece, fields, number: this.number, line, ...(fault !== undefined && { fault }) },
      };
    }
  }
}

function isAllBlank(piece: Buffer, { start, end }: CsvField): boolean {
  for (let at = start; at < end; at += 1) if (!isBlank(piece[at])) return false;
  return true;
}

/** fieldText: the text of a field, without quotes, or without blanks around it. */
export function fieldText(piece: Buffer, { start, end, isQuoted }: CsvField): string {
  return isQuoted
    ? piece
        .subarray(start + 1, end - 1)
        .toString('utf8')
        .replaceAll('""', '"')
    : piece.subarray(start, end).toString('utf8').trim();
}

import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { refusal, type Refusal } from '../../baselines/refusal.js';

/** HEAD_BYTES: how much of a text is looked at before it is decided how it is read. */
const HEAD_BYTES = 1_048_576;
const PIECE_BYTES = 4_194_304;

type Packing = 'plain' | 'gzip' | 'zstd';
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** TextBytes: how the bytes of a file become text, and the beginning of that text. */
export type TextBytes = { packing: Packing; encoding: Encoding; head: Buffer; isWhole: boolean };

/** First bytes of files that are no text, with what is to be done. */
const OTHERS: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'is a zip archive or an Excel workbook; unpack it, or save it as CSV'],
  ['\xd0\xcf\x11\xe0', 'is an Excel workbook; save it as CSV'],
  ['PAR1', 'is Parquet; name it so (.parquet, application/vnd.apache.parquet)'],
  ['ARROW1', 'is an Arrow file; write it as Parquet'],
  ['\xff\xfe\0\0', 'is UTF-32; save it as UTF-8'],
  ['\0\0\xfe\xff', 'is UTF-32; save it as UTF-8'],
];

const startsWith = (head: Buffer, text: string): boolean =>
  head.subarray(0, text.length).toString('latin1') === text;

const packingOf = (head: Buffer): Packing => {
  if (startsWith(head, '\x1f\x8b')) return 'gzip';
  return startsWith(head, '\x28\xb5\x2f\xfd') ? 'zstd' : 'plain';
};

/** Texts of mostly Latin letters in UTF-16 without a mark have a zero for every second byte. */
function zeroPattern(head: Buffer): Encoding | undefined {
  const counts = [0, 0];
  const looked = Math.min(head.length, 4_096);
  for (let at = 0; at < looked; at += 1) if (head[at] === 0) counts[at % 2] = (counts[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = counts;
  const most = looked / 2;
  if (odd > most * 0.5 && even < most * 0.1) return 'utf-16le';
  return even > most * 0.5 && odd < most * 0.1 ? 'utf-16be' : undefined;
}

function encodingOf(head: Buffer): Encoding | undefined {
  if (startsWith(head, '\xff\xfe')) return 'utf-16le';
  if (startsWith(head, '\xfe\xff')) return 'utf-16be';
  if (!head.includes(0)) return 'utf-8';
  return zeroPattern(head);
}

const readAt = async (file: FileHandle, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, 0);
  return buffer.subarray(0, bytesRead);
};

/** The bytes of a file, unpacked. Errors of either end the stream. */
function unpacked(path: string, packing: Packing): Readable {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  if (packing === 'plain') return file;
  const unpack = packing === 'gzip' ? createGunzip() : createZstdDecompress();
  return pipeline(file, unpack, () => undefined);
}

async function headOf(path: string, packing: Packing, plain: Buffer): Promise<Buffer> {
  if (packing === 'plain') return plain;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of unpacked(path, packing) as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= HEAD_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, HEAD_BYTES);
}

/** unpackRefusal: that packed data is not whole; undefined for any other error. */
export function unpackRefusal(error: unknown): Refusal | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(Z_|ZSTD_|ERR_ZSTD)/.test(code)
    ? refusal('file', 'is packed, and the packed data is damaged or cut off; pack or send it again')
    : undefined;
}

/** textBytes: packing and encoding of a file of text, or what it is instead. */
export async function textBytes(path: string): Promise<TextBytes | Refusal> {
  const file = await open(path, 'r');
  try {
    const first = await readAt(file, HEAD_BYTES);
    const packing = packingOf(first);
    const head = await headOf(path, packing, first);
    if (head.length === 0) return refusal('file', 'is empty; give a header line or rows');
    const other = OTHERS.find(([magic]) => startsWith(head, magic));
    if (other !== undefined) return refusal('file', other[1]);
    const encoding = encodingOf(head);
    if (encoding === undefined)
      return refusal('file', 'holds zero bytes and is not a text file; is this the right file and format?');
    const text = encoding === 'utf-8' ? withoutMark(head) : Buffer.from(decoderOf(encoding).decode(head));
    return { packing, encoding, head: text, isWhole: head.length < HEAD_BYTES };
  } catch (error) {
    const fault = unpackRefusal(error);
    if (fault === undefined) throw error;
    return fault;
  } finally {
    await file.close();
  }
}

/** TextDecoder takes the byte order mark away. */
const decoderOf = (encoding: Encoding): TextDecoder => new TextDecoder(encoding);

const withoutMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** How many bytes at the end of a piece begin a character that the next piece ends. */
function openBytes(piece: Buffer): number {
  for (let back = 1; back <= Math.min(3, piece.length); back += 1) {
    const byte = piece[piece.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return byte >= (back === 1 ? 0xc0 : back === 2 ? 0xe0 : 0xf0) ? back : 0;
  }
  return 0;
}

/** A text that is no UTF-8, with the line at fault. */
export class NotUtf8 extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

const windows1252 = new TextDecoder('windows-1252');
const CONTEXT_BYTES = 12;

/** Where the bytes of a line stop being UTF-8: within the bytes before it all is. */
function faultAt(line: Buffer): number {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const part = line.subarray(0, middle);
    if (isUtf8(part.subarray(0, part.length - openBytes(part)))) low = middle;
    else high = middle - 1;
  }
  return low;
}

function notUtf8(piece: Buffer, linesBefore: number): NotUtf8 {
  let [line, start] = [linesBefore + 1, 0];
  for (;;) {
    const end = piece.indexOf(10, start);
    const bytes = piece.subarray(start, end === -1 ? piece.length : end);
    if (end === -1 || !isUtf8(bytes)) {
      const at = Math.min(faultAt(bytes), Math.max(0, bytes.length - 1));
      const around = windows1252.decode(bytes.subarray(Math.max(0, at - CONTEXT_BYTES), at + CONTEXT_BYTES));
      const shown = around.replaceAll(/\p{Cc}/gu, ' ');
      return new NotUtf8(
        refusal(
          'file',
          `is not UTF-8: line ${line} holds a byte that looks like Latin-1 or Windows-1252 ('${shown}' there); save the file as UTF-8`,
        ),
      );
    }
    line += 1;
    start = end + 1;
  }
}

/**
 * textPieces: a file of text as UTF-8 without a byte order mark, unpacked, in pieces that end between characters. Throws
 * {@link NotUtf8} where the bytes are none.
 */
export async function* textPieces(path: string, { packing, encoding }: TextBytes): AsyncGenerator<Buffer> {
  const decoder = encoding === 'utf-8' ? undefined : decoderOf(encoding);
  let [rest, seen, isFirst] = [Buffer.alloc(0), 0, true];
  for await (const read of unpacked(path, packing) as AsyncIterable<Buffer>) {
    if (decoder !== undefined) {
      const text = Buffer.from(decoder.decode(read, { stream: true }));
      if (text.length > 0) yield text;
      continue;
    }
    let piece = rest.length === 0 ? read : Buffer.concat([rest, read]);
    if (isFirst) piece = withoutMark(piece);
    isFirst = false;
    const open = openBytes(piece);
    rest = Buffer.from(piece.subarray(piece.length - open));
    piece = piece.subarray(0, piece.length - open);
    if (!isUtf8(piece)) throw notUtf8(piece, await linesBefore(path, packing, seen));
    seen += piece.length;
    if (piece.length > 0) yield piece;
  }
  if (rest.length > 0) throw notUtf8(rest, await linesBefore(path, packing, seen));
}

/** How many lines end within the first bytes of a file: counted anew, since only a file at fault is asked. */
async function linesBefore(path: string, packing: Packing, bytes: number): Promise<number> {
  let [count, left] = [0, bytes];
  for await (const read of unpacked(path, packing) as AsyncIterable<Buffer>) {
    const piece = read.subarray(0, left);
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) count += 1;
    left -= piece.length;
    if (left <= 0) break;
  }
  return count;
}

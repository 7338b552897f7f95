import type { FileHandle } from 'node:fs/promises';

import { parquetMetadataAsync, parquetSchema, type FileMetaData } from 'hyparquet';

import { checkColumns, refuse, type Sniffed } from './file-columns.js';

const MAGIC = 'PAR1';
const ENCRYPTED = 'PARE';
const MAGIC_BYTES = 4;
const SMALLEST_BYTES = 12;
const FOOTER_BYTES_MAX = 67_108_864;

const readAt = async (file: FileHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
};

const asyncBuffer = (file: FileHandle, byteLength: number) => ({
  byteLength,
  slice: async (start: number, end: number = byteLength): Promise<ArrayBuffer> => {
    const bytes = await readAt(file, start, Math.max(0, end - start));
    return new Uint8Array(bytes).buffer;
  },
});

const frameError = async (file: FileHandle, size: number): Promise<string | undefined> => {
  if (size < SMALLEST_BYTES) return 'is too short to be Parquet';
  const head = (await readAt(file, 0, MAGIC_BYTES)).toString('latin1');
  if (head !== MAGIC && head !== ENCRYPTED) return 'is not Parquet: it does not begin with PAR1';
  const tail = await readAt(file, size - 2 * MAGIC_BYTES, 2 * MAGIC_BYTES);
  const end = tail.subarray(MAGIC_BYTES).toString('latin1');
  if (head === ENCRYPTED || end === ENCRYPTED) return 'is encrypted Parquet; write it without encryption';
  if (end !== MAGIC) return 'is cut off: Parquet ends with PAR1, this file does not; send it again';
  const footerBytes = tail.readUInt32LE(0);
  if (footerBytes === 0 || footerBytes > Math.min(size - SMALLEST_BYTES, FOOTER_BYTES_MAX))
    return 'is damaged: its footer does not fit into the file';
  return undefined;
};

const columnsOf = (metadata: FileMetaData): Sniffed => {
  if (metadata.num_rows < 1n) return refuse('holds no rows');
  return checkColumns(parquetSchema(metadata).children.map(({ element }) => element.name));
};

/** parquetColumns: the top-level columns from the footer; a file that is cut, encrypted or damaged is refused with the reason. */
export const parquetColumns = async (file: FileHandle, size: number): Promise<Sniffed> => {
  const error = await frameError(file, size);
  if (error !== undefined) return refuse(error);
  try {
    return columnsOf(await parquetMetadataAsync(asyncBuffer(file, size)));
  } catch {
    return refuse('is damaged: its footer cannot be read');
  }
};

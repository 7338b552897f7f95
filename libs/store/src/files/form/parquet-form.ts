import { open, type FileHandle } from 'node:fs/promises';

import { parquetMetadataAsync, parquetSchema, type FileMetaData } from 'hyparquet';

import { refusal, type Refusal } from '../../baselines/refusal.js';

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
  if (size < SMALLEST_BYTES) return 'is too short to be Parquet; write or copy it again';
  const head = (await readAt(file, 0, MAGIC_BYTES)).toString('latin1');
  if (head !== MAGIC && head !== ENCRYPTED)
    return 'is not Parquet: it does not begin with PAR1; is this the right file and format?';
  const tail = await readAt(file, size - 2 * MAGIC_BYTES, 2 * MAGIC_BYTES);
  const end = tail.subarray(MAGIC_BYTES).toString('latin1');
  if (head === ENCRYPTED || end === ENCRYPTED) return 'is encrypted Parquet; write it without encryption';
  if (end !== MAGIC) return 'is cut off: Parquet ends with PAR1, this file does not; send it again';
  const footerBytes = tail.readUInt32LE(0);
  if (footerBytes === 0 || footerBytes > Math.min(size - SMALLEST_BYTES, FOOTER_BYTES_MAX))
    return 'is damaged: its footer does not fit into the file; write or copy it again';
  return undefined;
};

/** ParquetShape: top-level columns in order, those that hold lists or objects, and what a reader should know. */
export type ParquetShape = { columns: string[]; nested: Map<string, string>; notes: string[] };

type Leaf = NonNullable<FileMetaData['row_groups'][number]['columns'][number]>;

/** Days that the engine knows; others are read as the nearest of them. */
const FIRST_DAY_MS = Date.UTC(1900, 0, 1);
const LAST_DAY_MS = Date.UTC(2299, 11, 31);
const isoDay = (date: Date): string =>
  date
    .toISOString()
    .replace(/T.*/, '')
    .replace(/^[+]?0*(?=\d{4})/, '');

/** Dates of a column by the statistics of its parts, beyond the days that can be read. */
function farDates(name: string, leaves: readonly Leaf[]): string[] {
  const ends = leaves.flatMap(({ meta_data: data }) => [
    data?.statistics?.min_value,
    data?.statistics?.max_value,
  ]);
  const days = ends.filter((end) => end instanceof Date && Number.isFinite(end.getTime())) as Date[];
  const far = days.filter((day) => day.getTime() < FIRST_DAY_MS || day.getTime() > LAST_DAY_MS);
  const [first] = far.toSorted((a, b) => b.getTime() - a.getTime());
  return first === undefined
    ? []
    : [
        `column '${name}' holds dates such as ${isoDay(first)}; those before 1900 or after 2299 are read as the nearest of these years`,
      ];
}

const nestedKind = (tree: ReturnType<typeof parquetSchema>): string | undefined => {
  const { element, children } = tree;
  if (
    element.repetition_type === 'REPEATED' ||
    element.converted_type === 'LIST' ||
    element.logical_type?.type === 'LIST'
  )
    return 'lists';
  return children.length > 0 ? 'objects' : undefined;
};

function shapeOf(metadata: FileMetaData): ParquetShape | Refusal {
  if (metadata.num_rows < 1n) return refusal('file', 'holds no rows');
  const trees = parquetSchema(metadata).children;
  const leaves = Map.groupBy(
    metadata.row_groups.flatMap(({ columns }) => columns),
    ({ meta_data: data }) => data?.path_in_schema[0] ?? '',
  );
  const encrypted = metadata.row_groups.flatMap(({ columns }) =>
    columns.filter((column) => column.crypto_metadata !== undefined),
  );
  if (encrypted.length > 0)
    return refusal(
      'file',
      `is Parquet with encrypted columns (${encrypted[0]?.meta_data?.path_in_schema[0] ?? 'some'}); write it without encryption`,
    );
  const nested = trees.flatMap((tree): [string, string][] => {
    const kind = nestedKind(tree);
    return kind === undefined ? [] : [[tree.element.name, kind]];
  });
  const dates = trees.filter(
    ({ element: { converted_type: converted, logical_type: logical } }) =>
      converted === 'DATE' || logical?.type === 'DATE',
  );
  return {
    columns: trees.map(({ element }) => element.name),
    nested: new Map(nested),
    notes: dates.flatMap(({ element: { name } }) => farDates(name, leaves.get(name) ?? [])),
  };
}

/** parquetShape: the columns of a Parquet file from its footer; a file that is cut, encrypted or damaged is refused with the reason. */
export async function parquetShape(path: string): Promise<ParquetShape | Refusal> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const error = await frameError(file, size);
    if (error !== undefined) return refusal('file', error);
    const metadata = await parquetMetadataAsync(asyncBuffer(file, size)).catch(() => undefined);
    return metadata === undefined
      ? refusal('file', 'is damaged: its footer cannot be read; write or copy it again')
      : shapeOf(metadata);
  } finally {
    await file.close();
  }
}

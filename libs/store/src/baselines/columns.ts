import type { Feature } from '#libs/contracts';
import { nearest } from '#libs/platform';
import type { BaselineColumns, FileRows } from './insert-input.js';
import { refusal, type Refusal } from './refusal.js';

/** Columns that are read, each once, and those that are not. */
export type ColumnUse = { ok: true; used: string[]; ignored: string[] };

/** columnUse: a file must have every feature of the schema that is sent, and every column that was named; others are left out. */
export function columnUse(
  features: readonly Feature[],
  { tags, attributions = {}, readings: _spelled, ...parts }: BaselineColumns,
  fileColumns: readonly string[],
): ColumnUse | Refusal {
  const twice = fileColumns.find((column, index) => fileColumns.indexOf(column) !== index);
  if (twice !== undefined) return refusal(twice, `column '${twice}' is there twice; rename one of them`);
  const needed = [
    ...features.filter(({ madeOf }) => madeOf === undefined).map(({ name }) => name),
    ...[parts, attributions, tags].flatMap((columns) => Object.values(columns)),
  ];
  const known = new Set(fileColumns);
  const missing = needed.find((column) => !known.has(column));
  if (missing !== undefined) return refusal(missing, missingMessage(missing, fileColumns));
  const used = [...new Set(needed)];
  if (used.length === 0) return refusal('file', 'has no column that is read; name the features first');
  return { ok: true, used, ignored: fileColumns.filter((column) => !used.includes(column)) };
}

/** nestedFault: that a column which is read holds lists or objects. */
export function nestedFault(
  used: readonly string[],
  { nested }: Pick<FileRows, 'nested'>,
): Refusal | undefined {
  const column = used.find((name) => nested?.has(name));
  const found = column === undefined ? undefined : nested?.get(column);
  if (column === undefined || found === undefined) return undefined;
  const where = found.row === 0 ? '' : ` (row ${found.row})`;
  return refusal(
    column,
    `column '${column}' holds ${found.kind}${where}; give it one plain value per row, or leave it out`,
  );
}

function missingMessage(column: string, fileColumns: readonly string[]): string {
  const near = nearest(column, fileColumns);
  const hint =
    near === undefined ? `it has ${fileColumns.slice(0, 20).join(', ')}` : `did you mean '${near}'?`;
  return `the file has no column '${column}'; ${hint}`;
}

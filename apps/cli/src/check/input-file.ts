import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DataFormat } from '#libs/store';
import { CheckProblem } from './problem.js';

/** A file that was named on the command line. */
export type InputFile = {
  side: 'baseline' | 'current';
  path: string;
  name: string;
  bytes: number;
  format: DataFormat;
};

const FORMATS: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  psv: 'csv',
  txt: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
};
const PIECE_BYTES = 1_048_576;

/** inputFile: what a path is, as far as its name tells. */
export function inputFile(side: InputFile['side'], path: string): InputFile {
  const stats = statSync(path, { throwIfNoEntry: false });
  const say = (what: string): CheckProblem => new CheckProblem(`--${side} ${path}: ${what}`);
  if (stats === undefined) throw say('there is no such file');
  if (!stats.isFile()) throw say('is not a file; give a CSV, CSV.gz, JSONL or Parquet file');
  if (stats.size === 0) throw say('is empty; give a file with a header or rows');
  const [, ending = '', packed] = /\.([a-z0-9]+?)(\.(?:gz|zst))?$/i.exec(path) ?? [];
  const format = FORMATS[ending.toLowerCase()];
  if (format === undefined || (format === 'parquet' && packed !== undefined))
    throw say('has an unknown ending; use .csv, .csv.gz, .jsonl, .jsonl.gz or .parquet');
  return { side, path, name: basename(path), bytes: stats.size, format };
}

/** hashOf: SHA-256 of a file's bytes, hex. */
export async function hashOf({ path }: InputFile): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    // One buffer for all of it: a stream would take a new one for every piece.
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let read = PIECE_BYTES; read > 0;) {
      ({ bytesRead: read } = await file.read(piece, 0, PIECE_BYTES));
      hash.update(piece.subarray(0, read));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

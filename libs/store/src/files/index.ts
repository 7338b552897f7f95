import { z } from 'zod';
import type { DimensionBody, Feature } from '#libs/contracts';
import { createBaselines, type Baselines } from '../baselines/index.js';
import type { CountedWords } from '../baselines/count-words.js';
import type { Refusal } from '../baselines/refusal.js';
import { integer } from '../client/index.js';
import { createProfiles, type ProfilePlan, type Profiles } from '../profiles/index.js';
import { dataColumns, type DataColumn, type DataFile } from './data-file.js';
import { openEngine } from './engine.js';
import { headFacts, wholeFacts, type FileFacts } from './facts.js';
import { shownFacts, type ShownFacts } from './shown-facts.js';
import type { ColumnFacts } from '../baselines/column-facts.js';
import type { DataRowsInput } from './rows-input.js';
import { releaseRows, showRows, stageRows, type StagedRows } from './rows.js';
import { sampleStaged, type StagedSample } from './sample.js';
import { fileWords } from './words.js';

export { openForm, type FileForm } from './form/file-form.js';
export { unknownColumn, type DataColumn, type DataFile, type DataFormat } from './data-file.js';
export type { ShownFacts } from './shown-facts.js';
export { ROWS_STEP_MS } from './rows.js';
export type { StagedSample } from './sample.js';
export type { DataCut, DataParts, DataRowsInput } from './rows-input.js';

type Name = DataRowsInput['name'];
type AskedColumns = { all: readonly DataColumn[]; columns: readonly DataColumn[] };

/** FileStore: profiles of files by the service's own statements, in an engine inside this process. Files are staged side by side, and one is shown at a time. */
export type FileStore = {
  columns: (file: DataFile) => Promise<DataColumn[] | Refusal>;
  /** What some columns hold in the first rows of a file, or in all of them; `all` are the columns that it has. */
  headFacts: (file: DataFile, columns: AskedColumns) => Promise<FileFacts | Refusal>;
  wholeFacts: (file: DataFile, columns: AskedColumns) => Promise<ColumnFacts[] | Refusal>;
  /** What all rows that are shown hold, as they were converted; for `sequences` also how they follow and repeat each other. */
  shownFacts: (asked: {
    features: readonly Feature[];
    sequences: ReadonlySet<string>;
  }) => Promise<ShownFacts>;
  /** What the texts of a file know, for holding texts against. */
  words: (
    file: DataFile,
    of: { columns: readonly DataColumn[]; texts: readonly Feature[] },
  ) => Promise<CountedWords[] | Refusal>;
  /** Makes the rows of a file ready; `undated`: left out, since they belong to no window. */
  stage: (input: DataRowsInput) => Promise<{ undated: number } | Refusal>;
  /** Makes the staged rows of a name those that all other calls read. */
  show: (name: Name) => Promise<void>;
  /** Some of the staged rows of a name, chosen by a hash of their places, and how many rows and windows there are. */
  sample: (name: Name, of: { features: readonly Feature[]; limit: number }) => Promise<StagedSample>;
  /** Gives the disk back that staged rows take. */
  release: (name: Name) => Promise<void>;
  createBinning: (
    name: Name,
    features: readonly Feature[],
  ) => ReturnType<ReturnType<typeof createBaselines>['createBinning']>;
  /** As in {@link Baselines}, of the rows that are shown. */
  projection: Baselines['projection'];
  dimensionValues: (name: Name, dimension: DimensionBody, features: readonly Feature[]) => Promise<string[]>;
  /** Classes of the labels of the rows that are shown, the most frequent ones. */
  labels: () => Promise<string[]>;
  /** The windows of the rows that are shown: start, rows, and the times of the oldest and the newest of them (0 without time). */
  windows: () => Promise<DataWindow[]>;
  /** Profiles the rows that are shown, under the origin of the plan. */
  compute: (plan: ProfilePlan) => Promise<{ rows: number }>;
  profiles: Pick<Profiles, 'read' | 'chunks' | 'sample' | 'rowSample'>;
};

export type DataWindow = { startMs: number; rows: number; firstMs: number; lastMs: number };

const MAX_LABELS = 20;
const labelRow = z.object({ label: z.string() });
const windowRow = z.object({ start: integer, rows: integer, first: integer, last: integer });

/** openFileStore: with its own data in `folder`, which is the caller's to remove. */
export async function openFileStore(folder: string): Promise<FileStore> {
  const db = await openEngine(folder);
  const baselines = createBaselines(db);
  const profiles = createProfiles(db);
  const staged = new Map<string, StagedRows>();
  const rowsOf = ({ origin }: Name): StagedRows => {
    const rows = staged.get(origin);
    if (rows === undefined) throw new Error(`the rows of '${origin}' are not staged`);
    return rows;
  };
  return {
    columns: (file) => dataColumns(db, file),
    headFacts: (file, columns) => headFacts(db, file, columns),
    wholeFacts: (file, columns) => wholeFacts(db, file, columns),
    shownFacts: (asked) => shownFacts(db, asked),
    words: (file, of) => fileWords(db, file, of),
    stage: async (input) => {
      const rows = await stageRows(db, input);
      if ('ok' in rows) return rows;
      staged.set(input.name.origin, rows);
      return { undated: rows.undated };
    },
    show: (name) => showRows(db, rowsOf(name)),
    sample: (name, of) => sampleStaged(db, rowsOf(name), of),
    release: async ({ origin }) => {
      staged.delete(origin);
      await releaseRows(db, origin);
    },
    createBinning: ({ project, model, version, origin }, features) =>
      baselines.createBinning(project, model, version, origin, features),
    projection: baselines.projection,
    dimensionValues: ({ project, model, version, origin }, body, features) =>
      baselines.dimensionValues(project, model, version, origin, body, features),
    labels: async () => {
      const rows = await db.query({
        name: 'file-labels',
        sql: `SELECT CAST(truth, 'String') AS label FROM predictions WHERE truth != '' GROUP BY label ORDER BY count() DESC, label LIMIT ${MAX_LABELS}`,
        row: labelRow,
        timeoutMs: 600_000,
      });
      return rows.map(({ label }) => label);
    },
    windows: async () => {
      const rows = await db.query({
        name: 'file-windows',
        sql:
          'SELECT toUnixTimestamp(bucket) AS start, count() AS rows, toUnixTimestamp64Milli(min(time)) AS first, ' +
          'toUnixTimestamp64Milli(max(time)) AS last FROM predictions GROUP BY start ORDER BY start',
        row: windowRow,
        timeoutMs: 600_000,
      });
      return rows.map(({ start, rows: count, first, last }) => ({
        startMs: start * 1_000,
        rows: count,
        firstMs: first,
        lastMs: last,
      }));
    },
    compute: (plan) => profiles.computeBaseline(plan, { days: false }),
    profiles,
  };
}

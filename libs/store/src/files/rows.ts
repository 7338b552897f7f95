import { z } from 'zod';
import type { Refusal } from '../baselines/refusal.js';
import type { Statement } from '../client/database.js';
import { integer, type Database } from '../client/index.js';
import { Bindings, integersLiteral } from '../segments/bindings.js';
import { convertedSql, hasRowNumbers } from './converted.js';
import { readSettings } from './data-file.js';
import { fileFault } from './form/file-form.js';
import type { DataCut, DataRowsInput } from './rows-input.js';

/** Rows are read about ten times, so writing them down once, converted, costs less; a typed file that is larger is read where it lies. */
const MAX_WRITTEN_BYTES = 1_000_000_000;
/** Beyond this many features a statement that converts them costs more than anything else. */
const MAX_CONVERTED = 200;
/** Between the starts of windows that are cut by rows, which have no time of their own. */
export const ROWS_STEP_MS = 3_600_000;
const STAGE_TIMEOUT_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Rows that can be shown: `select` is SQL of them as `predictions` has them; `undated`: left out, since they belong to no window. */
export type StagedRows = { undated: number; select: string };

/**
 * stageRows: the rows of a file as the service's `predictions` are. Text is parsed once into a table on disk, one for each origin; a large file of
 * typed columns is read where it lies. What cannot be read is a refusal.
 */
export async function stageRows(db: Database, input: DataRowsInput): Promise<StagedRows | Refusal> {
  const bindings = new Bindings();
  const table = stageOf(input.name.origin);
  try {
    await releaseRows(db, input.name.origin);
    const isStaged = isWrittenDown(input);
    const converted = convertedSql(input, bindings);
    if (isStaged) await db.command(stageStatement(table, converted, bindings));
    const from = isStaged ? table : `(${inlined(converted, bindings)})`;
    const dated = input.parts.time !== undefined && input.cut.kind !== 'whole';
    const undated = dated ? await countUndated(db, from) : 0;
    const bucket = await bucketSql(db, input, from);
    return { undated, select: viewSql(input, { from, bucket, dated }) };
  } catch (error) {
    return fileFault(error, input.file);
  }
}

/** Any text as a name that needs no quotes. */
const stageOf = (origin: string): string => `staged_${Buffer.from(origin).toString('hex')}`;

/** showRows: makes staged rows what the embedded engine's `predictions` are, so that every statement of the service reads them. */
export async function showRows(db: Database, { select }: StagedRows): Promise<void> {
  await db.command({ name: 'file-view-drop', sql: 'DROP TABLE IF EXISTS predictions SYNC' });
  await db.command({ name: 'file-view', sql: `CREATE VIEW predictions AS ${select}` });
}

/** releaseRows: gives the disk back that staged rows take. */
export const releaseRows = (db: Database, origin: string): Promise<unknown> =>
  db.command({ name: 'file-stage-drop', sql: `DROP TABLE IF EXISTS ${stageOf(origin)} SYNC` });

const isWrittenDown = ({ file, features }: DataRowsInput): boolean =>
  !hasRowNumbers(file) || file.bytes <= MAX_WRITTEN_BYTES || features.length > MAX_CONVERTED;

/** One thread, so that the number of a row is its place in the file. */
const stageStatement = (table: string, converted: string, bindings: Bindings): Statement => ({
  name: 'file-stage',
  sql: `CREATE TABLE ${table} ENGINE = Log AS ${converted}`,
  params: bindings.params,
  settings: { ...readSettings, max_threads: 1, max_insert_threads: '1' },
  timeoutMs: STAGE_TIMEOUT_MS,
});

/** A view takes no parameters. Those of a file's rows are its path and few more, all texts; base64 has nothing to escape from. */
function inlined(sql: string, bindings: Bindings): string {
  return sql.replace(/\{(b\d+): String\}/g, (_, name: string) => {
    const value = bindings.params[name];
    return `base64Decode('${Buffer.from(typeof value === 'string' ? value : '').toString('base64')}')`;
  });
}

const undatedRow = z.object({ undated: integer });

async function countUndated(db: Database, from: string): Promise<number> {
  const [row] = await db.query({
    name: 'file-undated',
    sql: `SELECT countIf(isNull(time_ms)) AS undated FROM ${from}`,
    row: undatedRow,
    timeoutMs: STAGE_TIMEOUT_MS,
  });
  return row?.undated ?? 0;
}

const startsRow = z.object({ starts: z.array(integer) });

async function bucketSql(db: Database, { cut, parts }: DataRowsInput, from: string): Promise<string> {
  switch (cut.kind) {
    case 'whole':
      return `toDateTime(0, 'UTC')`;
    case 'every': {
      const step = cut.stepMs / 1_000;
      const time = 'toUInt32(intDiv(assumeNotNull(time_ms), 1000))';
      const day = await dayStartSql(db, cut, { from, time });
      const part = cut.stepMs === DAY_MS ? day : `${day} + intDiv(${time} - ${day}, ${step}) * ${step}`;
      return `toDateTime(${part}, 'UTC')`;
    }
    case 'rows': {
      const step = ROWS_STEP_MS / 1_000;
      if (parts.time === undefined) return `toDateTime(intDiv(place, ${cut.rows}) * ${step}, 'UTC')`;
      const [row] = await db.query({
        name: 'file-window-starts',
        sql:
          `SELECT arrayCompact(groupArray(time_ms)) AS starts FROM (SELECT time_ms FROM (SELECT assumeNotNull(time_ms) AS time_ms ` +
          `FROM ${from} WHERE isNotNull(time_ms) ORDER BY time_ms) WHERE rowNumberInAllBlocks() % ${cut.rows} = 0)`,
        row: startsRow,
        settings: { max_threads: 1, max_bytes_before_external_sort: '400000000' },
        timeoutMs: STAGE_TIMEOUT_MS,
      });
      const starts = row?.starts ?? [];
      if (starts.length < 2) return `toDateTime(0, 'UTC')`;
      const list = integersLiteral(starts, 64);
      const places = `arrayMap(i -> i * ${step}, range(${starts.length}))`;
      return `toDateTime(transform(roundDown(toUInt64(assumeNotNull(time_ms)), ${list}), ${list}, ${places}), 'UTC')`;
    }
  }
}

const daysRow = z.object({ days: z.array(integer) });

/** SQL of the second that begins the day of a row: days of UTC are alike, those of a zone are asked for, for the days that there are. */
async function dayStartSql(
  db: Database,
  { dayStarts }: Extract<DataCut, { kind: 'every' }>,
  { from, time }: { from: string; time: string },
): Promise<string> {
  if (dayStarts === undefined) return `intDiv(${time}, 86400) * 86400`;
  const [row] = await db.query({
    name: 'file-days',
    sql: `SELECT groupUniqArray(intDiv(time_ms, ${DAY_MS})) AS days FROM ${from} WHERE isNotNull(time_ms)`,
    row: daysRow,
    timeoutMs: STAGE_TIMEOUT_MS,
  });
  const starts = dayStarts((row?.days ?? []).map((day) => day * DAY_MS)).map((ms) => ms / 1_000);
  if (starts.length === 0) return 'toUInt32(0)';
  const list = integersLiteral(
    starts.map((second) => Math.max(0, second)),
    32,
  );
  return starts.length === 1 ? `toUInt32(${Math.max(0, starts[0] ?? 0)})` : `roundDown(${time}, ${list})`;
}

const quoted = (name: string): string => `base64Decode('${Buffer.from(name).toString('base64')}')`;

function viewSql(
  { file, name }: DataRowsInput,
  { from, bucket, dated }: { from: string; bucket: string; dated: boolean },
): string {
  const place = file.format === 'csv' ? 'row - 1' : 'row';
  return (
    `SELECT ${quoted(name.project)} AS project, ${quoted(name.model)} AS model, ` +
    `${quoted(name.version)} AS version, ${quoted(name.origin)} AS origin, toUInt64(${place}) AS place, ${bucket} AS bucket, ` +
    `if(given_id = '', toString(place), given_id) AS id, fromUnixTimestamp64Milli(ifNull(time_ms, 0), 'UTC') AS time, ` +
    `toUInt32(1) AS schema, num, cat, label, score, value, CAST(map(), 'Map(String, Float64)') AS scores, ` +
    `if(arrayExists(x -> NOT isNaN(x), explained), explained, CAST([], 'Array(Float64)')) AS attributions, ` +
    `CAST(map(), 'Map(String, String)') AS tags, ` +
    `CAST(map(), 'Map(String, String)') AS invalid, '' AS extra, truth, nan AS truth_value, toUInt128(place) AS row_version, ` +
    `toDateTime(4294967295, 'UTC') AS expires FROM ${from}${dated ? ' WHERE isNotNull(time_ms)' : ''}`
  );
}

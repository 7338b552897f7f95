import { z } from 'zod';
import {
  QUARANTINE_REASONS,
  replayFilterSchema,
  type QuarantineReason,
  type ReplayFilter,
  type ReplayState,
  type ReplayVerdict,
} from '#libs/contracts';
import { bigInteger, flag, integer, RowBinary, type Database } from '../client/index.js';
import { Bindings } from '../segments/bindings.js';
import type { TopicPartition } from './rows.js';

/** A request to run quarantined events through the steps again; `dry` asks only what would become of them. */
export type Replay = {
  project: string;
  id: string;
  filter: ReplayFilter;
  dry: boolean;
  state: ReplayState;
  /** Why it failed; empty otherwise. */
  note: string;
  author: string;
  reason: string;
  requestedMs: number;
};

/** An event to be replayed, as it came. */
export type ReplayEntry = TopicPartition & {
  offset: bigint;
  brokerTimeMs: number;
  reason: QuarantineReason;
  key: string;
  raw: Uint8Array;
  rawBytes: number;
  headers: Record<string, string>;
};

export type ReplayOutcome = TopicPartition & { offset: bigint } & ReplayVerdict;

export const REPLAY_COLUMNS = [
  'project',
  'id',
  'filter',
  'dry',
  'state',
  'note',
  'author',
  'reason',
  'requested_at',
  'at',
] as const;
export const OUTCOME_COLUMNS = [
  'project',
  'topic',
  'incarnation',
  'partition',
  'offset',
  'replay',
  'dry',
  'accepted',
  'reason',
  'field',
  'message',
  'at',
] as const;

/** writeReplay: the state of a request; the newest one counts. */
export async function writeReplay(database: Database, replay: Replay, atMs: number): Promise<void> {
  const writer = new RowBinary();
  writer.string(replay.project);
  writer.string(replay.id);
  writer.string(JSON.stringify(replay.filter));
  writer.bool(replay.dry);
  writer.string(replay.state);
  writer.string(replay.note);
  writer.string(replay.author);
  writer.string(replay.reason);
  writer.dateTime64(replay.requestedMs);
  writer.dateTime64(atMs);
  await database.insertRowBinary({ table: 'replays', columns: REPLAY_COLUMNS, data: writer.chunks() });
}

const replayRow = z
  .object({
    ...{ project: z.string(), id: z.string(), filter: z.string(), dry: flag, note: z.string() },
    state: z.string().transform((state) => state as ReplayState),
    ...{ author: z.string(), reason: z.string(), requested_ms: integer },
  })
  .transform(({ requested_ms: requestedMs, filter, ...replay }): Replay => ({
    ...replay,
    filter: replayFilterSchema.parse(JSON.parse(filter)),
    requestedMs,
  }));

const REPLAYS = `
SELECT project, id, filter, dry, state, note, author, reason, toUnixTimestamp64Milli(requested_at) AS requested_ms
FROM replays FINAL`;

/** openReplays: requests that are not done, of all projects, oldest first. */
export const openReplays = (database: Database, limit: number): Promise<Replay[]> =>
  database.query({
    name: 'open-replays',
    sql: `${REPLAYS} WHERE state = 'requested' ORDER BY requested_at, id LIMIT {limit: UInt32}`,
    params: { limit },
    row: replayRow,
  });

export async function readReplay(database: Database, project: string, id: string): Promise<Replay | null> {
  const sql = `${REPLAYS} WHERE project = {project: String} AND id = {id: String}`;
  const [replay] = await database.query({
    name: 'read-replay',
    sql,
    params: { project, id },
    row: replayRow,
  });
  return replay ?? null;
}

/** Of one pass, however large its events are. */
const PASS_ROWS = 2_000;
const PASS_BYTES = 32 * 1_048_576;

/** The conditions of a filter on `quarantine`. */
function filterSql({ reason, from, to, ids }: ReplayFilter, bindings: Bindings): string {
  const time = (iso: string): string => `fromUnixTimestamp64Milli(toInt64(${Date.parse(iso)}))`;
  const position = ({ topic, partition, offset, incarnation }: NonNullable<ReplayFilter['ids']>[number]) =>
    `(topic = ${bindings.text(topic)} AND partition = ${Math.trunc(partition)} AND offset = ${BigInt(offset)}` +
    `${incarnation === undefined ? '' : ` AND incarnation = ${bindings.text(incarnation)}`})`;
  return [
    reason === undefined ? '' : ` AND reason = ${bindings.text(reason)}`,
    from === undefined ? '' : ` AND broker_time >= ${time(from)}`,
    to === undefined ? '' : ` AND broker_time < ${time(to)}`,
    ids === undefined ? '' : ` AND (${ids.map(position).join(' OR ')})`,
  ].join('');
}

const POSITION = 'topic, incarnation, partition, offset';

const entryRow = z
  .object({
    ...{ topic: z.string(), incarnation: z.string(), partition: integer, offset: bigInteger },
    broker_time_ms: integer,
    reason: z.enum(QUARANTINE_REASONS),
    key: z.string(),
    raw: z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
    raw_bytes: integer,
    headers: z.record(z.string(), z.string()),
  })
  .transform(({ broker_time_ms: brokerTimeMs, raw_bytes: rawBytes, ...entry }): ReplayEntry => ({
    ...entry,
    brokerTimeMs,
    rawBytes,
  }));

/**
 * nextToReplay: the next events that a request asks for and that have no outcome in it yet, by position; at least one if any is left. What
 * was stored by an earlier replay is left out, as is what came to quarantine after the request.
 */
export async function nextToReplay(database: Database, replay: Replay): Promise<ReplayEntry[]> {
  const bindings = new Bindings();
  const project = bindings.text(replay.project);
  const id = bindings.text(replay.id);
  const before = Math.trunc(replay.requestedMs);
  const asked = filterSql(replay.filter, bindings);
  return database.query({
    name: 'next-to-replay',
    sql: `
SELECT ${POSITION}, toUnixTimestamp64Milli(broker_time) AS broker_time_ms, reason, key, base64Encode(raw) AS raw, raw_bytes, headers
FROM quarantine FINAL
WHERE project = ${project} AND (${POSITION}) IN (
  SELECT ${POSITION} FROM (
    SELECT ${POSITION}, row_number() OVER place AS place, sum(raw_bytes) OVER place AS bytes
    FROM quarantine FINAL
    WHERE project = ${project} AND toUnixTimestamp64Milli(at) <= ${before}${asked}
      AND (${POSITION}) NOT IN (
        SELECT ${POSITION} FROM replay_outcomes WHERE project = ${project} AND (replay = ${id} OR accepted AND NOT dry)
      )
    WINDOW place AS (ORDER BY ${POSITION})
  )
  WHERE place = 1 OR place <= ${PASS_ROWS} AND bytes <= ${PASS_BYTES}
)
ORDER BY ${POSITION}`,
    params: bindings.params,
    row: entryRow,
  });
}

/** writeOutcomes: after the rows: an event whose outcome is missing is run again, which changes nothing. */
export async function writeOutcomes(
  database: Database,
  replay: Pick<Replay, 'project' | 'id' | 'dry'>,
  outcomes: readonly ReplayOutcome[],
  atMs: number,
): Promise<void> {
  if (outcomes.length === 0) return;
  const writer = new RowBinary();
  for (const outcome of outcomes) {
    writer.string(replay.project);
    writer.string(outcome.topic);
    writer.string(outcome.incarnation);
    writer.uint16(outcome.partition);
    writer.uint64(outcome.offset);
    writer.string(replay.id);
    writer.bool(replay.dry);
    writer.bool(outcome.accepted);
    writer.string(outcome.reason);
    writer.string(outcome.field);
    writer.string(outcome.message);
    writer.dateTime64(atMs);
  }
  await database.insertRowBinary({
    table: 'replay_outcomes',
    columns: OUTCOME_COLUMNS,
    data: writer.chunks(),
  });
}

const outcomeRow = z.object({
  ...{ topic: z.string(), incarnation: z.string(), partition: integer, offset: bigInteger, accepted: flag },
  reason: z.string().transform((reason) => reason as ReplayVerdict['reason']),
  ...{ field: z.string(), message: z.string() },
});

/** readOutcomes: the first ones by position, those that were not accepted before the others. */
export const readOutcomes = (
  database: Database,
  { project, id }: Pick<Replay, 'project' | 'id'>,
  limit: number,
): Promise<ReplayOutcome[]> =>
  database.query({
    name: 'replay-outcomes',
    sql:
      `SELECT ${POSITION}, accepted, reason, field, message FROM replay_outcomes FINAL ` +
      `WHERE project = {project: String} AND replay = {id: String} ORDER BY accepted, ${POSITION} LIMIT {limit: UInt32}`,
    params: { project, id, limit },
    row: outcomeRow,
  });

export type OutcomeCount = { accepted: boolean; reason: ReplayVerdict['reason']; events: number };

const outcomeCountRow = z.object({
  accepted: flag,
  reason: z.string().transform((reason) => reason as ReplayVerdict['reason']),
  events: integer,
});

/** countOutcomes: of one replay, by what became of its events. */
export const countOutcomes = (
  database: Database,
  { project, id }: Pick<Replay, 'project' | 'id'>,
): Promise<OutcomeCount[]> =>
  database.query({
    name: 'count-replay-outcomes',
    sql:
      'SELECT accepted, reason, count() AS events FROM replay_outcomes FINAL ' +
      'WHERE project = {project: String} AND replay = {id: String} GROUP BY accepted, reason ORDER BY accepted DESC, events DESC',
    params: { project, id },
    row: outcomeCountRow,
  });

import { z } from 'zod';
import { bigInteger, flag, integer, type Database } from '../client/index.js';
import type { TopicPartition } from './rows.js';

/** Where a partition was last seen to stand: what lies between the last stored offset and here was never stored. */
export type Standing = TopicPartition & {
  next_offset: bigint;
  end_offset: bigint;
  /** Of the life that the topic has now. */
  is_current: boolean;
};

const STANDINGS = `
SELECT
  topic, incarnation, partition, next_offset, end_offset,
  incarnation = first_value(incarnation) OVER (PARTITION BY topic ORDER BY at DESC) AS is_current
FROM ingest_positions FINAL
WHERE project = {project: String}`;

const standingRow = z.object({
  topic: z.string(),
  incarnation: z.string(),
  partition: integer,
  next_offset: bigInteger,
  end_offset: bigInteger,
  is_current: flag,
});

export const readStandings = (database: Database, project: string): Promise<Standing[]> =>
  database.query({ name: 'account-standings', sql: STANDINGS, params: { project }, row: standingRow });

/**
 * lostEnd: the offsets behind the last stored one that nobody will store any more, of which no later range tells: consumers went on past
 * them because they were deleted unread, or the topic was deleted with them. The end of a deleted topic is known as of the last report on it.
 */
export const lostEnd = (
  highest: bigint,
  standing: Standing | undefined,
): [from: bigint, to: bigint] | undefined => {
  if (standing === undefined) return undefined;
  const reached = standing.is_current ? standing.next_offset : standing.end_offset;
  return reached > highest + 1n ? [highest + 1n, reached - 1n] : undefined;
};

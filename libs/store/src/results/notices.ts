import { z } from 'zod';
import { integer, RowBinary, type Database } from '../client/index.js';

export type NoticeOutcome = 'sent' | 'silenced' | 'failed' | 'superseded';

/** What became of one transition on one channel. */
export type NoticeEntry = {
  project: string;
  transitionId: string;
  channel: string;
  alertId: string;
  outcome: NoticeOutcome;
  detail: string;
  attempts: number;
  atMs: number;
};

/** The notification log: written after the send, so a crash between the two sends twice rather than never. */
export type Notices = {
  log: (entry: Omit<NoticeEntry, 'atMs'>) => Promise<void>;
  forTransition: (project: string, transitionId: string) => Promise<NoticeEntry[]>;
  /** Entries of all transitions of an alert. */
  forAlert: (project: string, alertId: string) => Promise<NoticeEntry[]>;
  /**
   * Transitions since `sinceMs` (by the time they were stored) that may still have to be sent, oldest first: those without any entry before
   * those with some. Which channels are missing, the caller decides from the routes and {@link Notices.forTransition}.
   */
  unsent: (project: string, sinceMs: number, limit: number) => Promise<string[]>;
};

export const NOTICE_COLUMNS = [
  'project',
  'transition_id',
  'channel',
  'alert_id',
  'outcome',
  'detail',
  'attempts',
  'at',
] as const;

const FOR_TRANSITION = `
SELECT
  project, transition_id, channel, alert_id, outcome, detail, attempts, toUnixTimestamp64Milli(at) AS at_ms
FROM notifications FINAL
WHERE project = {project: String} AND transition_id = {transitionId: String}
ORDER BY channel`;

const FOR_ALERT = `
SELECT
  project, transition_id, channel, alert_id, outcome, detail, attempts, toUnixTimestamp64Milli(at) AS at_ms
FROM notifications FINAL
WHERE project = {project: String} AND alert_id = {alertId: String}
ORDER BY at, channel`;

const UNSENT = `
SELECT transition_id
FROM (
  SELECT transition_id, min(at) AS stored_at
  FROM alert_transitions
  WHERE project = {project: String} AND at >= fromUnixTimestamp64Milli({since: Int64}, 'UTC')
  GROUP BY transition_id
) AS transitions
LEFT JOIN (
  SELECT transition_id, count() AS entries
  FROM notifications FINAL
  WHERE project = {project: String} AND outcome != 'failed'
  GROUP BY transition_id
) AS logged USING (transition_id)
ORDER BY entries > 0, stored_at, transition_id
LIMIT {limit: UInt32}`;

const noticeRow = z
  .object({
    project: z.string(),
    transition_id: z.string(),
    channel: z.string(),
    alert_id: z.string(),
    outcome: z.string().transform((outcome) => outcome as NoticeOutcome),
    detail: z.string(),
    attempts: integer,
    at_ms: integer,
  })
  .transform(({ transition_id: transitionId, alert_id: alertId, at_ms: atMs, ...rest }): NoticeEntry => ({
    ...rest,
    transitionId,
    alertId,
    atMs,
  }));

const MAX_ATTEMPTS = 65_535;

export function createNotices(database: Database): Notices {
  return {
    log: async (entry) => {
      const writer = new RowBinary();
      writer.string(entry.project);
      writer.string(entry.transitionId);
      writer.string(entry.channel);
      writer.string(entry.alertId);
      writer.string(entry.outcome);
      writer.string(entry.detail);
      writer.uint16(Math.min(MAX_ATTEMPTS, entry.attempts));
      writer.dateTime64(Date.now());
      await database.insertRowBinary({
        table: 'notifications',
        columns: NOTICE_COLUMNS,
        data: writer.chunks(),
      });
    },
    forTransition: (project, transitionId) =>
      database.query({
        name: 'notices-of-transition',
        sql: FOR_TRANSITION,
        params: { project, transitionId },
        row: noticeRow,
      }),
    forAlert: (project, alertId) =>
      database.query({
        name: 'notices-of-alert',
        sql: FOR_ALERT,
        params: { project, alertId },
        row: noticeRow,
      }),
    unsent: async (project, sinceMs, limit) => {
      const rows = await database.query({
        name: 'unsent-transitions',
        sql: UNSENT,
        params: { project, since: sinceMs, limit },
        row: z.object({ transition_id: z.string() }),
      });
      return rows.map((row) => row.transition_id);
    },
  };
}

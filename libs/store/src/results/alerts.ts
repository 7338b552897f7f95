import { z } from 'zod';
import { withMetricNow, type AlertState, type AlertStatus, type AlertTransition } from '#libs/contracts';
import { integer, RowBinary, StoreError, type Database } from '../client/index.js';

/** Alerts are their transitions, append-only; the newest one is the state. */
export type Alerts = {
  /** Newest transition per alert identity, resolved ones too. */
  states: (project: string, monitor: string, version: string) => Promise<AlertState[]>;
  /** Adds transitions in order; one that is there already (by `transitionId`) is left as it is. */
  append: (transitions: AlertTransition[], project: string) => Promise<void>;
  /** Newest first. */
  list: (
    project: string,
    filter: { status?: AlertStatus; model?: string; limit: number },
  ) => Promise<AlertState[]>;
  /** With its transitions, oldest first. */
  get: (
    project: string,
    alertId: string,
  ) => Promise<{ state: AlertState; transitions: AlertTransition[] } | null>;
  transition: (project: string, transitionId: string) => Promise<AlertTransition | null>;
};

export const TRANSITION_COLUMNS = [
  'project',
  'transition_id',
  'alert_id',
  'model',
  'version',
  'monitor',
  'segment',
  'segment_value',
  'facet',
  'facet_value',
  'kind',
  'severity',
  'window_start',
  'window_end',
  'opened_at',
  'sequence',
  'body',
  'at',
] as const;

const STATES = `
SELECT body FROM alert_transitions
WHERE project = {project: String} AND monitor = {monitor: String} AND version = {version: String}
ORDER BY sequence DESC
LIMIT 1 BY model, version, monitor, segment, segment_value, facet, facet_value`;

const LIST = `
SELECT body FROM (
  SELECT * FROM alert_transitions
  WHERE project = {project: String} AND ({model: String} = '' OR model = {model: String})
  ORDER BY sequence DESC
  LIMIT 1 BY alert_id
)
WHERE {status: String} = '' OR (kind = 'resolved') = ({status: String} = 'resolved')
ORDER BY window_end DESC, opened_at DESC, alert_id
LIMIT {limit: UInt32}`;

const GET = `
SELECT body FROM alert_transitions FINAL
WHERE project = {project: String} AND alert_id = {alertId: String}
ORDER BY sequence`;

const TRANSITION = `
SELECT body FROM alert_transitions
WHERE project = {project: String} AND transition_id = {transitionId: String}
LIMIT 1`;

const KNOWN = `
SELECT transition_id, segment, segment_value, facet, facet_value, model, version, monitor, sequence
FROM alert_transitions FINAL
WHERE project = {project: String} AND monitor IN {monitors: Array(String)}`;

const knownRow = z.object({
  transition_id: z.string(),
  model: z.string(),
  version: z.string(),
  monitor: z.string(),
  segment: z.string(),
  segment_value: z.string(),
  facet: z.string(),
  facet_value: z.string(),
  sequence: integer,
});

const bodyRow = z.object({ body: z.string() }).transform(({ body }): AlertTransition => {
  const transition: unknown = JSON.parse(body);
  if (typeof transition === 'object' && transition !== null && 'state' in transition) {
    const known = transition as AlertTransition;
    return { ...known, findings: known.findings.map(withMetricNow) };
  }
  throw new StoreError('a stored transition has no state', { query: 'read-transition', retryable: false });
});

export function createAlerts(database: Database): Alerts {
  const read = (
    name: string,
    sql: string,
    params: Record<string, string | number>,
  ): Promise<AlertTransition[]> => database.query({ name, sql, params, row: bodyRow });
  const states = async (...query: Parameters<typeof read>): Promise<AlertState[]> =>
    (await read(...query)).map(({ state }) => state);
  return {
    states: (project, monitor, version) => states('alert-states', STATES, { project, monitor, version }),
    append: (transitions, project) => append(database, project, transitions),
    list: (project, { status, model, limit }) =>
      states('list-alerts', LIST, { project, status: status ?? '', model: model ?? '', limit }),
    get: async (project, alertId) => {
      const transitions = await read('get-alert', GET, { project, alertId });
      const state = transitions.at(-1)?.state;
      return state === undefined ? null : { state, transitions };
    },
    transition: async (project, transitionId) => {
      const [found] = await read('get-transition', TRANSITION, { project, transitionId });
      return found ?? null;
    },
  };
}

type Identity = Pick<
  AlertState,
  'model' | 'version' | 'monitor' | 'segment' | 'segmentValue' | 'facet' | 'facetValue'
>;
const identityOf = (of: Identity): string =>
  JSON.stringify([of.model, of.version, of.monitor, of.segment, of.segmentValue, of.facet, of.facetValue]);

/** Numbers the transitions of each identity on from what is stored. Two writers of one monitor are kept apart by the caller's lock. */
async function append(
  database: Database,
  project: string,
  transitions: readonly AlertTransition[],
): Promise<void> {
  if (transitions.length === 0) return;
  const known = await database.query({
    name: 'known-transitions',
    sql: KNOWN,
    params: { project, monitors: [...new Set(transitions.map(({ state }) => state.monitor))] },
    row: knownRow,
  });
  const ids = new Set(known.map((row) => row.transition_id));
  const last = new Map<string, number>();
  for (const row of known) {
    const identity = identityOf({ ...row, segmentValue: row.segment_value, facetValue: row.facet_value });
    last.set(identity, Math.max(last.get(identity) ?? 0, row.sequence));
  }
  const writer = new RowBinary();
  const atMs = Date.now();
  for (const transition of transitions.filter(({ transitionId }) => !ids.has(transitionId))) {
    const identity = identityOf(transition.state);
    const sequence = (last.get(identity) ?? 0) + 1;
    last.set(identity, sequence);
    encodeTransition(writer, project, { transition, sequence, atMs });
  }
  if (writer.bytes > 0)
    await database.insertRowBinary({
      table: 'alert_transitions',
      columns: TRANSITION_COLUMNS,
      data: writer.chunks(),
    });
}

function encodeTransition(
  writer: RowBinary,
  project: string,
  { transition, sequence, atMs }: { transition: AlertTransition; sequence: number; atMs: number },
): void {
  const { state, window } = transition;
  writer.string(project);
  writer.string(transition.transitionId);
  writer.string(state.alertId);
  writer.string(state.model);
  writer.string(state.version);
  writer.string(state.monitor);
  writer.string(state.segment);
  writer.string(state.segmentValue);
  writer.string(state.facet);
  writer.string(state.facetValue);
  writer.string(transition.kind);
  writer.string(state.severity);
  writer.dateTime(window.startMs);
  writer.dateTime(window.endMs);
  writer.dateTime(state.openedAtMs);
  writer.uint32(sequence);
  writer.string(JSON.stringify(transition));
  writer.dateTime64(atMs);
}

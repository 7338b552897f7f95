import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';
import { DAY_MS, FAULT, LAST_DAY_END_MS, MODEL, PROJECT } from './scenario.js';

type Items<T> = { items: T[] };
export type AlertRow = {
  alertId: string;
  monitor: string;
  segment: string;
  segmentValue: string;
  status: string;
  features: string[];
  openedAt: string;
};
type MonitorRow = { id: string; model: string; enabled: boolean };
type EvaluationRow = { monitor: string; windowEnd: string };
type PartitionRow = {
  topic: string;
  received: number;
  accepted: number;
  quarantined: number;
  gaps: unknown[];
};

const base = `/v1/projects/${PROJECT}`;
const POLL_MS = 2_000;

export const isFaultAlert = (alert: AlertRow): boolean =>
  alert.segment === 'origin_hub' &&
  alert.segmentValue === FAULT.hub &&
  alert.features.includes(FAULT.feature);

export const listAlerts = async (api: ApiClient): Promise<AlertRow[]> =>
  (await api.get<Items<AlertRow>>(`${base}/alerts?model=${MODEL}&limit=500`)).items;

/** Real date of a date shown. */
const realDay = (iso: string, shiftMs: number): string =>
  new Date(Date.parse(iso) - shiftMs).toISOString().slice(0, 10);

export function describeAlert(alert: AlertRow, shiftMs: number): string {
  const where = alert.segment === 'all' ? 'all traffic' : `${alert.segment} = ${alert.segmentValue}`;
  const shown = alert.openedAt.slice(0, 10);
  return `${where}: ${alert.features.join(', ') || 'recovered'} (${alert.monitor}, ${alert.status}, since ${shown}, really ${realDay(alert.openedAt, shiftMs)})`;
}

/** End of the newest day, in real time, that every monitor has decided; null while one has decided none. */
export async function evaluatedThrough(api: ApiClient, shiftMs: number): Promise<number | null> {
  const [monitors, evaluations] = await Promise.all([
    api.get<Items<MonitorRow>>(`${base}/monitors`),
    api.get<Items<EvaluationRow>>(`${base}/evaluations?model=${MODEL}&limit=200`),
  ]);
  const newest = new Map<string, number>();
  for (const { monitor, windowEnd } of evaluations.items)
    newest.set(monitor, Math.max(newest.get(monitor) ?? 0, Date.parse(windowEnd)));
  const own = monitors.items.filter(({ model, enabled }) => enabled && model === MODEL);
  const ends = own.map(({ id }) => newest.get(id) ?? 0);
  const lowest = Math.min(...ends);
  return ends.length === 0 || lowest === 0 ? null : lowest - shiftMs;
}

/** Until every monitor has decided the last day but one; ends by itself after `timeoutMs`. */
export async function waitForEvaluations(
  api: ApiClient,
  shiftMs: number,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  while (Date.now() < deadline && !options.signal.aborted) {
    if (((await evaluatedThrough(api, shiftMs)) ?? 0) >= LAST_DAY_END_MS - DAY_MS) return true;
    await delay(POLL_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return false;
}

/** One line per topic: every event accounted for. */
export async function accountingLines(api: ApiClient): Promise<string[]> {
  const { items } = await api.get<Items<PartitionRow>>(`${base}/ingestion`);
  const topics = Map.groupBy(items, (row) => row.topic);
  return [...topics].map(([topic, rows]) => {
    const sum = (pick: (row: PartitionRow) => number) =>
      rows.reduce((total, row) => total + pick(row), 0).toLocaleString('en');
    const gaps = rows.reduce((total, row) => total + row.gaps.length, 0);
    return `${topic}: received ${sum((r) => r.received)} = accepted ${sum((r) => r.accepted)} + quarantined ${sum((r) => r.quarantined)}, ${gaps} gaps`;
  });
}

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

/** Until every monitor has decided the last day but one; ends by itself after `timeoutMs`. */
export async function waitForEvaluations(
  api: ApiClient,
  shiftMs: number,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<boolean> {
  const target = new Date(LAST_DAY_END_MS + shiftMs - DAY_MS).toISOString();
  const deadline = Date.now() + options.timeoutMs;
  while (Date.now() < deadline && !options.signal.aborted) {
    const { items } = await api.get<Items<EvaluationRow>>(`${base}/evaluations?model=${MODEL}&limit=200`);
    const newest = new Map<string, string>();
    for (const { monitor, windowEnd } of items)
      if (windowEnd > (newest.get(monitor) ?? '')) newest.set(monitor, windowEnd);
    if (newest.size > 0 && [...newest.values()].every((end) => Date.parse(end) >= Date.parse(target)))
      return true;
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

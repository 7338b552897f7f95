import {
  ALL_SEGMENT,
  documentId,
  type ConfusionCell,
  type MetricName,
  type ProfileChunk,
  type RegistryDocument,
} from '#libs/contracts';
import {
  describeSegment,
  LESS_IS_WORSE,
  METRIC_LABELS,
  decidedIn,
  findingsIn,
  tallyOf,
} from '#libs/monitoring';
import { renderSvg } from '#libs/notify';
import { loadPlan, type Store, type StoredFinding } from '#libs/store';
import { loadAttributionSection } from './attribution-section.data.js';
import { loadBiasSection } from './bias-section.data.js';
import { heatmap, lines, type HeatCell, type Point } from './chart-specs.js';
import type { ModelPage } from './model-page.js';
import { standingsOf } from './standings.js';

const DAY_MS = 86_400_000;
const DAYS_SHOWN = 92;
const ALERTS_MAX = 30;
const FINDINGS_MAX = 60_000;
const HEATMAPS_MAX = 6;

type Key = { project: string; model: string; version?: string | undefined; signedIn: boolean; nowMs: number };

/** loadModelPage: the last three months of one model version; null when the model is unknown. Without a version: the one registered last. */
export async function loadModelPage(store: Store, key: Key): Promise<ModelPage | null> {
  const { project, model, nowMs } = key;
  const [document, versions] = await Promise.all([
    store.documents.get(project, 'model', model),
    store.documents.list(project, 'version', { prefix: documentId(model, '') }),
  ]);
  const version = versions.find(({ body }) => body.version === key.version) ?? newestVersion(versions);
  if (document === null || version === undefined) return null;
  const name = { project, model, version: version.body.version };
  const span = { startMs: nowMs - DAYS_SHOWN * DAY_MS, endMs: nowMs + DAY_MS };
  const plan = await loadPlan(store, name);
  const sections = { ...name, fromMs: span.startMs };
  const [chunks, alerts, standings, findings, bias, attribution] = await Promise.all([
    plan === null
      ? []
      : store.profiles.chunks(plan, span, { segments: [ALL_SEGMENT], without: ['facet', 'attribution'] }),
    store.alerts.list(project, { model, limit: ALERTS_MAX }),
    standingsOf(store, { project, model, nowMs }),
    store.evaluations.findings(project, {
      model,
      version: name.version,
      fromMs: span.startMs,
      exceptKinds: ['bias', 'attribution'],
      limit: FINDINGS_MAX,
    }),
    loadBiasSection(store, plan, sections),
    loadAttributionSection(store, sections),
  ]);
  const days = chunks.map(dayOf);
  return {
    ...name,
    versions: versions.map(({ body }) => body.version),
    description: document.body.description,
    timeZone: document.body.timeZone,
    signedIn: key.signedIn,
    totals: totalsOf(days),
    monitors: (standings.get(model) ?? []).filter((standing) => standing.version === name.version),
    evaluated: findings.length > 0,
    alerts: alerts.filter((alert) => alert.version === name.version),
    ...(await trafficCharts(days)),
    drift: await driftMaps(findings),
    bias,
    attribution,
  };
}

/** newestVersion: registered before drafts, then by the time of the last change. */
export const newestVersion = (versions: readonly RegistryDocument<'version'>[]) =>
  versions.toSorted(
    (a, b) =>
      Number(b.body.status === 'registered') - Number(a.body.status === 'registered') ||
      b.at.localeCompare(a.at),
  )[0];

type Day = { timeMs: number; predictions: number; labelled: number; correct: number };

function dayOf({ startMs, cells }: ProfileChunk): Day {
  const confusion = cells.find((cell): cell is ConfusionCell => cell.kind === 'confusion');
  const correct = Object.entries(confusion?.counts ?? {}).reduce(
    (sum, [label, predicted]) => sum + (predicted[label] ?? 0),
    0,
  );
  const predictions = cells.reduce((most, cell) => Math.max(most, cell.rows), 0);
  return { timeMs: startMs, predictions, labelled: confusion?.labelled ?? 0, correct };
}

function totalsOf(days: readonly Day[]): ModelPage['totals'] {
  const sum = (pick: (day: Day) => number) => days.reduce((total, day) => total + pick(day), 0);
  const labelled = sum((day) => day.labelled);
  return {
    days: days.length,
    predictions: sum((day) => day.predictions),
    labelled,
    accuracy: labelled === 0 ? null : sum((day) => day.correct) / labelled,
  };
}

async function trafficCharts(days: readonly Day[]): Promise<Pick<ModelPage, 'trafficSvg' | 'coverageSvg'>> {
  const traffic: Point[] = days.map(({ timeMs, predictions }) => ({
    timeMs,
    series: 'predictions',
    value: predictions,
  }));
  const labels: Point[] = days.flatMap(({ timeMs, predictions, labelled, correct }) => [
    { timeMs, series: 'with ground truth', value: predictions === 0 ? 0 : labelled / predictions },
    ...(labelled === 0 ? [] : [{ timeMs, series: 'accuracy', value: correct / labelled }]),
  ]);
  const hasLabels = days.some(({ labelled }) => labelled > 0);
  return {
    trafficSvg: traffic.length === 0 ? null : await renderSvg(lines(traffic, { unit: 'predictions' })),
    coverageSvg: hasLabels ? await renderSvg(lines(labels, { unit: 'share', percent: true })) : null,
  };
}

/** One heat map per (feature, metric with a limit): most breaches first, then what is inconclusive; undecided windows are drawn as such. */
async function driftMaps(findings: readonly StoredFinding[]): Promise<ModelPage['drift']> {
  const limited = findings.filter(
    ({ threshold, metric }) => threshold !== null && threshold > 0 && !LESS_IS_WORSE.has(metric),
  );
  const groups = [
    ...Map.groupBy(limited, ({ feature, metric }) => JSON.stringify([feature, metric])).values(),
  ]
    .map((group) => ({
      group,
      statuses: tallyOf(group),
      worst: Math.max(...group.map(ratio)),
    }))
    .filter(({ statuses, worst }) => worst > 0 || decidedIn(statuses) < findingsIn(statuses))
    .sort(
      (a, b) =>
        (b.statuses.breached ?? 0) - (a.statuses.breached ?? 0) ||
        (b.statuses.inconclusive ?? 0) - (a.statuses.inconclusive ?? 0) ||
        b.worst - a.worst,
    )
    .slice(0, HEATMAPS_MAX);
  return Promise.all(
    groups.map(async ({ group, statuses }) => {
      const { feature, metric } = group[0] as { feature: string; metric: MetricName };
      return {
        feature,
        metric: METRIC_LABELS[metric],
        statuses,
        svg: await renderSvg(heatmap(group.map(heatCell), rowOrder(group))),
      };
    }),
  );
}

const ratio = ({ value, threshold }: StoredFinding): number => (value ?? 0) / (threshold ?? 1);

const heatCell = (finding: StoredFinding): HeatCell => ({
  timeMs: finding.window.startMs,
  row: describeSegment(finding),
  ratio: ratio(finding),
  status: finding.status,
});

/** All rows first, then segment by segment. */
const rowOrder = (group: readonly StoredFinding[]): string[] => {
  const rows = new Map(
    group.map((finding) => [
      describeSegment(finding),
      `${finding.segment === ALL_SEGMENT ? '0' : '1'}${finding.segment}/${finding.segmentValue}`,
    ]),
  );
  return [...rows].sort(([, a], [, b]) => a.localeCompare(b)).map(([row]) => row);
};

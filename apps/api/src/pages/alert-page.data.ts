import { isFeatureCell, type AlertTransition, type Finding } from '#libs/contracts';
import { alertMessage, cellKey, chartOf, isShare, METRIC_LABELS } from '#libs/monitoring';
import { chartSpec, renderSvg } from '#libs/notify';
import { loadComparedProfiles, loadMonitorContext, type MonitorContext, type Store } from '#libs/store';
import type { AlertPage } from './alert-page.js';
import { lines } from './chart-specs.js';
import { aboutName, featureName } from './format.js';

const CHARTS_MAX = 4;
const FINDINGS_MAX = 1_000;
const HISTORY_WINDOWS_MAX = 400;
const TRANSITIONS_MAX = 50;

type Key = { project: string; alertId: string; signedIn: boolean };

/** loadAlertPage: what is known of an alert now; null when there is no such alert. The window shown is the newest one that breached. */
export async function loadAlertPage(
  store: Store,
  { project, alertId, signedIn }: Key,
): Promise<AlertPage | null> {
  const found = await store.alerts.get(project, alertId);
  const shown =
    found?.transitions.findLast(({ findings }) => findings.length > 0) ?? found?.transitions.at(-1);
  if (found === null || shown === undefined) return null;
  const [monitor] = await store.documents.history(project, 'monitor', found.state.monitor);
  const context = monitor === undefined ? null : await loadMonitorContext(store, monitor);
  const [cells, findings, history, transitions] = await Promise.all([
    loadComparedProfiles(store, context, { segment: shown.state.segment, window: shown.window }),
    windowFindings(store, shown),
    metricHistory(store, shown),
    withNotices(store, project, found.transitions),
  ]);
  const message = alertMessage({
    transition: shown,
    monitor: {
      id: shown.state.monitor,
      name: monitor?.body.name ?? shown.state.monitor,
      kind: monitor?.body.kind ?? 'drift',
    },
    binning: context?.plan.binning ?? null,
    bias: context?.plan.bias ?? null,
    ...cells,
    timeZone: context?.plan.timeZone ?? 'UTC',
    links: { alert: '', model: '' },
  });
  return {
    state: found.state,
    monitorName: message.monitor.name,
    headline: shown.notice?.headline ?? message.headline,
    sentences: shown.notice?.sentences ?? message.findings.map(({ sentence }) => sentence),
    ofIngestion: shown.notice !== undefined,
    timeZone: message.window.timeZone,
    signedIn,
    window: shown.window,
    findings,
    distributions: await distributions(context, shown, cells),
    history,
    transitions,
  };
}

type Compared = Awaited<ReturnType<typeof loadComparedProfiles>>;

async function windowFindings(
  { evaluations }: Store,
  { state, window }: AlertTransition,
): Promise<Finding[]> {
  const { project, monitor, segment, segmentValue, facet, facetValue } = state;
  const filter = {
    monitor,
    segment,
    segmentValue,
    facet,
    facetValue,
    fromMs: window.startMs,
    toMs: window.endMs,
    limit: FINDINGS_MAX,
  };
  return evaluations.findings(project, filter);
}

async function withNotices(
  { notices }: Store,
  project: string,
  transitions: readonly AlertTransition[],
): Promise<AlertPage['transitions']> {
  const newestFirst = transitions.slice(-TRANSITIONS_MAX).reverse();
  return Promise.all(
    newestFirst.map(async (transition) => ({
      transition,
      notices: await notices.forTransition(project, transition.transitionId),
    })),
  );
}

async function distributions(
  context: MonitorContext | null,
  { state, findings }: AlertTransition,
  cells: Compared,
): Promise<AlertPage['distributions']> {
  const features = [...new Set(findings.map(({ feature }) => feature))].slice(0, CHARTS_MAX);
  const charts = features.map(async (feature) => {
    const binning = context?.plan.binning.features.find((entry) => entry.feature === feature);
    const key = cellKey({
      kind: 'numeric',
      segment: state.segment,
      segmentValue: state.segmentValue,
      feature,
    });
    const [baseline, window] = [cells.baseline, cells.window].map((profile) =>
      profile.cells.find((cell) => cellKey(cell) === key),
    );
    if (binning === undefined || baseline === undefined || window === undefined) return null;
    if (!isFeatureCell(baseline) || !isFeatureCell(window)) return null;
    const chart = chartOf({ baseline, window, binning });
    return {
      feature,
      svg: await renderSvg(chartSpec({ ...chart, title: `${featureName(feature)}: share of rows` })),
    };
  });
  return (await Promise.all(charts)).filter((chart) => chart !== null);
}

/** The worst metric in every window of this alert's segment value, with the limit that it passed. */
async function metricHistory(
  { evaluations }: Store,
  { state, findings }: AlertTransition,
): Promise<AlertPage['history']> {
  const [worst] = findings;
  if (worst === undefined) return null;
  const { project, monitor, segment, segmentValue } = state;
  const limit = HISTORY_WINDOWS_MAX * 4;
  const all = await evaluations.findings(project, {
    monitor,
    segment,
    segmentValue,
    feature: worst.feature,
    metric: worst.metric,
    facet: worst.facet,
    facetValue: worst.facetValue,
    limit,
  });
  const points = all.flatMap(({ metric, facet, facetValue, value, window }) =>
    metric === worst.metric && facet === worst.facet && facetValue === worst.facetValue && value !== null
      ? [{ timeMs: window.startMs, series: worst.facetValue || worst.feature, value }]
      : [],
  );
  if (points.length < 2) return null;
  const label = METRIC_LABELS[worst.metric];
  const percent = isShare(worst.metric);
  const spec = lines(points, {
    unit: label,
    percent,
    ...(worst.threshold === null ? {} : { limit: worst.threshold }),
  });
  return { title: `${aboutName(worst)}: ${label} over time`, svg: await renderSvg(spec) };
}

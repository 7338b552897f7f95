import { ALL_SEGMENT, type MetricName } from '#libs/contracts';
import { groupTable, type GroupRow } from '#libs/monitoring';
import { renderSvg } from '#libs/notify';
import type { ProfilePlan, Store, StoredFinding } from '#libs/store';
import { biasLines, type BiasPoint } from './bias-charts.js';

const FINDINGS_MAX = 20_000;
const CHARTS_MAX = 6;
/** What decisions say by themselves; the other metrics are in the table of the newest window. */
const METRIC: MetricName = 'dppl';

export type BiasSection = {
  charts: { facet: string; svg: string }[];
  /** Rates per group in the newest window. */
  groups: GroupRow[];
  /** Findings of the newest window that are beyond their limit or cannot be decided. */
  window: { startMs: number; endMs: number };
  findings: StoredFinding[];
};

type Key = { project: string; model: string; version: string; fromMs: number };

const pointOf = ({ window, facetValue, ...finding }: StoredFinding): BiasPoint[] =>
  finding.value === null
    ? []
    : [
        {
          timeMs: window.startMs,
          group: facetValue,
          value: finding.value,
          low: finding.interval?.low ?? finding.value,
          high: finding.interval?.high ?? finding.value,
          baseline: finding.baselineValue,
          limit: finding.threshold === null ? null : Math.abs(finding.threshold),
        },
      ];

/** loadBiasSection: bias of all rows over time per facet, and the groups of the newest window; null without a bias monitor's findings. */
export async function loadBiasSection(
  store: Store,
  plan: ProfilePlan | null,
  { project, model, version, fromMs }: Key,
): Promise<BiasSection | null> {
  const common = { ...{ model, version, fromMs }, kind: 'bias', segment: ALL_SEGMENT } as const;
  const history = await store.evaluations.findings(project, {
    ...common,
    metric: METRIC,
    limit: FINDINGS_MAX,
  });
  const newest = history[0]?.window;
  if (newest === undefined) return null;
  const [now, profile] = await Promise.all([
    store.evaluations.findings(project, {
      ...common,
      fromMs: newest.startMs,
      toMs: newest.endMs,
      limit: FINDINGS_MAX,
    }),
    plan === null ? null : store.profiles.read(plan, newest, { segments: [ALL_SEGMENT], only: ['facet'] }),
  ]);
  const facets = [...Map.groupBy(history, ({ facet }) => facet)].slice(0, CHARTS_MAX);
  const charts = facets.map(async ([facet, findings]) => {
    const points = findings.flatMap(pointOf);
    return points.length === 0 ? null : { facet, svg: await renderSvg(biasLines(points)) };
  });
  return {
    charts: (await Promise.all(charts)).filter((chart) => chart !== null),
    groups: plan?.bias && profile !== null ? groupTable(plan.bias, profile.facets ?? []) : [],
    window: newest,
    findings: now.filter(({ threshold, status }) => threshold !== null || status === 'breached'),
  };
}

import { ALL_SEGMENT } from '#libs/contracts';
import { renderSvg } from '#libs/notify';
import type { Store, StoredFinding } from '#libs/store';
import { rankingBars } from './bias-charts.js';
import { lines } from './chart-specs.js';

const WINDOWS_MAX = 400;
const FINDINGS_MAX = 10_000;
/** More features than these have hardly any weight. */
const FEATURES_MAX = 20;

export type AttributionSection = {
  window: { startMs: number; endMs: number };
  rankingSvg: string | null;
  ndcgSvg: string | null;
  /** Coverage and ranking of the newest window, then what is beyond its limit, on evidence or not. */
  findings: StoredFinding[];
};

type Key = { project: string; model: string; version: string; fromMs: number };

/** loadAttributionSection: which features decide, then and now, over all rows; null without an attribution monitor's findings. */
export async function loadAttributionSection(
  { evaluations }: Store,
  { project, ...key }: Key,
): Promise<AttributionSection | null> {
  const common = { ...key, kind: 'attribution', segment: ALL_SEGMENT } as const;
  const rankings = await evaluations.findings(project, { ...common, metric: 'ndcg', limit: WINDOWS_MAX });
  const newest = rankings[0]?.window;
  if (newest === undefined) return null;
  const now = await evaluations.findings(project, {
    ...common,
    fromMs: newest.startMs,
    toMs: newest.endMs,
    limit: FINDINGS_MAX,
  });
  const shares = now
    .filter(({ metric, value }) => metric === 'attribution_share' && value !== null)
    .sort((a, b) => (b.baselineValue ?? 0) - (a.baselineValue ?? 0))
    .slice(0, FEATURES_MAX);
  const bars = shares.flatMap(({ feature, value, baselineValue }) => [
    { feature, share: baselineValue ?? 0, when: 'training' as const },
    { feature, share: value ?? 0, when: 'now' as const },
  ]);
  const points = rankings.flatMap(({ window, value }) =>
    value === null ? [] : [{ timeMs: window.startMs, series: 'NDCG', value }],
  );
  const limit = rankings[0]?.threshold ?? null;
  return {
    window: newest,
    rankingSvg:
      bars.length === 0
        ? null
        : await renderSvg(
            rankingBars(
              bars,
              shares.map(({ feature }) => feature),
            ),
          ),
    ndcgSvg:
      points.length === 0
        ? null
        : await renderSvg(lines(points, { unit: 'NDCG of the ranking', ...(limit !== null && { limit }) })),
    findings: now.filter(
      ({ feature, status }) => feature === '' || status === 'breached' || status === 'inconclusive',
    ),
  };
}

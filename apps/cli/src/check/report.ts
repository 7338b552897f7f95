import {
  isDecided,
  type CheckColumn,
  type CheckDimension,
  type CheckFinding,
  type CheckReport,
  type Finding,
  type FindingStatus,
} from '#libs/contracts';
import { decidedIn, findingsIn, mergeTallies, tallyOf, verdictOver, worstFirst } from '#libs/monitoring';
import { reportedCauses, type CauseIn } from './causes.js';
import type { CheckWindow, FoundIn } from './windows.js';

export type ReportInput = {
  baseline: { rows: number; hash: string };
  current: { rows: number; hash: string };
  windows: readonly CheckWindow[];
  findings: readonly FoundIn[];
  columns: CheckColumn[];
  causes: readonly CauseIn[];
  dimensions: CheckDimension[];
  warnings: string[];
};

const DIGITS = 12;

/** Numbers are finite or null: what no number can say is not said by one. The last digits depend on the order of adding, and are left out. */
const finite = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;

const intervalOf = ({ interval }: Finding): [number, number] | null => {
  const [low, high] = [finite(interval?.low ?? null), finite(interval?.high ?? null)];
  return low === null || high === null ? null : [low, high];
};

/** checkFinding: a finding as the report spells it. */
const checkFinding = ({ monitor, window, finding }: FoundIn): CheckFinding => ({
  monitor,
  window,
  segment: finding.segment,
  segment_value: finding.segmentValue,
  feature: finding.feature,
  facet: finding.facet,
  facet_value: finding.facetValue,
  metric: finding.metric,
  variant: finding.variant,
  value: finite(finding.value),
  interval: intervalOf(finding),
  p: finite(finding.p),
  q: finite(finding.pAdjusted),
  threshold: finite(finding.threshold),
  resolution: finite(finding.resolution),
  status: finding.status,
  rows: finding.rows,
});

/** worstOf: the findings of one status, the worst of all windows first. */
export const worstOf = (findings: readonly FoundIn[], status: FindingStatus): FoundIn[] =>
  findings
    .filter(({ finding }) => finding.status === status)
    .toSorted((a, b) => worstFirst(a.finding, b.finding));

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};

const once = <T>(items: readonly T[]): T[] => [
  ...new Map(items.map((one) => [JSON.stringify(one), one])).values(),
];

/** talliesOf: how many findings of each status a monitor has, by its name. */
export const talliesOf = (findings: readonly FoundIn[]) =>
  [...countBy(findings, ({ monitor }) => monitor)].map(([monitor, some]) => ({
    monitor,
    tally: tallyOf(some.map(({ finding }) => finding)),
  }));

/** decisions: what was decided and what was not, as a whole, by monitor and by reason. */
function decisions(findings: readonly FoundIn[]) {
  const monitors = talliesOf(findings);
  const tallies = monitors.map(({ tally }) => tally);
  const undecided = findings.filter(
    ({ finding }) => !isDecided(finding) && finding.status !== 'inconclusive',
  );
  const reasons = countBy(undecided, ({ monitor, finding: { status, note } }) =>
    JSON.stringify([monitor, status, note]),
  );
  return {
    verdict: verdictOver(tallies),
    decided: decidedIn(mergeTallies(tallies)),
    undecided: [...reasons.values()]
      .flatMap((some) => {
        const [first] = some;
        if (first === undefined) return [];
        const { monitor, finding } = first;
        const features = once(
          some.map(({ finding: { facet, facetValue, feature } }) =>
            facet === '' ? feature : `${facet}: ${facetValue}`,
          ),
        );
        return [{ monitor, status: finding.status, note: finding.note, features, findings: some.length }];
      })
      .toSorted((a, b) => b.findings - a.findings),
    monitors: monitors.map(({ monitor, tally }) => ({
      monitor,
      verdict: verdictOver([tally]),
      decided: decidedIn(tally),
      findings: findingsIn(tally),
    })),
    inconclusive: worstOf(findings, 'inconclusive').map(({ monitor, window, finding }) => ({
      ...{ monitor, window, segment: finding.segment, segment_value: finding.segmentValue },
      ...{ feature: finding.feature, facet: finding.facet, facet_value: finding.facetValue },
      ...{ metric: finding.metric, note: finding.note },
    })),
  };
}

/** reportOf: the report as it is written. */
export function reportOf({
  baseline,
  current,
  windows,
  findings,
  columns,
  causes,
  dimensions,
  warnings,
}: ReportInput): CheckReport {
  const byStatus = countBy(findings, ({ finding }) => finding.status);
  const reasons = countBy(
    findings.filter(({ finding }) => finding.note !== ''),
    ({ finding }) => JSON.stringify([finding.status, finding.note]),
  );
  const breached = worstOf(findings, 'breached');
  const features = breached
    .filter(({ finding }) => finding.facet === '')
    .map(({ finding: { segment, segmentValue, feature } }) => ({
      segment,
      segment_value: segmentValue,
      feature,
    }));
  const groups = breached
    .filter(({ finding }) => finding.facet !== '')
    .map(({ finding: { segment, segmentValue, facet, facetValue } }) => ({
      ...{ segment, segment_value: segmentValue },
      ...{ facet, facet_value: facetValue },
    }));
  return {
    baseline,
    windows: windows.map(({ start, end, rows }, index) => ({ index, start, end, rows })),
    findings: findings.map(checkFinding),
    summary: {
      breached: byStatus.get('breached')?.length ?? 0,
      by_status: Object.fromEntries(
        [...byStatus].map(([status, some]) => [status as FindingStatus, some.length]),
      ),
      ...decisions(findings),
      current,
      columns,
      breached_features: once(features),
      breached_groups: once(groups),
      causes: reportedCauses(causes, findings),
      dimensions,
      notes: [...reasons.values()]
        .map((some) => ({
          status: some[0]?.finding.status ?? 'ok',
          note: some[0]?.finding.note ?? '',
          findings: some.length,
        }))
        .sort((a, b) => b.findings - a.findings),
      warnings,
    },
  };
}

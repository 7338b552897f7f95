import { formatCount, formatPercent, groupTable, type GroupRow } from '#libs/monitoring';
import type { FoundIn } from '../windows.js';
import type { Checked } from '../run.js';
import { BarPlot } from './plots.js';
import { number, Table, wideNumber } from './table.js';
import { MAX_LISTED } from './words.js';

/** More features than these have hardly any weight. */
const MAX_FEATURES = 20;

type Rate = GroupRow['rates'][number];
type GroupLine = { row: GroupRow; now: Rate | undefined; before: Rate | undefined };
export type Special = {
  groups: GroupLine[];
  shares: { label: string; baseline: number; window: number }[];
};

const decided = (row: GroupRow | undefined): Rate | undefined =>
  row?.rates.find(({ rate }) => rate === 'predicted_positive');

/** The window with the most breaches of these findings, the newest of equals. */
function tellingWindow(findings: readonly FoundIn[], windows: number): number {
  const breaches = Array.from({ length: windows }, () => 0);
  for (const { window, finding } of findings)
    if (finding.status === 'breached') breaches[window] = (breaches[window] ?? 0) + 1;
  return breaches.lastIndexOf(Math.max(0, ...breaches));
}

/** specialOf: rates of the groups and shares of the attribution over all rows, in the window that tells most of each. */
export async function specialOf({ findings, baseline, windows, profileOf }: Checked): Promise<Special> {
  const { bias } = baseline.plan;
  const isAll = ({ finding }: FoundIn): boolean => finding.segment === 'all';
  const aboutGroups = findings.filter(({ finding }) => finding.facet !== '');
  const aboutShares = findings.filter(
    ({ finding }) => finding.metric.startsWith('attribution_') || finding.metric === 'ndcg',
  );
  const window = windows[tellingWindow(aboutGroups, windows.length)];
  const rowsOf = (facets: Parameters<typeof groupTable>[1]): GroupRow[] =>
    bias
      ? groupTable(
          bias,
          facets.filter(({ segment }) => segment === 'all'),
        )
      : [];
  const now = bias && window !== undefined ? rowsOf((await profileOf(window)).facets ?? []) : [];
  const before = rowsOf(baseline.profile.facets ?? []);
  const at = tellingWindow(aboutShares, windows.length);
  const shares = aboutShares
    .filter(isAll)
    .filter(({ finding, window: own }) => finding.metric === 'attribution_share' && own === at)
    .flatMap(({ finding: { feature, value, baselineValue } }) =>
      value === null ? [] : [{ label: feature, baseline: baselineValue ?? 0, window: value }],
    )
    .toSorted((a, b) => b.baseline - a.baseline);
  return {
    groups: now.map((row) => ({
      row,
      now: decided(row),
      before: decided(before.find(({ facet, group }) => facet === row.facet && group === row.group)),
    })),
    shares: shares.slice(0, MAX_FEATURES),
  };
}

const share = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : formatPercent(value);

const interval = (rate: Rate | undefined): string =>
  rate?.low == null || rate.high === null ? '–' : `${share(rate.low)} to ${share(rate.high)}`;

/** How often each group gets the outcome that people want, now and in the baseline. */
export function Groups({ special: { groups } }: { special: Special }) {
  if (groups.length === 0) return null;
  return (
    <section class="card">
      <h2>Groups</h2>
      <Table
        head={[
          'group',
          number('rows'),
          number('favourable decisions'),
          number('95 % interval'),
          wideNumber('baseline'),
        ]}
      >
        {groups.slice(0, MAX_LISTED).map(({ row, now, before }) => (
          <tr>
            <td>
              {row.facet}: {row.group}
              {row.favoured && <span class="soft"> (compared with)</span>}
            </td>
            <td class="n">{formatCount(row.rows)}</td>
            <td class="n">{share(now?.value)}</td>
            <td class="n">{interval(now)}</td>
            <td class="n wide">{share(before?.value)}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

/** What decides, then and now. */
export function Attribution({ special: { shares } }: { special: Special }) {
  if (shares.length === 0) return null;
  return (
    <section class="card">
      <h2>What predictions rely on</h2>
      <figure>
        <figcaption>Share of the attribution: baseline, current</figcaption>
        <BarPlot cells={shares} label="Share of the attribution per feature: baseline and current" />
      </figure>
    </section>
  );
}

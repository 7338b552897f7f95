import { formatCount, METRIC_LABELS } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import { Distribution } from './distribution.js';
import type { Drawn, Group } from './groups.js';
import { Metrics } from './metrics.js';
import { Legend, Timeline } from './plots.js';
import { number, Table, wideNumber } from './table.js';
import { MAX_LISTED, nameOf, plural, qOf, segmentOf, shown } from './words.js';

/** Open at first; the rest unfolds on a click. */
const OPEN = 3;

/** What is beyond its limit, with its distributions, course and metrics. */
export function Moved({
  title,
  groups,
  report,
}: {
  title: string;
  groups: readonly Drawn[];
  report: CheckReport;
}) {
  return (
    <section class="card">
      <h2>{title}</h2>
      <Legend />
      {groups.slice(0, MAX_LISTED).map((group, at) => (
        <GroupDetails group={group} open={at < OPEN} report={report} />
      ))}
      {groups.length > MAX_LISTED && (
        <p class="soft">… and {formatCount(groups.length - MAX_LISTED)} more in the JSON report</p>
      )}
    </section>
  );
}

function GroupDetails({ group, open, report }: { group: Drawn; open: boolean; report: CheckReport }) {
  const { finding } = group.worst;
  return (
    <details open={open}>
      <summary>
        <span class="name">{nameOf(group)}</span>
        <span class="chip">{segmentOf(group)}</span>
        {finding.status === 'inconclusive' && <span class="chip doubt">inconclusive</span>}
        <span class="figure">
          {METRIC_LABELS[finding.metric]} {shown(finding.metric, finding.value)}
          {finding.threshold !== null && ` (limit ${shown(finding.metric, finding.threshold)})`}
        </span>
      </summary>
      <div class="two">
        <Picture group={group} report={report} />
        <Metrics group={group} />
      </div>
      <Under groups={group.under ?? []} />
    </details>
  );
}

/** Segment values that show the same, folded. */
function Under({ groups }: { groups: readonly Group[] }) {
  if (groups.length === 0) return null;
  return (
    <details class="under">
      <summary>
        <span class="name">Also in {plural(groups.length, 'segment value')}</span>
        <span class="figure">the worst first</span>
      </summary>
      <Table
        head={['segment', 'metric', number('value'), number('limit'), wideNumber('q'), wideNumber('rows')]}
      >
        {groups.slice(0, MAX_LISTED).map((group) => (
          <tr>
            <td>
              {segmentOf(group)}
              {nameOf(group) !== nameOf(groups[0] ?? group) && `: ${nameOf(group)}`}
            </td>
            <td>{METRIC_LABELS[group.worst.finding.metric]}</td>
            <td class="n bad">{shown(group.worst.finding.metric, group.worst.finding.value)}</td>
            <td class="n">{shown(group.worst.finding.metric, group.worst.finding.threshold)}</td>
            <td class="n wide">{qOf(group.worst.finding.pAdjusted)}</td>
            <td class="n wide">{formatCount(group.worst.finding.rows)}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}

function Picture({ group, report }: { group: Drawn; report: CheckReport }) {
  const { picture, timeline, worst, words } = group;
  const window = report.windows.length > 1 ? `, window ${windowName(report, worst.window)}` : '';
  const label = `${nameOf(group)} in ${segmentOf(group)}: baseline and current`;
  return (
    <div>
      {worst.finding.status === 'inconclusive' && <p>{worst.finding.note}</p>}
      {words.map((sentence) => (
        <p>{sentence}</p>
      ))}
      {picture !== null && (
        <figure>
          <figcaption>Share of rows{window}</figcaption>
          <Distribution picture={picture} label={label} />
        </figure>
      )}
      {timeline !== null && (
        <figure>
          <figcaption>{METRIC_LABELS[timeline.metric]} per window</figcaption>
          <Timeline
            points={timeline.points}
            limit={timeline.limit}
            label={`${METRIC_LABELS[timeline.metric]} per window`}
          />
        </figure>
      )}
      {picture === null && timeline === null && words.length === 0 && (
        <p class="soft">Nothing to draw here.</p>
      )}
    </div>
  );
}

const windowName = ({ windows }: CheckReport, at: number): string =>
  windows[at]?.start?.slice(0, 16).replace('T', ' ') ?? `#${at}`;

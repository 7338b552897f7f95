import { render } from 'preact-render-to-string';
import { formatCount, METRIC_LABELS } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import type { Checked } from '../run.js';
import { drawn, groupsOf, type Drawn, type Group } from './groups.js';
import { BarPlot, DensityPlot, Timeline } from './plots.js';
import { STYLE } from './style.js';
import { Columns, Notes, Windows } from './details.js';
import { Attribution, Groups, specialOf } from './special.js';
import { nameOf, MAX_LISTED, plural, qOf, segmentOf, shown } from './words.js';

/** Open at first; the rest unfolds on a click. */
const OPEN = 3;
const MAX_QUIET_DRAWN = 40;

type PageInput = { names: { baseline: string; current: string }; checked: Checked };

/** checkPage: the report as one page that needs nothing else: no network, no script, no font. */
export async function checkPage({ names, checked }: PageInput): Promise<string> {
  const { report, findings } = checked;
  const groups = groupsOf(findings);
  const breached = await drawn(
    groups.filter((group) => group.breached.length > 0),
    checked,
  );
  const quiet = groups.filter((group) => group.breached.length === 0 && group.segment === 'all');
  const quietDrawn = await drawn(quiet.slice(0, MAX_QUIET_DRAWN), checked);
  const special = await specialOf(checked);
  const body = render(
    <main>
      <Head names={names} report={report} breached={breached} />
      {report.summary.warnings.map((warning) => (
        <p class="warning">{warning}</p>
      ))}
      {breached.length > 0 && <Moved groups={breached} report={report} />}
      <Groups special={special} />
      <Attribution special={special} />
      <Segments groups={groups} />
      <Quiet groups={quietDrawn} more={quiet.slice(MAX_QUIET_DRAWN, MAX_LISTED)} total={quiet.length} />
      <Windows report={report} findings={findings} />
      <Columns report={report} />
      <Notes report={report} />
      <footer>
        Baseline {names.baseline} (SHA-256 {report.baseline.hash.slice(0, 12)}), current {names.current}{' '}
        (SHA-256 {report.summary.current.hash.slice(0, 12)}). Breached means: beyond its limit, and more than
        chance after adjusting for all features and segment values.
      </footer>
    </main>,
  );
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
    `<title>${report.summary.breached > 0 ? 'Breached' : 'Nothing breached'} · plumbline check</title><style>${STYLE}</style></head><body>${body}</body></html>\n`
  );
}

function Head({
  names,
  report,
  breached,
}: {
  names: PageInput['names'];
  report: CheckReport;
  breached: readonly Drawn[];
}) {
  const isGroup = ({ worst }: Drawn): boolean => worst.finding.facet !== '';
  const subjects = new Set(breached.map(nameOf));
  const groups = new Set(breached.filter(isGroup).map(nameOf));
  const features = new Set(breached.filter((one) => !isGroup(one)).map(nameOf));
  const isBad = breached.length > 0;
  const compared = report.summary.columns.filter(({ part }) => part === 'feature').length;
  return (
    <header>
      <span class={`verdict ${isBad ? 'bad' : 'good'}`}>{isBad ? 'Breached' : 'Nothing breached'}</span>
      <h1>{isBad ? headline(breached, subjects) : 'The current file looks like its baseline'}</h1>
      <p class="lead">
        <b>{names.current}</b> compared with <b>{names.baseline}</b>
      </p>
      <div class="tiles">
        <Tile value={formatCount(report.baseline.rows)} label="rows in the baseline" />
        <Tile value={formatCount(report.summary.current.rows)} label="rows to judge" />
        {report.windows.length > 1 && <Tile value={formatCount(report.windows.length)} label="windows" />}
        <Tile value={formatCount(compared)} label="features compared" />
        <Tile value={formatCount(features.size)} label="features breached" />
        {groups.size > 0 && <Tile value={formatCount(groups.size)} label="groups breached" />}
      </div>
    </header>
  );
}

function headline(breached: readonly Drawn[], subjects: ReadonlySet<string>): string {
  const segments = [...new Set(breached.map(segmentOf))];
  const where =
    segments.length === 1 ? `in ${segments[0] ?? ''}` : `in ${formatCount(segments.length)} segments`;
  const groups = breached.filter(({ worst }) => worst.finding.facet !== '');
  const isAboutGroups = groups.length === breached.length;
  const what = isAboutGroups ? 'groups' : groups.length > 0 ? 'features and groups' : 'features';
  const [only = ''] = subjects;
  const who = subjects.size === 1 ? only : `${formatCount(subjects.size)} ${what}`;
  if (!isAboutGroups) return `${who} moved ${where}`;
  return `${subjects.size === 1 ? (groups[0]?.worst.finding.facetValue ?? '') : who} are treated differently ${where}`;
}

const Tile = ({ value, label }: { value: string; label: string }) => (
  <div class="tile">
    <b>{value}</b>
    <span>{label}</span>
  </div>
);

const Legend = () => (
  <div class="legend">
    <span>
      <i class="before" />
      baseline
    </span>
    <span>
      <i class="now" />
      current
    </span>
  </div>
);

function Moved({ groups, report }: { groups: readonly Drawn[]; report: CheckReport }) {
  return (
    <section class="card">
      <h2>What moved, worst first</h2>
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
        <span class="figure">
          {METRIC_LABELS[finding.metric]} {shown(finding.metric, finding.value)}
          {finding.threshold !== null && ` (limit ${shown(finding.metric, finding.threshold)})`}
        </span>
      </summary>
      <div class="two">
        <Picture group={group} report={report} />
        <Metrics group={group} />
      </div>
    </details>
  );
}

function Picture({ group, report }: { group: Drawn; report: CheckReport }) {
  const { picture, timeline, worst, words } = group;
  const window = report.windows.length > 1 ? `, window ${windowName(report, worst.window)}` : '';
  const label = `${nameOf(group)} in ${segmentOf(group)}: baseline and current`;
  return (
    <div>
      {words.map((sentence) => (
        <p>{sentence}</p>
      ))}
      {picture !== null && (
        <figure>
          <figcaption>Share of rows{window}</figcaption>
          {picture.kind === 'density' ? (
            <DensityPlot baseline={picture.baseline} window={picture.window} label={label} />
          ) : (
            <BarPlot cells={picture.cells} label={label} />
          )}
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

/** Of the window where the group is worst. */
function Metrics({ group }: { group: Group }) {
  const own = group.findings.filter(({ window }) => window === group.worst.window);
  // Two dozen metrics of a group are read from those that have a limit.
  const isLimited = ({ finding }: (typeof own)[number]): number => (finding.threshold === null ? 1 : 0);
  const rows = own.toSorted((a, b) => isLimited(a) - isLimited(b));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>metric</th>
            <th class="n wide">baseline</th>
            <th class="n">value</th>
            <th class="n">limit</th>
            <th class="n">q</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ finding }) => (
            <tr title={finding.note}>
              <td>{METRIC_LABELS[finding.metric]}</td>
              <td class="n wide">{shown(finding.metric, finding.baselineValue)}</td>
              <td class={finding.status === 'breached' ? 'n bad' : 'n'}>
                {finding.value === null
                  ? finding.status.replaceAll('_', ' ')
                  : shown(finding.metric, finding.value)}
              </td>
              <td class="n">{shown(finding.metric, finding.threshold)}</td>
              <td class="n">{qOf(finding.pAdjusted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="soft under">{plural(group.worst.finding.rows, 'row')}</p>
    </div>
  );
}

function Segments({ groups }: { groups: readonly Group[] }) {
  const segments = new Map<string, Group[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.segment, group.segmentValue]);
    const some = segments.get(key);
    if (some === undefined) segments.set(key, [group]);
    else some.push(group);
  }
  if (segments.size < 2) return null;
  const rows = [...segments.values()]
    .map((some) => ({ first: some[0], breached: some.filter((group) => group.breached.length > 0), some }))
    .toSorted((a, b) => b.breached.length - a.breached.length);
  return (
    <section class="card">
      <h2>Segments</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>segment</th>
              <th class="n">rows</th>
              <th class="n">breached</th>
              <th>worst</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ first, breached, some }) => (
              <tr>
                <td>{first === undefined ? '' : segmentOf(first)}</td>
                <td class="n">{formatCount(Math.max(0, ...some.map(({ worst }) => worst.finding.rows)))}</td>
                <td class={breached.length > 0 ? 'n bad' : 'n'}>
                  {formatCount(breached.length)} of {formatCount(some.length)}
                </td>
                <td>{worstOf(some[0])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const worstOf = (group: Group | undefined): string =>
  group === undefined || group.breached.length === 0
    ? '–'
    : `${nameOf(group)}: ${METRIC_LABELS[group.worst.finding.metric]} ${shown(group.worst.finding.metric, group.worst.finding.value)}`;

function Quiet({ groups, more, total }: { groups: readonly Drawn[]; more: readonly Group[]; total: number }) {
  if (total === 0) return null;
  return (
    <section class="card">
      <h2>Within limits over all rows</h2>
      <details>
        <summary>
          <span class="name">{plural(total, 'feature')}</span>
          <span class="figure">nearest to a limit first</span>
        </summary>
        <Legend />
        {groups.map((group) => (
          <QuietDetails group={group} />
        ))}
        {more.length > 0 && (
          <p class="soft">
            Also: {more.map(nameOf).join(', ')}
            {total > groups.length + more.length &&
              ` and ${formatCount(total - groups.length - more.length)} more`}
          </p>
        )}
      </details>
    </section>
  );
}

function QuietDetails({ group }: { group: Drawn }) {
  const { finding } = group.worst;
  const undecided = finding.value === null;
  return (
    <details>
      <summary>
        <span class="name">{nameOf(group)}</span>
        {undecided && <span class="chip">{finding.status.replaceAll('_', ' ')}</span>}
        <span class="figure">
          {undecided
            ? finding.note
            : `${METRIC_LABELS[finding.metric]} ${shown(finding.metric, finding.value)}`}
        </span>
      </summary>
      <div class="two">
        {group.picture === null ? (
          <p class="soft">Nothing to draw here.</p>
        ) : (
          <figure>
            {group.picture.kind === 'density' ? (
              <DensityPlot
                baseline={group.picture.baseline}
                window={group.picture.window}
                label={nameOf(group)}
              />
            ) : (
              <BarPlot cells={group.picture.cells} label={nameOf(group)} />
            )}
          </figure>
        )}
        <Metrics group={group} />
      </div>
    </details>
  );
}

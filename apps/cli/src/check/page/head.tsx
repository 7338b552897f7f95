import { formatCount } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import type { Drawn } from './groups.js';
import { nameOf, segmentOf } from './words.js';

export type Names = { baseline: string; current: string };

/** What was compared, and the verdict in a sentence. */
export function Head({
  names,
  report,
  breached,
}: {
  names: Names;
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

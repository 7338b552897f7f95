import { decidedSentence, formatCount, VERDICT_WORDS } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import type { Drawn } from './groups.js';
import { nothingDecided } from '../summary.js';
import { VERDICT_TONES } from './tones.js';
import { nameOf, plural, segmentOf } from './words.js';

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
  const { summary } = report;
  const isOpen = summary.decided < report.findings.length;
  const compared = report.summary.columns.filter(({ part }) => part === 'feature').length;
  return (
    <header>
      <span class={`verdict ${VERDICT_TONES[summary.verdict]}`}>{VERDICT_WORDS[summary.verdict]}</span>
      <h1>{breached.length > 0 ? headline(breached, subjects) : verdictLine(report)}</h1>
      <p class="lead">
        <b>{names.current}</b> compared with <b>{names.baseline}</b>; {decidedSentence(summary.by_status)}
      </p>
      {isOpen && summary.monitors.length > 1 && <Monitors report={report} />}
      <div class="tiles">
        <Tile value={formatCount(report.baseline.rows)} label="rows in the baseline" />
        <Tile value={formatCount(report.summary.current.rows)} label="rows to judge" />
        {report.windows.length > 1 && <Tile value={formatCount(report.windows.length)} label="windows" />}
        <Tile value={formatCount(compared)} label="features compared" />
        <Tile
          value={`${formatCount(summary.decided)} of ${formatCount(report.findings.length)}`}
          label="findings decided"
          tone={summary.decided === 0 ? 'doubt' : ''}
        />
        {summary.inconclusive.length > 0 && (
          <Tile value={formatCount(summary.inconclusive.length)} label="inconclusive" tone="doubt" />
        )}
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

/** verdictLine: the headline of a page without a breach: never more than what was decided. */
function verdictLine(report: CheckReport): string {
  const { verdict, inconclusive, monitors } = report.summary;
  const open = nothingDecided(report);
  if (open !== null) return open;
  if (verdict === 'inconclusive')
    return `${plural(inconclusive.length, 'finding')} beyond ${inconclusive.length === 1 ? 'its limit' : 'their limits'}, without enough evidence`;
  if (verdict === 'partly_decided') {
    const silent = monitors.filter((one) => one.verdict === 'undecided').map(({ monitor }) => monitor);
    return `What was decided is within its limits; nothing was decided by ${silent.join(', ')}`;
  }
  return 'The current file looks like its baseline';
}

/** Monitors: how much each of several monitors decided, where not all is decided. */
const Monitors = ({ report: { summary } }: { report: CheckReport }) => (
  <p class="chips">
    {summary.monitors.map(({ monitor, verdict, decided, findings }) => (
      <span class={`chip ${VERDICT_TONES[verdict]}`}>
        {monitor}: {VERDICT_WORDS[verdict].toLowerCase()}, {formatCount(decided)} of {formatCount(findings)}{' '}
        decided
      </span>
    ))}
  </p>
);

const Tile = ({ value, label, tone = '' }: { value: string; label: string; tone?: string }) => (
  <div class={`tile ${tone}`}>
    <b>{value}</b>
    <span>{label}</span>
  </div>
);

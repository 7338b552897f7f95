import { render } from 'preact-render-to-string';
import type { Checked } from '../run.js';
import { VERDICT_WORDS } from '#libs/monitoring';
import { drawn, foldedGroups, groupsOf, type Group } from './groups.js';
import { Head, type Names } from './head.js';
import { Moved } from './moved.js';
import { Quiet } from './quiet.js';
import { Dimensions, Segments } from './segments.js';
import { STYLE } from './style.js';
import { Columns, Notes, Undecided, Windows } from './details.js';
import { Attribution, Groups, specialOf } from './special.js';
import { MAX_LISTED } from './words.js';

const MAX_QUIET_DRAWN = 40;

type PageInput = { names: Names; checked: Checked };

/** checkPage: the report as one page that needs nothing else: no network, no script, no font. */
export async function checkPage({ names, checked }: PageInput): Promise<string> {
  const { report, findings } = checked;
  const groups = groupsOf(findings);
  const breached = await drawn(foldedGroups(groups, checked.causes), checked);
  const rest = groups.filter((group) => group.breached.length === 0);
  const doubtful = await drawn(
    rest.filter((group) => group.inconclusive.length > 0),
    checked,
  );
  const isDecided = (group: Group): boolean => group.findings.some(({ finding }) => finding.status === 'ok');
  const quiet = rest.filter(
    (group) => group.inconclusive.length === 0 && group.segment === 'all' && isDecided(group),
  );
  const quietDrawn = await drawn(quiet.slice(0, MAX_QUIET_DRAWN), checked);
  const special = await specialOf(checked);
  const body = render(
    <main>
      <Head names={names} report={report} breached={breached} />
      {report.summary.warnings.map((warning) => (
        <p class="warning">{warning}</p>
      ))}
      {breached.length > 0 && <Moved title="What moved, worst first" groups={breached} report={report} />}
      {doubtful.length > 0 && (
        <Moved
          title="Inconclusive: beyond a limit, without enough evidence"
          groups={doubtful}
          report={report}
        />
      )}
      <Undecided report={report} />
      <Groups special={special} />
      <Attribution special={special} />
      <Segments groups={groups} />
      <Dimensions report={report} />
      <Quiet groups={quietDrawn} more={quiet.slice(MAX_QUIET_DRAWN, MAX_LISTED)} total={quiet.length} />
      <Windows report={report} findings={findings} />
      <Columns report={report} />
      <Notes report={report} />
      <footer>
        Baseline {names.baseline} (SHA-256 {report.baseline.hash.slice(0, 12)}), current {names.current}{' '}
        (SHA-256 {report.summary.current.hash.slice(0, 12)}). Breached means: beyond its limit, and more than
        chance after adjusting for all features and segment values. Inconclusive means: beyond its limit, and
        it may be chance. Decided are findings that are breached or within their limit.
      </footer>
    </main>,
  );
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">` +
    `<title>${VERDICT_WORDS[report.summary.verdict]} · plumbline check</title><style>${STYLE}</style></head><body>${body}</body></html>\n`
  );
}

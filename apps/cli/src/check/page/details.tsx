import { decidedSentence, formatCount, tallyOf } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import type { FoundIn } from '../windows.js';
import { named } from '../sentences.js';
import { number, Table } from './table.js';
import { statusWords, toneOf } from './tones.js';
import { MAX_LISTED, plural } from './words.js';

/** What stays folded at the end of the page: windows, columns, remarks. */
export function Windows({ report, findings }: { report: CheckReport; findings: readonly FoundIn[] }) {
  if (report.windows.length < 2) return null;
  const breached = new Map<number, number>();
  for (const { finding, window } of findings)
    if (finding.status === 'breached') breached.set(window, (breached.get(window) ?? 0) + 1);
  const byWindow = Map.groupBy(findings, ({ window }) => window);
  const shown = report.windows.slice(-MAX_LISTED);
  return (
    <section class="card">
      <h2>Windows</h2>
      <details>
        <summary>
          <span class="name">{plural(report.windows.length, 'window')}</span>
          <span class="figure">{plural(breached.size, 'window')} with a breach</span>
        </summary>
        <Table head={['start', 'end', number('rows'), number('breached'), 'decided']}>
          {shown.map(({ index, start, end, rows }) => (
            <tr>
              <td>{start ?? `#${index}`}</td>
              <td>{end ?? ''}</td>
              <td class="n">{formatCount(rows)}</td>
              <td class={breached.has(index) ? 'n bad' : 'n'}>{formatCount(breached.get(index) ?? 0)}</td>
              <td class="soft">
                {decidedSentence(tallyOf((byWindow.get(index) ?? []).map(({ finding }) => finding)))}
              </td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

/** Undecided: what decides nothing, by monitor and reason; what has no limit comes last. */
export function Undecided({ report: { summary } }: { report: CheckReport }) {
  if (summary.undecided.length === 0) return null;
  const isUnlimited = ({ status }: (typeof summary.undecided)[number]) => Number(status === 'no_limit');
  const rows = summary.undecided.toSorted((a, b) => isUnlimited(a) - isUnlimited(b)).slice(0, MAX_LISTED);
  return (
    <section class="card">
      <h2>Not decided</h2>
      <Table head={['monitor', 'status', number('findings'), 'of', 'why']}>
        {rows.map(({ monitor, status, note, features, findings }) => (
          <tr>
            <td>{monitor}</td>
            <td class={toneOf(status)}>{statusWords(status)}</td>
            <td class="n">{formatCount(findings)}</td>
            <td>{named(features)}</td>
            <td>{note}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

export function Columns({ report: { summary } }: { report: CheckReport }) {
  return (
    <section class="card">
      <h2>Columns</h2>
      <details>
        <summary>
          <span class="name">{plural(summary.columns.length, 'column')}</span>
          <span class="figure">what each was taken for, and why</span>
        </summary>
        <Table head={['column', 'part', 'type', 'why']}>
          {summary.columns.slice(0, MAX_LISTED).map(({ name, part, type, why }) => (
            <tr>
              <td>{name}</td>
              <td>{part}</td>
              <td>{type}</td>
              <td>{why}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

export function Notes({ report: { summary } }: { report: CheckReport }) {
  if (summary.notes.length === 0) return null;
  return (
    <section class="card">
      <h2>Notes</h2>
      <details>
        <summary>
          <span class="name">{plural(summary.notes.length, 'remark')}</span>
          <span class="figure">why findings are what they are</span>
        </summary>
        <Table>
          {summary.notes.slice(0, 40).map(({ status, note, findings }) => (
            <tr>
              <td>{statusWords(status)}</td>
              <td>{note}</td>
              <td class="n">{plural(findings, 'finding')}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

import { formatCount } from '#libs/monitoring';
import type { CheckReport } from '#libs/contracts';
import type { FoundIn } from '../report.js';
import { number, Table } from './table.js';
import { MAX_LISTED, plural } from './words.js';

/** What stays folded at the end of the page: windows, columns, remarks. */
export function Windows({ report, findings }: { report: CheckReport; findings: readonly FoundIn[] }) {
  if (report.windows.length < 2) return null;
  const breached = new Map<number, number>();
  for (const { finding, window } of findings)
    if (finding.status === 'breached') breached.set(window, (breached.get(window) ?? 0) + 1);
  const shown = report.windows.slice(-MAX_LISTED);
  return (
    <section class="card">
      <h2>Windows</h2>
      <details>
        <summary>
          <span class="name">{plural(report.windows.length, 'window')}</span>
          <span class="figure">{plural(breached.size, 'window')} with a breach</span>
        </summary>
        <Table head={['start', 'end', number('rows'), number('breached')]}>
          {shown.map(({ index, start, end, rows }) => (
            <tr>
              <td>{start ?? `#${index}`}</td>
              <td>{end ?? ''}</td>
              <td class="n">{formatCount(rows)}</td>
              <td class={breached.has(index) ? 'n bad' : 'n'}>{formatCount(breached.get(index) ?? 0)}</td>
            </tr>
          ))}
        </Table>
      </details>
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
              <td>{status.replaceAll('_', ' ')}</td>
              <td>{note}</td>
              <td class="n">{plural(findings, 'finding')}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

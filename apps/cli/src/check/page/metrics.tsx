import { METRIC_LABELS } from '#libs/monitoring';
import type { Group } from './groups.js';
import { number, Table, wideNumber } from './table.js';
import { statusWords, toneOf } from './tones.js';
import { plural, qOf, shown } from './words.js';

/** Metrics: of the window where the group is worst. */
export function Metrics({ group }: { group: Group }) {
  const own = group.findings.filter(({ window }) => window === group.worst.window);
  // Two dozen metrics of a group are read from those that have a limit.
  const isLimited = ({ finding }: (typeof own)[number]): number => (finding.threshold === null ? 1 : 0);
  const rows = own.toSorted((a, b) => isLimited(a) - isLimited(b));
  return (
    <div>
      <Table
        head={['metric', wideNumber('baseline'), number('value'), number('limit'), number('q'), 'status']}
      >
        {rows.map(({ finding }) => (
          <tr title={finding.note}>
            <td>{METRIC_LABELS[finding.metric]}</td>
            <td class="n wide">{shown(finding.metric, finding.baselineValue)}</td>
            <td class={`n ${toneOf(finding.status)}`}>{shown(finding.metric, finding.value)}</td>
            <td class="n">
              {finding.threshold === null ? 'no limit' : shown(finding.metric, finding.threshold)}
            </td>
            <td class="n">{qOf(finding.pAdjusted)}</td>
            <td class={toneOf(finding.status)}>{statusWords(finding.status)}</td>
          </tr>
        ))}
      </Table>
      <p class="soft under">{plural(group.worst.finding.rows, 'row')}</p>
    </div>
  );
}

import type { CheckReport } from '#libs/contracts';
import { decidedSentence, formatCount, METRIC_LABELS, tallyOf } from '#libs/monitoring';
import type { Group } from './groups.js';
import { number, Table } from './table.js';
import { nameOf, plural, segmentOf, shown } from './words.js';

/** Columns that could have cut the rows, and why they do or do not. */
export function Dimensions({ report: { summary } }: { report: CheckReport }) {
  if (summary.dimensions.length === 0) return null;
  const used = summary.dimensions.filter((one) => one.used).map(({ column }) => column);
  return (
    <section class="card">
      <h2>Dimensions</h2>
      <details>
        <summary>
          <span class="name">
            {used.length === 0 ? 'No column cuts segments' : `Cut by ${used.join(', ')}`}
          </span>
          <span class="figure">{plural(summary.dimensions.length, 'column')} looked at</span>
        </summary>
        <Table head={['column', 'used', 'why']}>
          {summary.dimensions.map(({ column, used: isUsed, why }) => (
            <tr>
              <td>{column}</td>
              <td>{isUsed ? 'yes' : 'no'}</td>
              <td>{why}</td>
            </tr>
          ))}
        </Table>
      </details>
    </section>
  );
}

/** Every segment value on a line, those with most breaches first. */
export function Segments({ groups }: { groups: readonly Group[] }) {
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
      <Table head={['segment', number('rows'), number('breached'), 'decided', 'worst']}>
        {rows.map(({ first, breached, some }) => (
          <tr>
            <td>{first === undefined ? '' : segmentOf(first)}</td>
            <td class="n">{formatCount(Math.max(0, ...some.map(({ worst }) => worst.finding.rows)))}</td>
            <td class={breached.length > 0 ? 'n bad' : 'n'}>
              {formatCount(breached.length)} of {formatCount(some.length)}
            </td>
            <td class="soft">{decidedSentence(tallyOf(statuses(some)))}</td>
            <td>{worstOf(some[0])}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

const statuses = (groups: readonly Group[]) =>
  groups.flatMap(({ findings }) => findings.map(({ finding }) => finding));

const worstOf = (group: Group | undefined): string =>
  group === undefined || group.breached.length === 0
    ? '–'
    : `${nameOf(group)}: ${METRIC_LABELS[group.worst.finding.metric]} ${shown(group.worst.finding.metric, group.worst.finding.value)}`;

import type { Finding } from '#libs/contracts';
import { METRIC_LABELS } from '#libs/monitoring';
import { aboutName, formatCount, formatNumber, formatP } from './format.js';
import { Badge } from './layout.js';

const interval = ({ interval: found }: Finding): string =>
  found === null ? '–' : `${formatNumber(found.low)} to ${formatNumber(found.high)}`;

/** Numbers that a page may show of a finding, with their headings. */
const NUMBERS = {
  value: ['Value', ({ value }) => formatNumber(value)],
  interval: ['95 % interval', interval],
  atTraining: ['At training', ({ baselineValue }) => formatNumber(baselineValue)],
  limit: ['Limit', ({ threshold }) => (threshold === null ? 'no limit' : formatNumber(threshold))],
  p: ['p (adjusted)', ({ pAdjusted }) => formatP(pAdjusted)],
  rows: ['Rows', ({ rows }) => formatCount(rows)],
  trainingRows: ['Rows at training', ({ baselineRows }) => formatCount(baselineRows)],
} as const satisfies Record<string, readonly [string, (finding: Finding) => string]>;

/** FindingsTable: a line per finding: what it is about, the chosen numbers, and how it was decided. */
export function FindingsTable({
  findings,
  numbers,
}: {
  findings: readonly (Finding & { monitor?: string })[];
  numbers: readonly (keyof typeof NUMBERS)[];
}) {
  return (
    <table>
      <thead>
        <tr>
          <th>About</th>
          <th>Metric</th>
          {numbers.map((name) => (
            <th class="right" key={name}>
              {NUMBERS[name][0]}
            </th>
          ))}
          <th>Status</th>
        </tr>
      </thead>
      <tbody>
        {findings.map((finding) => (
          <tr key={`${finding.monitor ?? ''} ${aboutName(finding)} ${finding.metric}`}>
            <td>{aboutName(finding)}</td>
            <td>{METRIC_LABELS[finding.metric]}</td>
            {numbers.map((name) => (
              <td class="right" key={name}>
                {NUMBERS[name][1](finding)}
              </td>
            ))}
            <td>
              <Badge text={finding.status} /> <span class="soft">{finding.note}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

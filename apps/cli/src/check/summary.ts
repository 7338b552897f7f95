import type { BiasPlan, CheckReport } from '#libs/contracts';
import { formatCount, formatNumber, METRIC_LABELS } from '#libs/monitoring';
import type { Columns } from './columns.js';
import { breachedFirst, type FoundIn } from './report.js';
import { inWords, subjectOf } from './sentences.js';

const MAX_ROWS = 25;
const MAX_LISTED = 60;
const MAX_CELL = 36;
const MAX_SENTENCES = 10;
const LEAST_Q = 1e-4;

/** Names come from files: no control character of theirs reaches the terminal. */
const harmless = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');

const plain = (text: string): string => {
  const shown = harmless(text);
  return shown.length > MAX_CELL ? `${shown.slice(0, MAX_CELL - 1)}…` : shown;
};

/** Columns as wide as their widest cell; numbers to the right. */
function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): string[] {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => (right.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** columnLines: what the columns were taken for, and why. */
export function columnLines({ listed }: Columns): string[] {
  const rows = listed
    .slice(0, MAX_LISTED)
    .map(({ name, part, type, why }) => [plain(name), part, type, plain(why)]);
  const more = listed.length > MAX_LISTED ? [`… and ${formatCount(listed.length - MAX_LISTED)} more`] : [];
  return [
    'Columns',
    ...table(['name', 'part', 'type', 'why'], rows, new Set()).map((line) => `  ${line}`),
    ...more,
  ];
}

const number = (value: number | null): string => (value === null ? '–' : formatNumber(value));

/** One line per metric of a feature of a segment value: of the window where it is worst, with the number of windows that breached. */
function perMetric(breached: readonly FoundIn[]): { found: FoundIn; windows: number }[] {
  const lines = new Map<string, { found: FoundIn; windows: number }>();
  for (const found of breached) {
    const { segment, segmentValue, feature, facet, facetValue, metric } = found.finding;
    const key = JSON.stringify([found.monitor, segment, segmentValue, feature, facet, facetValue, metric]);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { found, windows: 1 });
    else line.windows += 1;
  }
  return [...lines.values()];
}

const qOf = (q: number | null): string => (q !== null && q < LEAST_Q ? '< 0.0001' : number(q));

/** sentenceLines: what breached about groups and attributions, in words. */
function sentenceLines(breached: readonly FoundIn[], bias: BiasPlan | null | undefined): string[] {
  const told = breached.map((found) => inWords(found, bias)).filter((sentence) => sentence !== null);
  const shown = [...new Set(told)].slice(0, MAX_SENTENCES);
  return shown.length === 0 ? [] : ['', 'In words', ...shown.map((line) => `  ${harmless(line)}`)];
}

/** summaryLines: the breached findings, worst first, then how many there are of each status. */
export function summaryLines(
  report: CheckReport,
  findings: readonly FoundIn[],
  bias?: BiasPlan | null,
): string[] {
  const breached = perMetric(breachedFirst(findings));
  const withWindow = report.windows.length > 1;
  const head = [
    'segment',
    'feature',
    'metric',
    'value',
    'limit',
    'q',
    'rows',
    ...(withWindow ? ['worst window', 'windows'] : []),
  ];
  const rows = breached
    .slice(0, MAX_ROWS)
    .map(({ found: { finding, window }, windows }) => [
      plain(finding.segment === 'all' ? 'all' : `${finding.segment}=${finding.segmentValue}`),
      plain(finding.feature === '' && finding.facet === '' ? '(rows)' : subjectOf(finding)),
      METRIC_LABELS[finding.metric],
      number(finding.value),
      number(finding.threshold),
      qOf(finding.pAdjusted),
      formatCount(finding.rows),
      ...(withWindow ? [report.windows[window]?.start ?? `#${window}`, formatCount(windows)] : []),
    ]);
  const { by_status: byStatus, warnings, current } = report.summary;
  const counts = Object.entries(byStatus).map(([status, count]) => `${formatCount(count)} ${status}`);
  const more = breached.length > MAX_ROWS ? [`  … and ${formatCount(breached.length - MAX_ROWS)} more`] : [];
  return [
    `Baseline ${formatCount(report.baseline.rows)} rows, current ${formatCount(current.rows)} rows in ${formatCount(report.windows.length)} window${report.windows.length === 1 ? '' : 's'}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
    '',
    ...(breached.length === 0
      ? ['Nothing breached.']
      : ['Breached', ...table(head, rows, new Set([3, 4, 5, 6])).map((line) => `  ${line}`), ...more]),
    ...sentenceLines(
      breached.map(({ found }) => found),
      bias,
    ),
    '',
    `Findings: ${counts.join(', ') || 'none'}`,
  ];
}

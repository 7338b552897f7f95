import type { BiasPlan, CheckReport } from '#libs/contracts';
import {
  decidedSentence,
  formatCount,
  formatNumber,
  mergeTallies,
  METRIC_LABELS,
  VERDICT_WORDS,
} from '#libs/monitoring';
import type { Columns } from './columns.js';
import { causeLines, unfolded } from './causes.js';
import { dimensionLines } from './dimensions.js';
import { talliesOf, worstOf } from './report.js';
import type { FoundIn } from './windows.js';
import { inWords, named, subjectOf } from './sentences.js';

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
  return shown.length === 0 ? [] : ['In words', ...shown.map((line) => `  ${harmless(line)}`), ''];
}

/** headOf: the columns of a table of findings; the window only where there are several. */
const headOf = (withWindow: boolean): string[] => [
  ...['segment', 'feature', 'metric', 'value', 'limit', 'q', 'rows'],
  ...(withWindow ? ['worst window', 'windows'] : []),
];

/** findingLines: a table of findings under its title, a line per metric; nothing where there is none. */
function findingLines(title: string, found: readonly FoundIn[], { windows }: CheckReport): string[] {
  const lines = perMetric(found);
  if (lines.length === 0) return [];
  const withWindow = windows.length > 1;
  const rows = lines
    .slice(0, MAX_ROWS)
    .map(({ found: { finding, window }, windows: count }) => [
      plain(finding.segment === 'all' ? 'all' : `${finding.segment}=${finding.segmentValue}`),
      plain(subjectOf(finding)),
      METRIC_LABELS[finding.metric],
      number(finding.value),
      number(finding.threshold),
      qOf(finding.pAdjusted),
      formatCount(finding.rows),
      ...(withWindow ? [windows[window]?.start ?? `#${window}`, formatCount(count)] : []),
    ]);
  const more = lines.length > MAX_ROWS ? [`  … and ${formatCount(lines.length - MAX_ROWS)} more`] : [];
  const body = table(headOf(withWindow), rows, new Set([3, 4, 5, 6])).map((line) => `  ${line}`);
  return [title, ...body, ...more, ''];
}

const plainNames = (names: readonly string[]): string => named(names.map(plain));

/** undecidedLines: what decides nothing, by monitor and reason; what has no limit comes last. */
function undecidedLines({ summary: { undecided } }: CheckReport): string[] {
  if (undecided.length === 0) return [];
  const ordered = undecided.toSorted(
    (a, b) => Number(a.status === 'no_limit') - Number(b.status === 'no_limit'),
  );
  const rows = ordered
    .slice(0, MAX_ROWS)
    .map(({ monitor, status, note, features, findings }) => [
      plain(monitor),
      formatCount(findings),
      plainNames(features),
      harmless(note === '' ? status.replaceAll('_', ' ') : note),
    ]);
  const more = ordered.length > MAX_ROWS ? [`  … and ${formatCount(ordered.length - MAX_ROWS)} more`] : [];
  const head = ['monitor', 'findings', 'of', 'why'];
  return ['Not decided', ...table(head, rows, new Set([1])).map((line) => `  ${line}`), ...more, ''];
}

/** doubtLines: what is beyond its limit without evidence, and why that is no breach. */
function doubtLines(findings: readonly FoundIn[], report: CheckReport): string[] {
  const found = worstOf(findings, 'inconclusive');
  const reasons = [...new Set(found.map(({ finding }) => finding.note))];
  const shown = reasons.slice(0, MAX_SENTENCES).map((reason) => `  ${harmless(reason)}`);
  const more = reasons.length > MAX_SENTENCES ? ['  …'] : [];
  return found.length === 0
    ? []
    : [...findingLines('Inconclusive', found, report).slice(0, -1), ...shown, ...more, ''];
}

/** nothingDecided: why no finding says healthy or not; null where some do. */
export function nothingDecided({ findings, summary: { decided, undecided } }: CheckReport): string | null {
  if (decided > 0) return null;
  const [first] = undecided.toSorted(
    (a, b) => Number(a.status === 'no_limit') - Number(b.status === 'no_limit'),
  );
  const why = first?.note ?? (findings.length === 0 ? 'there is nothing to compare' : 'all is inconclusive');
  return `Nothing could be decided: ${harmless(why)}`;
}

/** verdictLines: the verdict with what was decided and what was not; by monitor where they differ. */
function verdictLines(report: CheckReport, findings: readonly FoundIn[]): string[] {
  const { verdict } = report.summary;
  const parts = talliesOf(findings);
  const whole = decidedSentence(mergeTallies(parts.map(({ tally }) => tally)));
  const isOpen = report.summary.decided < findings.length && parts.length > 1;
  const width = Math.max(...parts.map(({ monitor }) => monitor.length));
  return [
    `${nothingDecided(report) ?? VERDICT_WORDS[verdict]}; ${whole}`,
    ...(isOpen
      ? parts.map(({ monitor, tally }) => `  ${plain(monitor).padEnd(width)}  ${decidedSentence(tally)}`)
      : []),
    '',
  ];
}

/**
 * summaryLines: the verdict with what was decided; the breached findings, worst first; what is inconclusive and what
 * is not decided, with the reasons; how many there are of each status.
 */
export function summaryLines(
  report: CheckReport,
  findings: readonly FoundIn[],
  bias?: BiasPlan | null,
): string[] {
  const breached = unfolded(report, findings);
  const causes = causeLines(report, findings).map(harmless);
  const { by_status: byStatus, warnings, current } = report.summary;
  const counts = Object.entries(byStatus).map(([status, count]) => `${formatCount(count)} ${status}`);
  return [
    `Baseline ${formatCount(report.baseline.rows)} rows, current ${formatCount(current.rows)} rows in ${formatCount(report.windows.length)} window${report.windows.length === 1 ? '' : 's'}`,
    ...dimensionLines(report).map(harmless),
    ...warnings.map((warning) => `Warning: ${warning}`),
    '',
    ...verdictLines(report, findings),
    ...findingLines('Breached', breached, report),
    ...(causes.length === 0 ? [] : [...causes, '']),
    ...sentenceLines(
      perMetric(breached).map(({ found }) => found),
      bias,
    ),
    ...doubtLines(findings, report),
    ...undecidedLines(report),
    `Findings: ${counts.join(', ') || 'none'}`,
  ];
}

import type { AlertFinding, AlertMessage } from '#libs/contracts';

import { formatCount, formatEvidence, formatNumber } from './numbers.js';
import { summarise, type Summary } from './summary.js';
import { escapeHtml, safeLink } from './text.js';

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const INK = '#1c2430';
const QUIET = '#5b6675';
const LINE = '#e3e7ec';
const COLOURS = {
  critical: { strong: '#c02626', soft: '#fdecec' },
  warning: { strong: '#b45309', soft: '#fef3e2' },
  resolved: { strong: '#15803d', soft: '#e8f6ec' },
} as const;

const table = (inner: string, style = ''): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;${style}">${inner}</table>`;

const row = (inner: string, padding = '0 32px'): string =>
  `<tr><td style="padding:${padding};${FONT};color:${INK}">${inner}</td></tr>`;

const badge = ({ state, stateLabel }: Summary): string =>
  `<span style="display:inline-block;padding:4px 10px;border-radius:12px;font-size:13px;font-weight:600;line-height:18px;color:${COLOURS[state].strong};background:${COLOURS[state].soft}">${escapeHtml(stateLabel)}</span>`;

const fact = (label: string, value: string): string =>
  `<tr><td style="padding:4px 16px 4px 0;${FONT};font-size:14px;line-height:20px;color:${QUIET};white-space:nowrap;vertical-align:top">${escapeHtml(label)}</td>` +
  `<td width="100%" style="padding:4px 0;${FONT};font-size:14px;line-height:20px;color:${INK};word-break:break-word">${escapeHtml(value)}</td></tr>`;

const cell = (text: string, { right = false, head = false, bold = false } = {}): string =>
  `<${head ? 'th' : 'td'} align="${right ? 'right' : 'left'}" style="padding:8px 10px 8px 0;border-bottom:1px solid ${LINE};${FONT};font-size:${head ? 12 : 14}px;line-height:20px;` +
  `font-weight:${bold ? 600 : 400};color:${head ? QUIET : INK};${right ? 'white-space:nowrap' : 'word-break:break-word'}">${escapeHtml(text)}</${head ? 'th' : 'td'}>`;

const findingRow = (finding: AlertFinding): string =>
  `<tr>${cell(finding.feature, { bold: true })}${cell(finding.metricLabel)}${cell(formatNumber(finding.value), { right: true, bold: true })}` +
  `${cell(formatNumber(finding.threshold), { right: true })}${cell(formatEvidence(finding.pAdjusted), { right: true })}${cell(formatCount(finding.rows), { right: true })}</tr>`;

const findingsTable = ({ findings, more }: Summary): string => {
  if (findings.length === 0) return '';
  const head = `<tr>${cell('Feature', { head: true })}${cell('Measure', { head: true })}${['Value', 'Limit', 'Evidence', 'Rows'].map((text) => cell(text, { head: true, right: true })).join('')}</tr>`;
  const rest =
    more === 0
      ? ''
      : `<tr><td colspan="6" style="padding:8px 0;${FONT};font-size:13px;color:${QUIET}">and ${more} more on the page of the alert</td></tr>`;
  return row(table(`${head}${findings.map(findingRow).join('')}${rest}`), '8px 32px 0');
};

const button = (address: string, label: string, primary: boolean): string => {
  if (address === '') return '';
  const colours = primary
    ? 'background:#1d4ed8;color:#ffffff;border:1px solid #1d4ed8'
    : 'background:#ffffff;color:#1d4ed8;border:1px solid #b9c6e4';
  return `<a href="${escapeHtml(address)}" style="display:inline-block;margin:0 10px 8px 0;padding:10px 18px;border-radius:6px;${FONT};font-size:14px;font-weight:600;line-height:20px;text-decoration:none;${colours}">${label}</a>`;
};

const picture = (source: string, title: string): string =>
  row(
    `<img src="${escapeHtml(source)}" width="536" alt="${escapeHtml(title)}" style="display:block;width:100%;max-width:536px;height:auto;border:0">`,
    '20px 32px 4px',
  );

const body = (message: AlertMessage, chartSource: string | undefined): string => {
  const summary = summarise(message);
  return [
    `<tr><td style="height:5px;line-height:5px;font-size:0;background:${COLOURS[summary.state].strong}">&nbsp;</td></tr>`,
    row(badge(summary), '24px 32px 0'),
    row(
      `<h1 style="margin:12px 0 0;font-size:21px;line-height:28px;font-weight:700;word-break:break-word">${escapeHtml(summary.headline)}</h1>`,
    ),
    summary.lead === ''
      ? ''
      : row(`<p style="margin:10px 0 0;font-size:15px;line-height:23px">${escapeHtml(summary.lead)}</p>`),
    row(table(summary.facts.map(({ label, value }) => fact(label, value)).join('')), '14px 32px 0'),
    chartSource === undefined
      ? ''
      : picture(chartSource, `Baseline against window: ${message.chart?.title ?? ''}`),
    findingsTable(summary),
    row(
      button(safeLink(message.links.alert), 'Open the alert', true) +
        button(safeLink(message.links.model), 'Open the model', false),
      '22px 32px 16px',
    ),
    row(
      `<p style="margin:0;padding:14px 0 0;border-top:1px solid ${LINE};font-size:12px;line-height:18px;color:${QUIET}">${escapeHtml(summary.footer)}<br>Links are for reading only and expire.</p>`,
      '0 32px 24px',
    ),
  ].join('\n');
};

/** renderEmailHtml: the HTML part: one column of 600 px built from tables with inline styles, readable where nothing else is supported. `chartSource` is a `cid:` or data address. */
export const renderEmailHtml = (message: AlertMessage, chartSource?: string): string => {
  const summary = summarise(message);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light">
<title>${escapeHtml(summary.headline)}</title>
</head>
<body style="margin:0;padding:0;background:#f3f5f8">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(summary.lead)}</div>
${table(
  `<tr><td align="center" style="padding:24px 12px"><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;width:100%;max-width:600px;background:#ffffff;border:1px solid ${LINE}">
${body(message, chartSource)}
</table></td></tr>`,
  'background:#f3f5f8',
)}
</body>
</html>
`;
};

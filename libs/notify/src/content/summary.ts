import type { AlertFinding, AlertMessage } from '#libs/contracts';

import { formatCount, formatEvidence, formatNumber } from './numbers.js';
import { oneLine } from './text.js';
import { formatTime, formatWindow } from './times.js';

/** One labelled line that every channel shows, plain text, not yet escaped. */
type Fact = { readonly label: string; readonly value: string };

/** Summary: an alert message reduced to what all channels say, plain text, bounded; each channel escapes and lays it out. */
export type Summary = {
  readonly state: 'critical' | 'warning' | 'resolved';
  readonly stateLabel: string;
  readonly headline: string;
  readonly lead: string;
  readonly facts: readonly Fact[];
  readonly findings: readonly AlertFinding[];
  readonly more: number;
  readonly footer: string;
};

const HEADLINE_MAX_CHARS = 240;
const SENTENCE_MAX_CHARS = 400;
const LEAD_MAX_CHARS = 1_500;
const FINDINGS_MAX = 10;

const LABELS = { opened: 'New alert', updated: 'Alert changed', resolved: 'Back to normal' } as const;

const segmentOf = ({ segment, segmentValue, facetValue }: AlertMessage): string => {
  const value = segment === 'all' ? 'all rows' : `${oneLine(segment)} = ${oneLine(segmentValue)}`;
  return facetValue === undefined ? value : `${value}, facet ${oneLine(facetValue)}`;
};

const rowsOf = ({ findings }: AlertMessage): string => {
  const [worst] = findings;
  return worst === undefined
    ? '–'
    : `${formatCount(worst.rows)} against ${formatCount(worst.baselineRows)} in the baseline`;
};

const clean = (finding: AlertFinding): AlertFinding => ({
  ...finding,
  feature: oneLine(finding.feature, 100),
  metricLabel: oneLine(finding.metricLabel, 60),
  sentence: oneLine(finding.sentence, SENTENCE_MAX_CHARS),
});

const ownFacts = (facts: NonNullable<AlertMessage['facts']>): Fact[] =>
  facts.map(({ label, value }) => ({ label: oneLine(label), value: oneLine(value) }));

const monitorFacts = (message: AlertMessage): Fact[] => [
  { label: 'Model', value: `${oneLine(message.model)}, version ${oneLine(message.version)}` },
  { label: 'Segment', value: segmentOf(message) },
  { label: 'Window', value: formatWindow(message.window) },
  {
    label: message.transition === 'resolved' ? 'Lasted since' : 'Since',
    value: formatTime(message.since, message.window.timeZone),
  },
  { label: 'Rows', value: rowsOf(message) },
  { label: 'Monitor', value: `${oneLine(message.monitor.name)} (${oneLine(message.monitor.kind)})` },
];

/** findingNumbers: one finding as numbers: `PSI 0.94, limit 0.2, p < 0.001`. */
export const findingNumbers = ({ metricLabel, value, threshold, pAdjusted }: AlertFinding): string =>
  `${metricLabel} ${formatNumber(value)}, limit ${formatNumber(threshold)}, ${formatEvidence(pAdjusted)}`;

/** summarise: the common content of a message. */
export const summarise = (message: AlertMessage): Summary => {
  const findings = message.findings.map(clean);
  const why = message.why === undefined ? '' : ` (${oneLine(message.why)})`;
  return {
    state: message.transition === 'resolved' ? 'resolved' : message.severity,
    stateLabel: `${LABELS[message.transition]}${why}${message.transition === 'resolved' ? '' : ` · ${message.severity}`}`,
    headline: oneLine(message.headline, HEADLINE_MAX_CHARS),
    lead:
      message.sentences === undefined
        ? (findings[0]?.sentence ?? '')
        : oneLine(message.sentences.join(' '), LEAD_MAX_CHARS),
    facts: message.facts === undefined ? monitorFacts(message) : ownFacts(message.facts),
    findings: findings.slice(0, FINDINGS_MAX),
    more: Math.max(0, findings.length - FINDINGS_MAX),
    footer: `Plumbline · project ${oneLine(message.project)} · alert ${oneLine(message.alertId)}`,
  };
};

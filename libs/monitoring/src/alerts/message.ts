import {
  ALL_SEGMENT,
  isFeatureCell,
  shareMetrics,
  attributionMetrics,
  type AlertChart,
  type AlertFinding,
  type AlertMessage,
  type AlertTransition,
  type BiasPlan,
  type BinningBody,
  type Finding,
  type MetricName,
  type MonitorKind,
  type Profile,
} from '#libs/contracts';
import { chartOf, type ComparedCells } from '../chart.js';
import { msToIso } from '../civil-time.js';
import { cellKey } from '../merge.js';
import { biasEvent, biasSentence, hasBiasWords, namesFor } from './bias-words.js';
import { detailOf } from './detail.js';
import { describeFeature, describeSegment, happened, METRIC_LABELS, sentenceOf } from './words.js';

/** MessageInput: a transition, and what is needed to tell it to people. Cells that are not there leave out the chart and the detail. */
export type MessageInput = {
  readonly transition: AlertTransition;
  readonly monitor: { readonly id: string; readonly name: string; readonly kind: MonitorKind };
  readonly binning: BinningBody | null;
  readonly baseline: Profile;
  readonly window: Profile;
  /** Of the model, for the names of facets; without it they are told in general words. */
  readonly bias?: BiasPlan | null;
  /** Time zone of the model, for channels that show local times. */
  readonly timeZone: string;
  readonly links: AlertMessage['links'];
};

/** A message is read on a telephone: the page has the rest. */
const MAX_FINDINGS = 10;

type CellsOf = (finding: Finding) => ComparedCells | null;

/** cellLookup: the cells that a finding compared, when both sides have them under the same binning. */
function cellLookup({ baseline, window, binning }: MessageInput): CellsOf {
  const index = (profile: Profile) => new Map(profile.cells.map((cell) => [cellKey(cell), cell]));
  const [before, now] = [index(baseline), index(window)];
  const binnings = new Map(binning?.features.map((entry) => [entry.feature, entry]));
  return ({ segment, segmentValue, feature }) => {
    const key = cellKey({ kind: 'numeric', segment, segmentValue, feature });
    const [own, a, b] = [binnings.get(feature), before.get(key), now.get(key)];
    if (own === undefined || a === undefined || b === undefined) return null;
    if (!isFeatureCell(a) || !isFeatureCell(b) || a.kind !== own.kind || b.kind !== own.kind) return null;
    return { baseline: a, window: b, binning: own };
  };
}

/** TOLD_BY_NOTE: metrics whose note says who gained and who lost. */
export const TOLD_BY_NOTE: ReadonlySet<MetricName> = new Set([...attributionMetrics, ...shareMetrics]);

/** tell: a finding as a sentence: of groups by their names, of attributions and shares with who gained and lost, else with what the cells show. */
function tell(finding: Finding, cells: ComparedCells | null, { bias }: MessageInput): string {
  if (hasBiasWords(finding.metric))
    return `${biasSentence(finding, namesFor(bias, finding), describeSegment(finding))}.`;
  if (TOLD_BY_NOTE.has(finding.metric)) return sentenceOf(finding, finding.note);
  return sentenceOf(finding, cells === null ? '' : detailOf(cells));
}

function messageFinding(finding: Finding, cells: ComparedCells | null, input: MessageInput): AlertFinding {
  const { feature, metric, value, threshold, pAdjusted, rows, baselineRows } = finding;
  const sentence = tell(finding, cells, input);
  const metricLabel = METRIC_LABELS[metric];
  return { feature, metric, metricLabel, value, threshold, pAdjusted, rows, baselineRows, sentence };
}

function headlineOf({ transition, bias }: MessageInput): string {
  const { state, kind, findings } = transition;
  const model = `${state.model} ${state.version}`;
  const [worst] = findings;
  if (kind === 'resolved' || worst === undefined) {
    const facet = state.facetValue === '' ? '' : ` (${state.facetValue})`;
    return `${model}: ${describeSegment(state)}${facet} ${state.segment === ALL_SEGMENT ? 'are' : 'is'} back within limits`;
  }
  const others = state.features.length - 1;
  const isBias = hasBiasWords(worst.metric);
  const what = isBias ? 'metric' : 'feature';
  const more = others <= 0 ? '' : ` and ${others} more ${others === 1 ? what : `${what}s`}`;
  const event = isBias ? biasEvent(worst, namesFor(bias, worst)) : happened(worst);
  return `${model}: ${event}${more} for ${describeSegment(state)}`;
}

function chartFor(worst: Finding | undefined, cellsOf: CellsOf): AlertChart | null {
  const cells = worst === undefined ? null : cellsOf(worst);
  if (worst === undefined || cells === null) return null;
  return { title: `${describeFeature(worst.feature)} for ${describeSegment(worst)}`, ...chartOf(cells) };
}

/**
 * alertMessage: a transition as channels tell it: a headline, one sentence per breached finding (the ten worst), a chart of the worst
 * feature, since when and why. Content only; each channel gives it its own form.
 */
export function alertMessage(input: MessageInput): AlertMessage {
  const { transition, monitor, timeZone, links } = input;
  const { state, window, findings, kind, why } = transition;
  const cellsOf = cellLookup(input);
  const chart = chartFor(findings[0], cellsOf);
  return {
    transition: kind,
    alertId: state.alertId,
    transitionId: transition.transitionId,
    severity: state.severity,
    project: state.project,
    model: state.model,
    version: state.version,
    monitor: { id: monitor.id, name: monitor.name, kind: monitor.kind },
    segment: state.segment,
    segmentValue: state.segmentValue,
    ...(state.facetValue !== '' && { facetValue: state.facetValue }),
    window: { start: msToIso(window.startMs), end: msToIso(window.endMs), timeZone },
    since: msToIso(state.openedAtMs),
    headline: headlineOf(input),
    findings: findings
      .slice(0, MAX_FINDINGS)
      .map((finding) => messageFinding(finding, cellsOf(finding), input)),
    ...(chart !== null && { chart }),
    links: { alert: links.alert, model: links.model },
    ...(why !== '' && { why }),
  };
}

import {
  INTAKE_MONITORS,
  type AlertState,
  type AlertTransition,
  type GapCause,
  type TransitionKind,
  type TransitionNotice,
} from '#libs/contracts';
import { msToIso } from '../civil-time.js';
import { formatCount } from '../format.js';
import { recordsMissing } from './words.js';

/** MissingRecords: a run of offsets that nobody stored, both ends included. */
export type MissingRecords = {
  readonly incarnation: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly cause: GapCause;
  readonly sinceMs: number;
  readonly acknowledged: { readonly author: string; readonly comment: string } | null;
};

/** GapAlertInput: what is missing of one topic partition now, and the alert as it was last told. */
export type GapAlertInput = {
  readonly project: string;
  readonly topic: string;
  readonly partition: number;
  readonly previous: AlertState | null;
  readonly gaps: readonly MissingRecords[];
  readonly nowMs: number;
  readonly hash: (text: string) => string;
};

const LISTED_MAX = 50;
const TOLD_MAX = 5;

const CAUSES: Record<GapCause, string> = {
  skipped:
    'gone before they could be read: deleted, retention shorter than the backlog, or the consumer group set ahead',
  recreated: 'not read yet when the topic was deleted and created again',
};

const lengthOf = ({ first, last }: MissingRecords): number => Number(last - first) + 1;
const spanOf = ({ first, last }: MissingRecords): string =>
  first === last ? `${first}` : `${first}–${last}`;
const nameOf = (gap: MissingRecords): string => `offsets ${spanOf(gap)} of ${gap.incarnation}`;

/** contents: the gaps by name, as many as an alert lists. */
const contents = (gaps: readonly MissingRecords[]): string[] =>
  gaps.length <= LISTED_MAX
    ? gaps.map(nameOf)
    : [...gaps.slice(0, LISTED_MAX).map(nameOf), `${gaps.length - LISTED_MAX} more`];

const sentenceOf = (gap: MissingRecords): string =>
  lengthOf(gap) === 1
    ? `Offset ${gap.first} (1 record): ${CAUSES[gap.cause]}.`
    : `Offsets ${gap.first} to ${gap.last} (${formatCount(lengthOf(gap))} records): ${CAUSES[gap.cause]}.`;

function noticeOf(input: GapAlertInput, open: readonly MissingRecords[]): TransitionNotice {
  const { topic, partition } = input;
  const records = open.reduce((sum, gap) => sum + lengthOf(gap), 0);
  const sinceMs = Math.min(...open.map((gap) => gap.sinceMs));
  const more = open.length - TOLD_MAX;
  return {
    kind: 'ingestion_gap',
    headline: `${topic}, partition ${partition}: ${recordsMissing(records)}`,
    sentences: [
      ...open.slice(0, TOLD_MAX).map(sentenceOf),
      ...(more > 0 ? [`${more} more such ranges are listed under "ingestion" of the API.`] : []),
      'If the topic still holds them, set the consumer group back: they are read again and nothing is counted twice. Otherwise have the producer send them again, or acknowledge this alert.',
    ],
    facts: [
      { label: 'Topic', value: topic },
      { label: 'Partition', value: String(partition) },
      {
        label: 'Offsets',
        value: open.slice(0, TOLD_MAX).map(spanOf).join(', ') + (more > 0 ? ` and ${more} more` : ''),
      },
      { label: 'Missing', value: formatCount(records) },
      { label: 'Newest record before', value: msToIso(sinceMs) },
    ],
    topic,
    partition,
    missing: open.slice(0, LISTED_MAX).map(({ incarnation, first, last, cause }) => ({
      ...{ incarnation, cause },
      ...{ from: String(first), to: String(last) },
    })),
  };
}

/** endOf: why nothing is missing any more, or nothing that nobody knows of. */
function endOf(previous: AlertState, gaps: readonly MissingRecords[]): string {
  const known = new Set(previous.features);
  const noted = gaps.find((gap) => gap.acknowledged !== null && known.has(nameOf(gap)))?.acknowledged;
  if (noted == null) return 'the missing records were read after all';
  return `acknowledged by ${noted.author}${noted.comment === '' ? '' : `: ${noted.comment}`}`;
}

function resolvedNotice({ topic, partition }: GapAlertInput, why: string): TransitionNotice {
  return {
    kind: 'ingestion_gap',
    headline: `${topic}, partition ${partition}: no record is missing that nobody knows of`,
    sentences: [`${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.`],
    facts: [
      { label: 'Topic', value: topic },
      { label: 'Partition', value: String(partition) },
    ],
    topic,
    partition,
  };
}

type Told = { kind: TransitionKind; why: string; state: AlertState; notice: TransitionNotice };

const transitionOf = (
  { nowMs, hash }: GapAlertInput,
  { kind, why, state, notice }: Told,
): AlertTransition => {
  const inputs = hash(JSON.stringify([kind, state.features, why]));
  return {
    transitionId: hash(JSON.stringify([state.alertId, inputs])),
    ...{ kind, why, state, inputs, findings: [], notice },
    window: { startMs: state.openedAtMs, endMs: nowMs },
  };
};

/**
 * advanceGap: the alert of one topic partition. It is open while records are missing that nobody has acknowledged; it changes when the ranges
 * change, and ends when they were read after all or a person has taken note. The same ranges again tell nothing.
 */
export function advanceGap(input: GapAlertInput): AlertTransition | null {
  const { project, topic, partition, previous, gaps, nowMs, hash } = input;
  const open = gaps.filter((gap) => gap.acknowledged === null);
  const features = contents(open);
  const wasOpen = previous?.status === 'open';
  if (open.length === 0) {
    if (!wasOpen) return null;
    const why = endOf(previous, gaps);
    const state: AlertState = { ...previous, status: 'resolved', windowEndMs: nowMs, features: [] };
    return transitionOf(input, { kind: 'resolved', why, state, notice: resolvedNotice(input, why) });
  }
  if (wasOpen && JSON.stringify(previous.features) === JSON.stringify(features)) return null;
  const identity = {
    ...{ project, model: '', version: '', monitor: INTAKE_MONITORS.gap },
    ...{ segment: topic, segmentValue: String(partition), facet: '', facetValue: '' },
  };
  const sinceMs = Math.min(...open.map((gap) => gap.sinceMs));
  const state: AlertState = {
    ...identity,
    alertId: wasOpen ? previous.alertId : hash(JSON.stringify([identity, features[0], previous?.alertId])),
    status: 'open',
    severity: 'critical',
    openedAtMs: wasOpen ? previous.openedAtMs : sinceMs,
    windowEndMs: nowMs,
    features,
  };
  const grew = !wasOpen || features.some((name) => !previous.features.includes(name));
  const why = wasOpen
    ? grew
      ? 'the missing ranges changed'
      : 'some of it was read or acknowledged'
    : 'records are missing';
  return transitionOf(input, {
    kind: wasOpen ? 'updated' : 'opened',
    why,
    state,
    notice: noticeOf(input, open),
  });
}

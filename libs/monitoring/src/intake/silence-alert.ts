import {
  ALL_SEGMENT,
  INTAKE_MONITORS,
  SEGMENT_IN,
  type AlertState,
  type AlertTransition,
} from '#libs/contracts';
import { msToIso } from '../civil-time.js';
import { forHowLong } from './words.js';

const HOUR_MS = 3_600_000;
const WEEKS_MS = 28 * 24 * HOUR_MS;
/** 1970-01-01 was a Thursday; weeks are counted from Monday, 0:00 UTC. */
const HOURS_TO_MONDAY = 72;
const HOURS_PER_WEEK = 168;
/** Restarts and rebalances of producers take this long; a shorter silence is nothing to wake people for. */
const SHORTEST_MS = 5 * 60_000;
/**
 * Four weeks show one hour of the week four times, so its 99.9 % quantile is about the longest silence seen, and every fifth week brings a
 * longer one by chance alone: some thirty false alarms per model and week over 168 hours. Twice as long comes hardly ever: with
 * events at random, one a minute, once in three weeks or less.
 */
const ALLOWANCE = 2;

/** UsualSilences: of a model, per hour of the week; see the store. */
export type UsualSilences = {
  readonly sinceMs: number;
  readonly hours: readonly { readonly hour: number; readonly quantileMs: number }[];
};

/** SilenceLimit: how long a model may be silent now, and whether its own past says so. */
export type SilenceLimit = { readonly limitMs: number; readonly basis: 'usual' | 'fixed' };

const hourOfWeek = (atMs: number): number => (Math.floor(atMs / HOUR_MS) + HOURS_TO_MONDAY) % HOURS_PER_WEEK;

/** silenceLimit: from four weeks of the model's own silences at this hour of the week; the fixed limit while there are no four weeks. */
export function silenceLimit(usual: UsualSilences | null, fixedMs: number, nowMs: number): SilenceLimit {
  const isOldEnough = usual !== null && nowMs - usual.sinceMs >= WEEKS_MS;
  const hour = isOldEnough ? usual.hours.find((each) => each.hour === hourOfWeek(nowMs)) : undefined;
  if (hour === undefined) return { limitMs: fixedMs, basis: 'fixed' };
  return { limitMs: Math.max(SHORTEST_MS, hour.quantileMs * ALLOWANCE), basis: 'usual' };
}

/** SilenceInput: of one model. `lastMs` null: it is not watched (any more). `limit` null: nothing can be said now, because ingest is behind. */
export type SilenceInput = {
  readonly project: string;
  readonly model: string;
  readonly previous: AlertState | null;
  readonly lastMs: number | null;
  readonly limit: SilenceLimit | null;
  readonly nowMs: number;
  readonly hash: (text: string) => string;
};

const BASES = {
  usual: (limit: string) =>
    `At this hour of the week a silence of up to ${limit} is usual, by the last four weeks.`,
  fixed: (limit: string) =>
    `The limit is ${limit} ("silenceAfter" of the model), until four weeks show what is usual.`,
};

function transitionOf(
  { nowMs, hash }: SilenceInput,
  told: Pick<AlertTransition, 'kind' | 'why' | 'state'> & { sentences: string[]; headline: string },
): AlertTransition {
  const { kind, why, state, sentences, headline } = told;
  const inputs = hash(JSON.stringify([kind, why, state.openedAtMs]));
  return {
    transitionId: hash(JSON.stringify([state.alertId, kind])),
    ...{ kind, why, state, inputs, findings: [] },
    window: { startMs: state.openedAtMs, endMs: nowMs },
    notice: {
      kind: 'ingestion_silence',
      headline,
      sentences,
      facts: [
        { label: 'Model', value: state.model },
        { label: kind === 'resolved' ? 'Silent since' : 'Last event', value: msToIso(state.openedAtMs) },
      ],
    },
  };
}

function opened(input: SilenceInput, lastMs: number, { limitMs, basis }: SilenceLimit): AlertTransition {
  const { project, model, nowMs, hash } = input;
  const identity = {
    ...{ project, model, version: '', monitor: INTAKE_MONITORS.silence },
    ...{ segment: ALL_SEGMENT, segmentValue: SEGMENT_IN, facet: '', facetValue: '' },
  };
  const state: AlertState = {
    ...identity,
    alertId: hash(JSON.stringify([identity, lastMs])),
    ...{ status: 'open', severity: 'critical', openedAtMs: lastMs, windowEndMs: nowMs, features: ['events'] },
  };
  return transitionOf(input, {
    kind: 'opened',
    why: 'no events come in',
    state,
    headline: `${model}: no prediction events for ${forHowLong(nowMs - lastMs)}`,
    sentences: [
      `The last one came at ${msToIso(lastMs)}.`,
      BASES[basis](forHowLong(limitMs)),
      'Ingestion is up to date, so none were sent: look at the inference service and its producer.',
    ],
  });
}

function resolved(input: SilenceInput, previous: AlertState, why: string): AlertTransition {
  const state: AlertState = { ...previous, status: 'resolved', windowEndMs: input.nowMs, features: [] };
  const headline = `${input.model}: ${why}`;
  return transitionOf(input, { kind: 'resolved', why, state, headline, sentences: [] });
}

/**
 * advanceSilence: opens when a model has been silent for longer than its limit, ends when events come again or it is no longer watched. While
 * ingest is behind or unknown nothing opens: a backlog is no silence.
 */
export function advanceSilence(input: SilenceInput): AlertTransition | null {
  const { previous, lastMs, limit, nowMs } = input;
  if (previous?.status === 'open') {
    if (lastMs === null) return resolved(input, previous, 'it is no longer watched for silence');
    return lastMs > previous.openedAtMs ? resolved(input, previous, 'events come again') : null;
  }
  if (lastMs === null || limit === null || nowMs - lastMs <= limit.limitMs) return null;
  return opened(input, lastMs, limit);
}

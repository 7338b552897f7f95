import type { DelayRiskModel } from './delay-risk-model.js';
import { groundTruthEvent, landedAt, predictionEvent } from './flight-events.js';
import type { Flights } from './flights.js';
import { firstFlightAt } from './flights.js';

const HOUR_MS = 3_600_000;
/** Outcomes are sent this much of the story later, under the time at which they became known: a replay at full speed would let them overtake their predictions. */
const OUTCOMES_HELD_MS = 72 * HOUR_MS;

export type ReplayMessage = { key: string; value: string; timestampMs: number };

export type ReplayOptions = {
  flights: Flights;
  model: DelayRiskModel;
  /** Real time of the first and (exclusive) last departure. */
  fromMs: number;
  toMs: number;
  shiftMs: number;
  /** Leaves flights out; all are replayed without it. */
  only?: (flight: number) => boolean;
  publish: (stream: 'predictions' | 'groundTruth', messages: ReplayMessage[]) => Promise<void>;
  /** Awaited before each hour of the story is sent. */
  pace?: (hourMs: number) => Promise<void>;
  onHour?: (progress: { hourMs: number; predictions: number; labels: number }) => void;
  signal?: AbortSignal;
};

/**
 * Publishes flights hour by hour in departure order, each outcome in the order in which it became known. Record timestamps are the
 * shifted times, so the broker time that drives the windows is the time of the story, not of the replay.
 */
export async function replay(options: ReplayOptions): Promise<{ predictions: number; labels: number }> {
  const { flights, fromMs, toMs, publish } = options;
  const landings = new Map<number, [flight: number, knownAtMs: number][]>();
  const sent = { predictions: 0, labels: 0 };
  let next = firstFlightAt(flights, fromMs);
  for (
    let hourMs = fromMs;
    hourMs < toMs + OUTCOMES_HELD_MS && options.signal?.aborted !== true;
    hourMs += HOUR_MS
  ) {
    await options.pace?.(hourMs);
    const end = firstFlightAt(flights, Math.min(hourMs + HOUR_MS, toMs));
    const departures = range(next, end).filter((i) => options.only?.(i) ?? true);
    next = Math.max(next, end);
    for (const i of departures) scheduleLanding(landings, i, landedAt(flights, i));
    const landed = takeLandings(landings, hourMs - OUTCOMES_HELD_MS);
    await Promise.all([
      publish(
        'predictions',
        departures.map((i) => predictionMessage(options, i)),
      ),
      publish(
        'groundTruth',
        landed.map(([i, knownAtMs]) => labelMessage(options, i, knownAtMs)),
      ),
    ]);
    sent.predictions += departures.length;
    sent.labels += landed.length;
    options.onHour?.({ hourMs: Math.min(hourMs, toMs - HOUR_MS), ...sent });
  }
  return sent;
}

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, k) => from + k);

function scheduleLanding(
  landings: Map<number, [number, number][]>,
  flight: number,
  knownAtMs: number | null,
): void {
  if (knownAtMs === null) return;
  const hour = Math.floor(knownAtMs / HOUR_MS);
  const sameHour = landings.get(hour);
  if (sameHour === undefined) landings.set(hour, [[flight, knownAtMs]]);
  else sameHour.push([flight, knownAtMs]);
}

function takeLandings(landings: Map<number, [number, number][]>, hourMs: number): [number, number][] {
  const hour = Math.floor(hourMs / HOUR_MS);
  const landed = landings.get(hour) ?? [];
  landings.delete(hour);
  return landed.sort(([, a], [, b]) => a - b);
}

function predictionMessage({ flights, model, shiftMs }: ReplayOptions, i: number): ReplayMessage {
  const event = predictionEvent(flights, i, model, shiftMs);
  return { key: event.id, value: JSON.stringify(event), timestampMs: (flights.departedAt[i] ?? 0) + shiftMs };
}

function labelMessage({ flights, shiftMs }: ReplayOptions, i: number, knownAtMs: number): ReplayMessage {
  const event = groundTruthEvent(flights, i, knownAtMs, shiftMs);
  return { key: event.id, value: JSON.stringify(event), timestampMs: knownAtMs + shiftMs };
}

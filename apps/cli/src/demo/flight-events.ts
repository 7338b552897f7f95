import type { GroundTruthEvent, PredictionEvent } from '#libs/contracts';
import type { DelayRiskModel, FlightFeatures } from './delay-risk-model.js';
import { isLate } from './delay-risk-model.js';
import type { Flights } from './flights.js';
import { FAULT, LOST_LABELS_PERCENT, MODEL, rowHash, VERSION } from './scenario.js';

const MINUTE_MS = 60_000;
const CRUISE_MILES_PER_MINUTE = 7.5;
const GROUND_MINUTES = 35;

/** What the schedule says of flight `i`: right also where the feed is broken. */
export function scheduledFeatures(flights: Flights, i: number): FlightFeatures {
  const departure = new Date(flights.departedAt[i] ?? 0);
  return {
    distance: flights.distance[i] ?? 0,
    origin: flights.airports[flights.origin[i] ?? 0] ?? '',
    destination: flights.airports[flights.destination[i] ?? 0] ?? '',
    hour: departure.getUTCHours(),
  };
}

/** What the inference service receives: from FAULT.fromMs on, the hub's distances are kilometres. */
function receivedFeatures(flights: Flights, i: number): FlightFeatures {
  const features = scheduledFeatures(flights, i);
  const broken = features.origin === FAULT.hub && (flights.departedAt[i] ?? 0) >= FAULT.fromMs;
  return broken ? { ...features, distance: Math.round(features.distance * FAULT.factor) } : features;
}

export const haul = (miles: number): string => (miles < 500 ? 'short' : miles < 1_500 ? 'medium' : 'long');
export const partOfDay = (hour: number): string =>
  hour < 6 ? 'night' : hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';

export const flightId = (i: number): string => `flight-${String(i).padStart(7, '0')}`;

export const outcome = (flights: Flights, i: number): 'late' | 'on-time' =>
  isLate(flights.delay[i] ?? 0) ? 'late' : 'on-time';

export function predictionEvent(
  flights: Flights,
  i: number,
  model: DelayRiskModel,
  shiftMs: number,
): PredictionEvent {
  const features = receivedFeatures(flights, i);
  const { label, score, attributions } = model.score(features);
  return {
    id: flightId(i),
    model: MODEL,
    version: VERSION,
    time: new Date((flights.departedAt[i] ?? 0) + shiftMs).toISOString(),
    features,
    prediction: { label, score },
    attributions,
    tags: { haul: haul(flights.distance[i] ?? 0), part_of_day: partOfDay(features.hour) },
  };
}

/** When the flight has landed and its delay is known, in real (unshifted) time; null for an outcome that never gets reported. */
export function landedAt(flights: Flights, i: number): number | null {
  if (rowHash(i) % 100 < LOST_LABELS_PERCENT) return null;
  const minutes =
    GROUND_MINUTES + (flights.distance[i] ?? 0) / CRUISE_MILES_PER_MINUTE + (flights.delay[i] ?? 0);
  return (flights.departedAt[i] ?? 0) + Math.max(20, minutes) * MINUTE_MS;
}

export function groundTruthEvent(
  flights: Flights,
  i: number,
  knownAtMs: number,
  shiftMs: number,
): GroundTruthEvent {
  return {
    id: flightId(i),
    model: MODEL,
    version: VERSION,
    time: new Date(knownAtMs + shiftMs).toISOString(),
    label: outcome(flights, i),
    predictedAt: new Date((flights.departedAt[i] ?? 0) + shiftMs).toISOString(),
  };
}

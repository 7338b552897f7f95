import { Readable } from 'node:stream';
import type { DelayRiskModel, FlightFeatures } from './delay-risk-model.js';
import { isLate } from './delay-risk-model.js';
import { flightId, haul, outcome, partOfDay, scheduledFeatures } from './flight-events.js';
import type { Flights } from './flights.js';
import { firstFlightAt } from './flights.js';
import { rowHash, TRAINING_MONTH } from './scenario.js';

/** Every how manyth flight of the training half is used: enough for a hundred weights, and training takes seconds. */
const TRAINING_STRIDE = 16;

const januaryHalf = (flights: Flights, half: 0 | 1): number[] => {
  const from = firstFlightAt(flights, TRAINING_MONTH.fromMs);
  const to = firstFlightAt(flights, TRAINING_MONTH.toMs);
  const rows: number[] = [];
  for (let i = from; i < to; i++) if (((rowHash(i) >>> 8) & 1) === half) rows.push(i);
  return rows;
};

/** Rows of the training half, thinned. */
export function trainingSet(flights: Flights): { features: FlightFeatures[]; late: boolean[] } {
  const rows = januaryHalf(flights, 0).filter((_, k) => k % TRAINING_STRIDE === 0);
  return {
    features: rows.map((i) => scheduledFeatures(flights, i)),
    late: rows.map((i) => isLate(flights.delay[i] ?? 0)),
  };
}

/** How the columns below map to the event's fields, as the upload wants it. */
export const BASELINE_COLUMNS = {
  id: 'id',
  time: 'time',
  label: 'outcome',
  predictionLabel: 'predicted',
  score: 'score',
  tags: { haul: 'haul', part_of_day: 'part_of_day' },
};

/** The other half of January, scored by the model, as a CSV stream. `only` thins it out for tests. */
export function baselineCsv(
  flights: Flights,
  model: DelayRiskModel,
  shiftMs: number,
  only: (i: number) => boolean = () => true,
): Readable {
  const header = 'id,time,distance,origin,destination,hour,haul,part_of_day,score,predicted,outcome\n';
  return Readable.from(lines(header, flights, model, shiftMs, only));
}

const LINES_PER_CHUNK = 2_000;

function* lines(
  header: string,
  flights: Flights,
  model: DelayRiskModel,
  shiftMs: number,
  only: (i: number) => boolean,
) {
  let chunk = header;
  let count = 0;
  for (const i of januaryHalf(flights, 1)) {
    if (!only(i)) continue;
    chunk += csvLine(flights, i, model, shiftMs);
    if (++count % LINES_PER_CHUNK === 0) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

function csvLine(flights: Flights, i: number, model: DelayRiskModel, shiftMs: number): string {
  const f = scheduledFeatures(flights, i);
  const { score, label } = model.score(f);
  const time = new Date((flights.departedAt[i] ?? 0) + shiftMs).toISOString();
  return `${[flightId(i), time, f.distance, f.origin, f.destination, f.hour, haul(f.distance), partOfDay(f.hour), score, label, outcome(flights, i)].join(',')}\n`;
}

import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';

/** Columns of the real US flights of 2001 that the npm package vega-datasets carries, ordered by departure. */
export type Flights = {
  length: number;
  /** Departure, ms since the epoch, as in the file (2001, taken as UTC). */
  departedAt: Float64Array;
  /** Arrival delay in minutes; negative is early. */
  delay: Int16Array;
  /** Miles. */
  distance: Float64Array;
  /** Indices into `airports`. */
  origin: Uint16Array;
  destination: Uint16Array;
  airports: string[];
};

type Chunk = { columnName: string; columnData: Iterable<unknown>; rowStart: number };

/** Reads the 3,000,000 flights and orders them by departure. */
export async function readFlights(): Promise<Flights> {
  const path = fileURLToPath(new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')));
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const flights = emptyFlights(Number(metadata.num_rows));
  const airportIndex = new Map<string, number>();
  await parquetRead({
    file,
    metadata,
    compressors: { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) },
    onChunk: (chunk) => fill(flights, airportIndex, chunk),
  });
  return byDeparture({ ...flights, airports: [...airportIndex.keys()] });
}

const emptyFlights = (length: number): Flights => ({
  length,
  departedAt: new Float64Array(length),
  delay: new Int16Array(length),
  distance: new Float64Array(length),
  origin: new Uint16Array(length),
  destination: new Uint16Array(length),
  airports: [],
});

function fill(
  flights: Flights,
  airportIndex: Map<string, number>,
  { columnName, columnData, rowStart }: Chunk,
): void {
  const airport = (code: unknown) => {
    const index = airportIndex.get(code as string) ?? airportIndex.size;
    airportIndex.set(code as string, index);
    return index;
  };
  const columns: Record<string, [Record<number, number>, (value: unknown) => number]> = {
    date: [flights.departedAt, toMs],
    delay: [flights.delay, Number],
    distance: [flights.distance, Number],
    origin: [flights.origin, airport],
    destination: [flights.destination, airport],
  };
  const [target, convert] = columns[columnName] ?? [];
  if (target === undefined || convert === undefined) return;
  let row = rowStart;
  for (const value of columnData) target[row++] = convert(value);
}

/** Parquet gives a Date, or microseconds as an integer, depending on the file's annotation. */
function toMs(value: unknown): number {
  return value instanceof Date ? value.getTime() : Number(value) / 1_000;
}

function byDeparture(flights: Flights): Flights {
  const order = Uint32Array.from(flights.departedAt.keys()).sort(
    (a, b) => (flights.departedAt[a] ?? 0) - (flights.departedAt[b] ?? 0) || a - b,
  );
  const ordered = { ...emptyFlights(flights.length), airports: flights.airports };
  for (const column of ['departedAt', 'delay', 'distance', 'origin', 'destination'] as const) {
    order.forEach((from, to) => (ordered[column][to] = flights[column][from] ?? 0));
  }
  return ordered;
}

/** Index of the first flight that departs at or after `ms`. */
export function firstFlightAt(flights: Flights, ms: number): number {
  let low = 0;
  let high = flights.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((flights.departedAt[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

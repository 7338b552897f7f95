import { multinomial } from '#libs/stats';
import type { NumericCell, ProfileChunk } from '#libs/contracts';
import { firstFlightAt, readFlights, type Flights } from '../../../apps/cli/src/demo/flights.js';
import { BINS, cellOf, merged, names, SERIES, watched } from './cells.js';
import { NULLS, UNCHANGED, type Change } from './laws.js';
import { randomOf, shuffled, type Random } from './random.js';
import { nothing, type Changes, type Scenario, type World } from './worlds.js';

const DAY_MS = 86_400_000;
const PARTS = 4;
const WEEK = 7;
const BASELINE_DAYS = 30;
const FIRST_DAY_MS = Date.UTC(2001, 0, 1);
const DAYS = 180;
const HUBS = Math.ceil(SERIES / 3);

/** Values: of one series in one part of one day. */
type Values = number[];
type Course = { readonly values: readonly Values[]; readonly edges: readonly number[]; readonly std: number };

const columns = (flights: Flights): ((row: number) => number)[] => [
  (row) => flights.delay[row] ?? 0,
  (row) => flights.distance[row] ?? 0,
  (row) => flights.destination[row] ?? 0,
];

function hubsOf({ origin, airports }: Flights): number[] {
  const flights = airports.map(() => 0);
  for (const airport of origin) flights[airport] = (flights[airport] ?? 0) + 1;
  const byTraffic = airports.map((_, i) => i).sort((a, b) => (flights[b] ?? 0) - (flights[a] ?? 0));
  return byTraffic.slice(0, HUBS);
}

/** quantileEdges: of about equal mass, fewer where one value holds more than that. */
function quantileEdges(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  const at = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) / BINS) * sorted.length)] ?? 0,
  );
  return [...new Set(at)];
}

function courseOf(values: readonly Values[]): Course {
  const every = values.flat();
  const mean = every.reduce((sum, value) => sum + value, 0) / every.length;
  const variance = every.reduce((sum, value) => sum + (value - mean) ** 2, 0) / every.length;
  return { values, edges: quantileEdges(every), std: Math.sqrt(variance) };
}

/** coursesOf: delays of all hubs, then their distances, then their destinations; each by quarter of day. */
function coursesOf(flights: Flights): Course[] {
  const hubs = hubsOf(flights);
  const place = new Map(hubs.map((airport, i) => [airport, i]));
  const values = names.map(() => Array.from({ length: DAYS * PARTS }, (): Values => []));
  const until = firstFlightAt(flights, FIRST_DAY_MS + DAYS * DAY_MS);
  for (let row = firstFlightAt(flights, FIRST_DAY_MS); row < until; row++) {
    const hub = place.get(flights.origin[row] ?? -1);
    if (hub === undefined) continue;
    const part = Math.floor((((flights.departedAt[row] ?? 0) - FIRST_DAY_MS) / DAY_MS) * PARTS);
    columns(flights).forEach((column, i) => values[i * HUBS + hub]?.[part]?.push(column(row)));
  }
  return values.map(courseOf);
}

/** countsOf: rows per bin when all values lie so many standard deviations higher. */
function countsOf({ values, edges, std }: Course, part: number, shift: number): number[] {
  const counts = Array<number>(BINS).fill(0);
  for (const value of values[part] ?? []) {
    let bin = 0;
    while (bin < edges.length && value + shift * std >= (edges[bin] ?? 0)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** withMissing: so many of the rows lose their value. */
function withMissing(counts: readonly number[], share: number, random: Random): number[] {
  const kept = counts.map((rows) => multinomial({ cells: [share, 1 - share], rows, random })?.[1] ?? 0);
  const lost = counts.reduce((sum, rows, i) => sum + rows - (kept[i] ?? 0), 0);
  return [lost, ...kept];
}

/** counter: counts of a series in a part of a day, under a change; each is counted once. */
function counter(courses: readonly Course[]): (series: number, part: number, change: Change) => number[] {
  const known = new Map<string, number[]>();
  return (series, part, { shift, nulls }) => {
    const key = `${series} ${part} ${shift} ${nulls ?? ''}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const course = courses[series];
    if (course === undefined) throw new RangeError(`series ${series} of ${courses.length}`);
    const made = withMissing(
      countsOf(course, part, shift),
      nulls ?? NULLS,
      randomOf(series * 100_003 + part),
    );
    known.set(key, made);
    return made;
  };
}

/** permuted: days in another order, Mondays where Mondays were: then nothing changes, by construction, and the week stays. */
function permuted(random: Random): number[] {
  const days = Array.from({ length: DAYS }, (_, day) => day);
  const byWeekday = Array.from({ length: WEEK }, (_, weekday) =>
    shuffled(
      days.filter((day) => day % WEEK === weekday),
      random,
    ),
  );
  return days.map((day) => byWeekday[day % WEEK]?.[Math.floor(day / WEEK)] ?? day);
}

const plus = (a: readonly number[], b: readonly number[]) => a.map((count, i) => count + (b[i] ?? 0));

type Count = ReturnType<typeof counter>;

function worldOf(count: Count, every: string, random: Random): World {
  const order = permuted(random);
  const partsPerWindow = every === 'P1D' ? PARTS : 1;
  const perDay = PARTS / partsPerWindow;
  const draw = (window: number, changes: Changes) => {
    const first = (order[Math.floor(window / perDay)] ?? 0) * PARTS + (window % perDay) * partsPerWindow;
    const cells = names.map((name, series): NumericCell => {
      const change = changes(series);
      const parts = Array.from({ length: partsPerWindow }, (_, part) => count(series, first + part, change));
      return cellOf(name, parts.reduce(plus));
    });
    return { startMs: FIRST_DAY_MS + (window / perDay) * DAY_MS, cells };
  };
  const baselineWindows = BASELINE_DAYS * perDay;
  const chunks: ProfileChunk[] = Array.from({ length: baselineWindows }, (_, i) => draw(i, () => UNCHANGED));
  const baseline = { cells: merged(chunks.map(({ cells }) => cells as NumericCell[])) };
  const same = { ...watched(every), baseline, baselineChunks: chunks };
  let at = baselineWindows - 1;
  return {
    next: (changes = nothing) => {
      at += 1;
      const { startMs, cells } = draw(at, changes);
      const when = { startMs, endMs: startMs + DAY_MS / perDay, timeZone: 'UTC' };
      return { input: { ...same, window: { cells }, at: when }, oracle: names.map(() => null) };
    },
  };
}

/**
 * flightScenarios: 180 real days of US flights (vega-datasets) at the largest hubs: delay, distance, destination. Days are put in another
 * order for every world, so that whatever differs between them is chance.
 */
export async function flightScenarios(): Promise<Scenario[]> {
  const count = counter(coursesOf(await readFlights()));
  const of = (name: string, what: string, every: string): Scenario => ({
    name,
    what,
    world: (random) => worldOf(count, every, random),
  });
  return [
    of('flights, daily windows', 'real days in random order within their weekday, 34 hubs', 'P1D'),
    of('flights, 6 hours', 'the same in quarters of a day', 'PT6H'),
  ];
}

import type { ProfileCell, ProfileChunk } from '#libs/contracts';
import type { ProfilePlan } from '../../libs/store/src/profiles/index.js';
import { DISTANCE_MAX, HOUR_MS, MODEL, REGIONS, saysOf, truthOf, VERSION, type Events } from './events.js';

const EDGES = [0, 250, 500, 750];
const CATEGORIES = ['ATL', 'ORD', 'DFW'];
const LABELS = ['late', 'punctual'];
const SEGMENT = 'region';
const VALUES = [...REGIONS.slice(0, 2), 'other'];

/** planOf: profiles of the load, of all and by region. */
export const planOf = (features: ProfilePlan['features']): ProfilePlan => ({
  project: 'default',
  model: MODEL,
  version: VERSION,
  origin: '',
  binning: {
    model: MODEL,
    version: VERSION,
    hash: 'c4a05'.padEnd(16, '0'),
    features: [
      { feature: 'distance', kind: 'numeric', edges: EDGES, max: DISTANCE_MAX },
      { feature: 'origin', kind: 'categorical', categories: CATEGORIES },
      { feature: 'prediction.label', kind: 'categorical', categories: LABELS },
    ],
  },
  features,
  segments: [{ name: SEGMENT, body: { kind: 'dimension', model: MODEL, tag: 'region', values: VALUES } }],
  bucket: 'PT1H',
  timeZone: 'UTC',
});

/** Counts by what is counted: small enough to compare as a whole. */
type Counts = Record<string, number>;
type ByCell = Map<string, Counts>;

const bump = (cells: ByCell, cell: string, counted: string, by = 1): void => {
  const counts = cells.get(cell) ?? {};
  cells.set(cell, counts);
  counts[counted] = (counts[counted] ?? 0) + by;
};

const numericBin = (value: number): string =>
  value > DISTANCE_MAX ? 'over' : `bin ${EDGES.findLastIndex((edge) => value >= edge)}`;

const count = (cells: ByCell, where: string, says: ReturnType<typeof saysOf>, truth: string | null): void => {
  const { distance, origin, label } = says;
  bump(cells, `${where}|distance`, 'rows');
  if (distance === null) bump(cells, `${where}|distance`, 'nulls');
  else if (typeof distance === 'object') bump(cells, `${where}|distance`, 'invalid');
  else {
    bump(cells, `${where}|distance`, numericBin(distance));
    bump(cells, `${where}|distance`, 'sum', distance);
  }
  bump(cells, `${where}|origin`, 'rows');
  bump(cells, `${where}|origin`, CATEGORIES.includes(origin) ? origin : 'unseen');
  bump(cells, `${where}|prediction.label`, 'rows');
  bump(cells, `${where}|prediction.label`, label);
  bump(cells, `${where}|confusion`, 'rows');
  if (truth !== null) bump(cells, `${where}|confusion`, `${truth} as ${label}`);
};

/** recount: what the profiles must hold, counted from what was sent, event by event. */
export const recount = (
  events: Events,
  { contents, truths }: { contents: ReadonlyMap<number, number>; truths: ReadonlySet<number> },
): ByCell => {
  const cells: ByCell = new Map();
  for (const [subject, content] of contents) {
    const says = saysOf(content);
    const start = events.startMs + says.bucket * HOUR_MS;
    const truth = truths.has(subject) ? truthOf(subject) : null;
    const value = VALUES.includes(says.region) ? says.region : 'other';
    for (const where of [`${start}|all|in`, `${start}|${SEGMENT}|${value}`]) count(cells, where, says, truth);
  }
  return cells;
};

/** Cells that the recount knows; what is made of the same rows beside them follows from them. */
type Recounted = Extract<ProfileCell, { kind: 'numeric' | 'categorical' | 'confusion' }>;
const isRecounted = (cell: ProfileCell): cell is Recounted =>
  cell.kind === 'numeric' || cell.kind === 'categorical' || cell.kind === 'confusion';

const countsOf = (cell: Recounted): Counts => {
  const counts: Counts = { rows: cell.rows };
  const set = (name: string, value: number): void => {
    if (value !== 0) counts[name] = value;
  };
  switch (cell.kind) {
    case 'numeric':
      cell.counts.forEach((value, bin) => set(`bin ${bin}`, value));
      for (const name of ['nulls', 'invalid', 'under', 'over', 'sum'] as const) set(name, cell[name]);
      return counts;
    case 'categorical':
      cell.counts.forEach((value, at) => set(counted(cell.feature, at), value));
      for (const name of ['nulls', 'invalid', 'unseen'] as const) set(name, cell[name]);
      return counts;
    case 'confusion':
      for (const [truth, labels] of Object.entries(cell.counts))
        for (const [label, value] of Object.entries(labels)) set(`${truth} as ${label}`, value);
      return counts;
  }
};

const counted = (feature: string, at: number): string =>
  (feature === 'origin' ? CATEGORIES : LABELS)[at] ?? String(at);

/** countedIn: the same of profiles as the store has them. */
export const countedIn = (chunks: readonly ProfileChunk[]): ByCell => {
  const cells: ByCell = new Map();
  for (const { startMs, cells: of } of chunks)
    for (const cell of of.filter(isRecounted)) {
      const what = cell.kind === 'confusion' ? 'confusion' : cell.feature;
      cells.set(`${startMs}|${cell.segment}|${cell.segmentValue}|${what}`, countsOf(cell));
    }
  return cells;
};

const sorted = (counts: Counts | undefined): string =>
  JSON.stringify(Object.entries(counts ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** differences: cells that are not the same on both sides, at most a few of them spelled out. */
export const differences = (is: ByCell, should: ByCell): string[] => {
  const keys = new Set([...is.keys(), ...should.keys()]);
  return [...keys]
    .filter((key) => sorted(is.get(key)) !== sorted(should.get(key)))
    .map((key) => `profile ${key}: found ${sorted(is.get(key))}, counted ${sorted(should.get(key))}`);
};

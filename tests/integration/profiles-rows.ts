import type { LabelRow, PredictionRow } from '#libs/store';
import type { ProfilePlan } from '../../libs/store/src/profiles/index.js';
import { BINNING, SCHEMA, SEGMENTS, type Row } from './profiles-model.js';
import { HOUR_MS, label, prediction } from './store-fixture.js';

export const PLAN: ProfilePlan = {
  project: 'p',
  model: 'm',
  version: '1',
  origin: '',
  binning: BINNING,
  features: SCHEMA,
  segments: SEGMENTS.map(({ name, body }) => ({ name, body })),
  bucket: 'PT1H',
  timeZone: 'Europe/Berlin',
};

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const holesOf = [NaN, NaN, Infinity, 0, -0, 1e-320, 0.1, 0.1 + 0.2, 0.3, -5, 1e300, -2e9];

/** A row with nulls, invalid values, unseen categories, atoms and values outside the bins. */
export function randomRow(random: () => number, id: string, bucketMs: number): Row {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const region = pick(['south', "nor'th", 'west', 'other', '', undefined]);
  const weight = pick(['1.5', '2', 'heavy', undefined]);
  return {
    id,
    bucketMs,
    numbers: {
      plain: random() < 0.3 ? 5 : random() * 12 - 1.5,
      holes: pick(holesOf),
      hour: pick([NaN, 0, 1, 2, 5, 6, 19, 20, 23, 24]),
      'late addition': pick([NaN, 1, 1, 2]),
    },
    texts: {
      colour: pick(['red', 'red', 'gr"ün', "o'range", 'mauve', 'teal', '\0', '\x01']),
      member: pick(['true', 'false', '\0', '\x01']),
      "o'brien\\`{x: String}": pick(['\0', 'a', 'b']),
      plate: pick(['\0', ...Array.from({ length: 30 }, (_, plate) => `plate ${plate}`)]),
    },
    label: pick(['late', 'punctual', '']),
    score: pick([NaN, 0, 0.25, random(), random(), 1]),
    tags: { ...(region === undefined ? {} : { region }), ...(weight === undefined ? {} : { weight }) },
    truth: '',
  };
}

/** The row as ingest would store it. `short`: under an older schema, without the last numeric and the last two other features. */
export function stored(row: Row, offset: number, { short = false } = {}): PredictionRow {
  const { numbers, texts } = row;
  const num = ['plain', 'holes', 'hour', 'late addition'].map((name) => numbers[name] ?? NaN);
  const cat = ['colour', 'member', "o'brien\\`{x: String}", 'plate'].map((name) => texts[name] ?? '\0');
  return prediction(row.id, offset, {
    timeMs: row.bucketMs + (offset % HOUR_MS),
    bucketMs: row.bucketMs,
    num: short ? num.slice(0, -1) : num,
    cat: short ? cat.slice(0, -2) : cat,
    label: row.label,
    score: row.score,
    tags: row.tags,
    contentHash: BigInt(offset),
  });
}

export const truthOf = (row: Row, offset: number, rest: Partial<LabelRow> = {}): LabelRow =>
  label(row.id, offset, { version: '1', label: row.truth, predictedAtMs: row.bucketMs, ...rest });

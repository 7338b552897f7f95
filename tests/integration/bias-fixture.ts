import type { LabelRow, PredictionRow } from '#libs/store';
import { seeded } from './profiles-rows.js';
import { DAY_MS, HOUR_MS } from './store-fixture.js';

/** A loan model: women are approved a little less often at training; later those of the south far less. */
export const BASELINE_MS = Date.UTC(2026, 0, 1);
/** A few days ago: pages show the last three months. */
export const LIVE_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - 5 * DAY_MS;
const FAR_MS = Date.UTC(2100, 0, 1);

export const MODEL = {
  problem: 'binary',
  positiveLabel: 'approved',
  bias: {
    facets: [
      {
        name: 'sex',
        feature: 'sex',
        disfavoured: ['f'],
        favoured: ['m'],
        names: { f: 'women', m: 'men' },
      },
      { name: 'age', feature: 'age', above: 40 },
    ],
    intersections: [['sex', 'age']],
    group: { feature: 'job' },
  },
};

export const FEATURES = [
  { name: 'income', type: 'numeric', role: 'input' },
  { name: 'age', type: 'numeric', role: 'input' },
  { name: 'sex', type: 'categorical', role: 'context' },
  { name: 'job', type: 'categorical', role: 'input' },
];

export const COLUMNS = {
  time: 'ts',
  label: 'outcome',
  predictionLabel: 'decision',
  tags: { region: 'region' },
  attributions: 'phi_',
};

export type Person = {
  timeMs: number;
  income: number;
  age: number;
  sex: string;
  job: string;
  region: string;
  decision: string;
  outcome: string;
  /** Attributions of income, age, job. */
  phi: [number, number, number];
};

type World = {
  seed: number;
  startMs: number;
  days: number;
  perDay: number;
  /** Share of women who are approved, by region. */
  women: { north: number; south: number };
  /** Magnitudes of the attributions of income, age, job. */
  phi: [number, number, number];
};

export function people({ seed, startMs, days, perDay, women, phi }: World): Person[] {
  const random = seeded(seed);
  return Array.from({ length: days * perDay }, (_, i) => {
    const sex = random() < 0.5 ? 'm' : 'f';
    const region = random() < 0.5 ? 'north' : 'south';
    const approval = sex === 'm' ? 0.6 : women[region];
    const approved = random() < approval;
    return {
      timeMs: startMs + Math.floor((i / perDay) * DAY_MS),
      income: Math.round(1_000 + 4_000 * random()),
      age: 20 + Math.floor(40 * random()),
      sex,
      job: ['clerk', 'nurse', 'cook'][Math.floor(3 * random())]!,
      region,
      decision: approved ? 'approved' : 'rejected',
      outcome: random() < 0.8 === approved ? 'approved' : 'rejected',
      phi: phi.map((magnitude) => (2 * random() - 1) * magnitude) as Person['phi'],
    };
  });
}

export const atTraining = people({
  ...{ seed: 1, startMs: BASELINE_MS, days: 7, perDay: 1_200, phi: [0.9, 0.5, 0.1] },
  women: { north: 0.56, south: 0.56 },
});

export const csvOf = (rows: readonly Person[]): string =>
  [
    'ts,income,age,sex,job,region,decision,outcome,phi_income,phi_age,phi_job',
    ...rows.map(({ timeMs, income, age, sex, job, region, decision, outcome, phi }) =>
      [new Date(timeMs).toISOString(), income, age, sex, job, region, decision, outcome, ...phi].join(','),
    ),
  ].join('\n');

/** Rows as ingest stores them; attributions lie by position among all four features. */
export const predictionsOf = (rows: readonly Person[], firstOffset: number): PredictionRow[] =>
  rows.map(({ timeMs, income, age, sex, job, region, decision, phi }, i) => ({
    ...{ model: 'loans', version: '1', id: `p${firstOffset + i}`, timeMs, schema: 1 },
    bucketMs: timeMs - (timeMs % HOUR_MS),
    num: [income, age],
    cat: [sex, job],
    label: decision,
    ...{ score: NaN, value: NaN, scores: {}, tags: { region }, invalid: {}, extra: '' },
    attributions: [phi[0], phi[1], NaN, phi[2]],
    brokerTimeMs: timeMs,
    offset: BigInt(firstOffset + i),
    contentHash: BigInt(i),
    expiresMs: FAR_MS,
  }));

export const labelsOf = (rows: readonly Person[], firstOffset: number): LabelRow[] =>
  rows.map(({ timeMs, outcome }, i) => ({
    ...{ model: 'loans', version: '1', id: `p${firstOffset + i}`, timeMs: timeMs + HOUR_MS },
    ...{ label: outcome, value: NaN, retracted: false, predictedAtMs: timeMs },
    brokerTimeMs: timeMs + HOUR_MS,
    offset: BigInt(firstOffset + i),
    expiresMs: FAR_MS,
  }));

import chiSquaredQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { BINS } from './cells.js';
import { arma, cyclic, heavyDays, longMemory, wandering } from './courses.js';
import { mixedLaw, type Law } from './laws.js';
import { gauss } from './random.js';
import { daily, DAY_ROWS, independentRows, scenarioOf } from './scenarios.js';
import type { Draw, Generator, Scenario } from './worlds.js';

/** Rows that one user sends in a burst, and how many of a hundred users do. */
const BURSTS = [
  [1, 50],
  [2, 20],
  [4, 15],
  [8, 10],
  [16, 5],
] as const;
const ROWS_OF_100_USERS = BURSTS.reduce((sum, [size, users]) => sum + size * users, 0);

/** bursts: a user's rows all hold the same value. */
const bursts: Draw = (shares, rows, random) => {
  const counts = shares.map(() => 0);
  for (const [size, users] of BURSTS) {
    const drawn = independentRows(shares, Math.round((users * rows) / ROWS_OF_100_USERS), random);
    drawn.forEach((count, i) => (counts[i] = (counts[i] ?? 0) + size * count));
  }
  return counts;
};

/** As if the shares of a day had been learned from so many rows of that day alone. */
const CONCENTRATION = 1_500;

/** anyWay: shares of a day are Dirichlet around the law: days differ in every way, not along one. */
const anyWay: Draw = (shares, rows, random) => {
  const drawn = shares.map((share) =>
    share > 0 ? chiSquaredQuantile(Math.max(1e-12, random()), 2 * share * CONCENTRATION) : 0,
  );
  return independentRows(drawn, rows, random);
};

/** Shares of the hours' traffic, six hours each. */
const QUARTERS = [0.1, 0.25, 0.4, 0.25];
const WEEKEND = 0.5;

/** traffic: parts of days have their shares, weekends half of it, and every window some chance of its own. */
const traffic =
  (rows: number, parts: readonly number[]): Generator['rows'] =>
  (random) => {
    let at = -1;
    return () => {
      at += 1;
      const day = Math.floor(at / parts.length) % 7;
      const share = parts[at % parts.length] ?? 0;
      return Math.max(
        60,
        Math.round(rows * share * (day >= 5 ? WEEKEND : 1) * Math.exp(0.2 * gauss(random))),
      );
    };
  };

/** seasonal: the volume of days goes up and down with the seasons by half. */
const seasonal: Generator['rows'] = (random) => {
  let day = Math.floor(random() * 90);
  return () => Math.round(DAY_ROWS * (1 + 0.5 * Math.sin((2 * Math.PI * day++) / 90)));
};

const WEEK = [0, 0.05, 0, -0.05, 0.1, 0.4, 0.3];
const QUARTER_LEVELS = [-0.3, 0.1, 0.4, -0.1];
/** Four parts of seven days: at weekends the rhythm of the day is flatter. */
const WEEK_OF_QUARTERS = WEEK.flatMap((day, i) =>
  QUARTER_LEVELS.map((part) => day + part * (i >= 5 ? 0.6 : 1)),
);
const hours = Array.from({ length: 24 }, (_, hour) => hour);
const HOURS = hours.map((hour) => (1 + Math.sin(((hour - 9) / 24) * 2 * Math.PI) * 0.8) / 24);
/** A night, a morning that rises, a plateau and a peak after work. */
const HOUR_LEVELS = hours.map((hour) =>
  hour < 6 ? -0.3 : hour < 10 ? -0.3 + 0.12 * (hour - 5) : hour < 17 ? 0.2 : 0.45 - 0.1 * (hour - 17),
);
const WEEK_OF_HOURS = WEEK.flatMap((day) => HOUR_LEVELS.map((part) => day / 2 + part));

const quarters: Generator = { ...daily, every: 'PT6H', baselineWindows: 120 };

/** ofCells: a normal variable that is cut into a few cells of unequal mass. */
const ofCells = (...cuts: readonly number[]): Law => {
  const last = BINS - 1;
  return (level) => {
    const below = [...cuts.map((cut) => normalCdf(cut, level, 1)), 1];
    const shares = Array<number>(BINS).fill(0);
    below.forEach((share, i) => (shares[Math.round((i * last) / cuts.length)] = share - (below[i - 1] ?? 0)));
    return shares;
  };
};

const sizes = ([0.25, 7] as const).flatMap((chunksPerWindow) => {
  const size = chunksPerWindow < 1 ? 'quarter of a day' : 'week';
  return [
    scenarioOf(`independent, ${size}`, 'days of independent rows, windows of another length', {
      ...daily,
      chunksPerWindow,
    }),
    scenarioOf(`AR(1) 0.7, ${size}`, 'days that wander, windows of another length', {
      ...daily,
      chunksPerWindow,
      course: wandering(0.7),
    }),
  ];
});

const fewCells = [[1.3], [-0.5, 1.3]].flatMap((cuts) => [
  scenarioOf(`${cuts.length + 1} cells`, 'independent rows in few cells', {
    ...daily,
    law: ofCells(...cuts),
  }),
  scenarioOf(`${cuts.length + 1} cells, AR(1) 0.7`, 'days that wander, in few cells', {
    ...daily,
    law: ofCells(...cuts),
    course: wandering(0.7),
  }),
]);

/** heldOut: generators that no constant of the evidence was chosen on. */
export const heldOut: readonly Scenario[] = [
  scenarioOf('AR(1) 0.4', 'days of 1,000 rows whose mean wanders by 0.1 σ, neighbours alike by 0.4', {
    ...daily,
    course: wandering(0.4),
  }),
  scenarioOf('ARMA(1,1)', 'the same with φ = 0.85, θ = −0.4', { ...daily, course: arma(0.85, -0.4) }),
  scenarioOf('long memory', 'the same, a sum of AR(1) with 0.3, 0.7, 0.9 and 0.97', {
    ...daily,
    course: longMemory([0.3, 0.7, 0.9, 0.97]),
  }),
  scenarioOf('heavy-tailed days', 'every day strays for itself, Student t with 3 df, 0.1 σ', {
    ...daily,
    course: heavyDays,
    isKnown: false,
  }),
  scenarioOf('days differ in every way', 'shares of 21 cells are Dirichlet from day to day', {
    ...daily,
    draw: anyWay,
    isKnown: false,
  }),
  scenarioOf('bursts', 'users send 1 to 16 rows of one value', { ...daily, draw: bursts, isKnown: false }),
  scenarioOf('mixed, seasonal volume', '40 % one value, the rest t(3), 500 to 1,500 rows a day, AR(1) 0.5', {
    ...daily,
    rows: seasonal,
    law: mixedLaw,
    course: wandering(0.5),
  }),
  scenarioOf(
    'week, daily windows',
    'weekends lie 0.3 and 0.4 σ higher with half the rows, days stray by 0.05 σ',
    {
      ...daily,
      rows: traffic(1_500, [1]),
      course: cyclic(WEEK, wandering(0.3, 0.05)),
    },
  ),
  scenarioOf(
    'week and day, 6 hours',
    'levels from −0.3 to 0.8 σ, flatter days at weekends, changing traffic',
    {
      ...quarters,
      rows: traffic(4_000, QUARTERS),
      course: cyclic(WEEK_OF_QUARTERS, wandering(0.5, 0.05)),
    },
  ),
  ...sizes,
  ...fewCells,
  scenarioOf('week and day, 1 hour', '24 levels that no sine has, weekends half as high again', {
    ...daily,
    every: 'PT1H',
    baselineWindows: 720,
    rows: traffic(12_000, HOURS),
    course: cyclic(WEEK_OF_HOURS, wandering(0.5, 0.05)),
  }),
];

import type { CellStatistic } from './delta-interval.js';
import { multinomial, type Random } from './multinomial.js';
import { quantileLimit } from './quantile-limit.js';
import { sum } from './shares.js';
import type { Limits } from './wilson.js';

/** With fewer usable draws than this part the limits would describe the lucky ones only. */
const LEAST_USABLE = 0.9;

/**
 * bootstrapInterval: percentile interval of any statistic of cell counts, each sample redrawn from its own cells (Efron & Tibshirani,
 * An Introduction to the Bootstrap, 13.3). For distances, which cannot be negative, it is biased upwards near 0: chance keeps
 * samples apart. Seeded by `random`; on n / deff rows. Null when an original or more than a tenth of the draws has no value.
 */
export function bootstrapInterval({
  samples,
  statistic,
  random,
  times = 500,
  level = 0.95,
  deff = 1,
}: {
  readonly samples: readonly (readonly number[])[];
  readonly statistic: CellStatistic;
  readonly random: Random;
  readonly times?: number;
  readonly level?: number;
  readonly deff?: number;
}): Limits | null {
  if (statistic(samples) === null) return null;
  const draws: number[] = [];
  for (let i = 0; i < times; i++) {
    const drawn = samples.map(
      (cells) => multinomial({ cells, rows: Math.round(sum(cells) / deff), random }) ?? [],
    );
    const value = statistic(drawn);
    if (value !== null) draws.push(value);
  }
  if (draws.length < LEAST_USABLE * times) return null;
  const [low, high] = [(1 - level) / 2, (1 + level) / 2].map((probability) =>
    quantileLimit({ history: draws, probability }),
  );
  return typeof low === 'number' && typeof high === 'number' ? { low, high } : null;
}

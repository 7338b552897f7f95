import { modelBodySchema, monitorBodySchema } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { fieldErrors } from '../http/issues.js';
import { monitorErrors } from './monitor-rules.js';

const facts = {
  model: modelBodySchema.parse({ problem: 'binary' }),
  features: [{ name: 'distance', type: 'numeric', role: 'input' }] as const,
  segments: ['origin'],
  baselines: ['first'],
};
const drift = { name: 'n', kind: 'drift', model: 'm', version: '1' };

const errorsOf = (changes: object) => {
  const input = { ...drift, ...changes };
  const parsed = monitorBodySchema.safeParse(input);
  const errors = parsed.success
    ? monitorErrors(parsed.data, facts)
    : fieldErrors(parsed.error.issues, { schema: monitorBodySchema, input });
  return errors.map(({ field, message }) => `${field}: ${message}`);
};

describe('monitorErrors', () => {
  it.each([
    ['a number', { thresholds: { psi: 0.2 } }],
    ['auto for all', { thresholds: { psi: 0.2, default: 'auto' } }],
    [
      'an object of each kind',
      { thresholds: { psi: { kind: 'auto', quantile: 0.999 }, chi2: { kind: 'stddev' } } },
    ],
    ['both bounds', { thresholds: { mean_shift: { kind: 'constant', lower: -0.5, upper: 1 } } }],
    [
      'per segment and per segment value',
      { segmentThresholds: { origin: { psi: 1 }, 'origin=ATL': { psi: 2 } } },
    ],
    ['chosen metrics', { metrics: ['hellinger'], thresholds: { hellinger: 0.1 } }],
    ['weeks that slide by days', { window: { every: 'P1D', size: 'P7D' } }],
    ['a number of rows', { window: { rows: 5_000 } }],
  ])('takes %s', (_, changes) => {
    expect(errorsOf(changes)).toEqual([]);
  });

  it.each([
    ['an unknown metric', { thresholds: { pzi: 1 } }, /^thresholds\.pzi: .*did you mean 'psi'\?$/],
    ['an unknown chosen metric', { metrics: ['pzi'] }, /^metrics\.0: /],
    ['a metric of another kind', { metrics: ['accuracy'] }, /^metrics\.0: .*'drift' does not compute this/],
    [
      'a limit on what was not chosen',
      { metrics: ['psi'], thresholds: { chi2: 1 } },
      /^thresholds\.chi2: is not among/,
    ],
    [
      'a limit of another kind',
      { thresholds: { accuracy: 1 } },
      /^thresholds\.accuracy: .*does not compute this/,
    ],
    ['an unknown segment', { segmentThresholds: { 'orgin=ATL': { psi: 1 } } }, /did you mean 'origin'\?$/],
    ['an unknown kind of limit', { thresholds: { psi: { kind: 'stdev' } } }, /^thresholds\.psi\.kind: /],
    [
      'no bound at all',
      { thresholds: { psi: { kind: 'constant' } } },
      /^thresholds\.psi: give upper, lower or both$/,
    ],
    [
      'bounds that exclude all',
      { thresholds: { psi: { kind: 'constant', lower: 2, upper: 1 } } },
      /lower: must be below upper$/,
    ],
    ['quantile and factor', { thresholds: { psi: { kind: 'auto', quantile: 0.9, factor: 3 } } }, /not both$/],
    [
      'a size between steps',
      { window: { every: 'PT6H', size: 'PT8H' } },
      /^window\.size: must be a whole number/,
    ],
    ['a size below the step', { window: { every: 'P1D', size: 'PT6H' } }, /^window\.size: /],
    [
      'size and rows',
      { window: { size: 'P7D', rows: 5_000 } },
      /^window\.size: a window ends by size or by rows/,
    ],
  ])('refuses %s', (_, changes, message) => {
    const errors = errorsOf(changes);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
  });
});

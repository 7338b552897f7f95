import { describe, expect, test } from 'vitest';
import type { Finding } from '#libs/contracts';
import { BLANK } from '../draft.js';
import { foldCauses } from './fold.js';

const breach = (finding: Partial<Finding>): { finding: Finding } => ({
  finding: {
    ...BLANK,
    ...{ segment: 'all', segmentValue: 'in', metric: 'psi', evidence: 'test', status: 'breached' },
    ...{ value: 1, threshold: 0.2, pAdjusted: 0.001 },
    ...finding,
  },
});
const south = { segment: 'region', segmentValue: 'south' };
const north = { segment: 'region', segmentValue: 'north' };
const seen = (causes: ReturnType<typeof foldCauses>): string[] =>
  causes.map(({ subject, first: { finding }, values }) =>
    [subject, finding.segmentValue, finding.metric, ...values.map(({ segmentValue }) => segmentValue)].join(
      ' ',
    ),
  );

describe('foldCauses', () => {
  test('a feature is one cause with its segment values under it, the worst first', () => {
    const found = [
      breach({ feature: 'amount', value: 1.2 }),
      breach({ feature: 'amount', ...north, value: 0.9 }),
      breach({ feature: 'amount', ...south, value: 1.3 }),
      breach({ feature: 'amount', ...south, metric: 'jensen_shannon', value: 0.3 }),
      breach({ feature: 'age', value: 0.3 }),
    ];
    expect(seen(foldCauses(found))).toEqual(['amount in psi south north', 'age in psi']);
    expect(seen(foldCauses(found.toReversed()))).toEqual(seen(foldCauses(found)));
  });

  test.each(['missing_rate', 'invalid_rate', 'unseen_rate', 'missing_column'] as const)(
    '%s comes before the drift that it makes, however far that goes',
    (metric) => {
      const found = [
        breach({ feature: 'plan', value: 9 }),
        breach({ feature: 'plan', metric, value: 0.05, threshold: 0.04 }),
      ];
      expect(seen(foldCauses(found))).toEqual([`plan in ${metric}`]);
    },
  );

  test('a symptom that one segment value has comes before what it moves in all rows', () => {
    const found = [
      breach({ feature: 'plan', value: 9 }),
      breach({ feature: 'plan', ...south, metric: 'missing_rate', value: 0.3, threshold: 0.01 }),
    ];
    expect(seen(foldCauses(found))).toEqual(['plan south missing_rate south']);
  });

  test('a change that only a segment value shows is a cause of its own', () => {
    expect(seen(foldCauses([breach({ feature: 'amount', ...south })]))).toEqual(['amount south psi south']);
  });

  test('parts of a prediction are one cause, and so are a text and its unseen words', () => {
    const found = [
      breach({ feature: 'prediction.score' }),
      breach({ feature: 'prediction.label', metric: 'jensen_shannon' }),
      breach({ feature: 'comment', value: 0.4 }),
      breach({ feature: 'unseen_words(comment)', value: 3 }),
    ];
    const causes = foldCauses(found, new Map([['unseen_words(comment)', 'comment']]));
    expect(causes.map(({ subject, overAll }) => [subject, overAll.length])).toEqual([
      ['comment', 2],
      ['prediction', 2],
    ]);
  });

  test('groups of a facet and metrics of rows as a whole stay apart', () => {
    const found = [
      breach({ facet: 'sex', facetValue: 'women', metric: 'dppl' }),
      breach({ facet: 'sex', facetValue: 'other', metric: 'dppl' }),
      breach({ metric: 'accuracy', value: 0.5, threshold: 0.8 }),
      breach({ metric: 'duplicate_rate', value: 0.5, threshold: 0.1 }),
    ];
    expect(foldCauses(found)).toHaveLength(4);
  });

  test('nothing is lost', () => {
    const found = Array.from({ length: 60 }, (_, i) =>
      breach({
        feature: `f${i % 7}`,
        ...(i % 3 === 0 ? {} : { segment: 'region', segmentValue: `v${i % 5}` }),
        metric: i % 2 === 0 ? 'psi' : 'missing_rate',
      }),
    );
    const folded = foldCauses(found).flatMap(({ overAll, values }) => [
      ...overAll,
      ...values.flatMap(({ findings }) => findings),
    ]);
    expect(new Set(folded)).toEqual(new Set(found));
    expect(folded).toHaveLength(found.length);
  });
});

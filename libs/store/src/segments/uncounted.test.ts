import { segmentBodySchema, type Feature } from '#libs/contracts';
import { expect, test } from 'vitest';
import { byColumns } from './uncounted.js';

const features: Feature[] = [{ name: 'amount', type: 'numeric', role: 'input' }];
const segment = (name: string, body: object) => ({
  name,
  body: segmentBodySchema.parse({ model: 'm', ...body }),
});

test('segments are told apart by the features that they look at, wherever these are named', () => {
  const able = [
    segment('large', { kind: 'predicate', where: { feature: 'amount', from: 5 } }),
    segment('south', { kind: 'dimension', tag: 'region', values: ['south'] }),
  ];
  const unable = [
    segment('region', { kind: 'dimension', feature: 'region', values: ['EU', 'US'] }),
    segment('age', { kind: 'dimension', feature: 'age', ranges: [{ value: 'old', from: 60 }] }),
    segment('deep', {
      kind: 'predicate',
      where: {
        any: [
          { feature: 'amount', below: 1 },
          { all: [{ not: { feature: 'plan', isNull: true } }, { feature: 'plan', equals: 'pro' }] },
        ],
      },
    }),
  ];
  expect(byColumns([...able, ...unable], features)).toEqual({
    segments: able,
    uncounted: [
      { segment: 'region', values: ['EU', 'US'], missing: ['region'] },
      { segment: 'age', values: ['old'], missing: ['age'] },
      { segment: 'deep', values: ['in'], missing: ['plan'] },
    ],
  });
});

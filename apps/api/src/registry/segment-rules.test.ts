import { segmentBodySchema, type Feature } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { limitErrors, segmentErrors, segmentValueCount, unknownName } from './segment-rules.js';

const features: Feature[] = [
  { name: 'distance', type: 'numeric', role: 'input' },
  { name: 'origin', type: 'categorical', role: 'input' },
  { name: 'member', type: 'boolean', role: 'context' },
];
const body = (more: object) => segmentBodySchema.parse({ model: 'm', ...more });
const dimension = (more: object) => body({ kind: 'dimension', ...more });
const predicate = (where: object) => body({ kind: 'predicate', where });

describe('segmentErrors', () => {
  const cases: [string, ReturnType<typeof body>, string[]][] = [
    ['a category', dimension({ feature: 'origin' }), []],
    ['a truth value', predicate({ feature: 'member', equals: true }), []],
    ['a tag with ranges', dimension({ tag: 'age', ranges: [{ value: 'young', below: 30 }] }), []],
    ['numeric codes', dimension({ feature: 'distance', values: ['1', '2'] }), []],
    ['a number alone', dimension({ feature: 'distance' }), ['ranges']],
    [
      'values and ranges',
      dimension({ feature: 'distance', values: ['1'], ranges: [{ value: 'a', from: 1 }] }),
      ['ranges'],
    ],
    ['ranges of texts', dimension({ feature: 'origin', ranges: [{ value: 'a', from: 1 }] }), ['ranges']],
    [
      'an empty range',
      dimension({ feature: 'distance', ranges: [{ value: 'a', from: 2, below: 2 }] }),
      ['ranges.0'],
    ],
    [
      'a name twice',
      dimension({
        feature: 'distance',
        ranges: [
          { value: 'a', below: 1 },
          { value: 'a', from: 1 },
        ],
      }),
      ['ranges.1.value'],
    ],
    [
      'unknown features',
      predicate({ any: [{ feature: 'x', equals: 'y' }, { not: { feature: 'z', isNull: true } }] }),
      ['where.any.0.feature', 'where.any.1.not.feature'],
    ],
    ['text for a truth value', predicate({ feature: 'member', in: ['true', false] }), ['where']],
  ];
  it.each(cases)('%s', (_, segment, fields) => {
    expect(segmentErrors('s', segment, features).map(({ field }) => field)).toEqual(fields);
  });
});

describe('segmentValueCount', () => {
  it.each([
    [predicate({ tag: 'a', equals: 'b' }), 1],
    [dimension({ feature: 'origin' }), 51],
    [dimension({ feature: 'origin', values: ['a', 'b'] }), 3],
    [dimension({ feature: 'distance', ranges: [{ value: 'a', below: 1 }] }), 2],
  ])('%#', (segment, count) => {
    expect(segmentValueCount(segment)).toBe(count);
  });
});

describe('limitErrors', () => {
  const size = { bucket: 'PT1H', features: 20 } as const;
  const nine = Array.from({ length: 9 }, () => dimension({ feature: 'origin' }));

  it('allows up to 500 with `all`', () => {
    const values = (count: number) =>
      dimension({ tag: 'x', values: Array.from({ length: count }, (_, i) => `v${i}`) });
    expect(limitErrors([...nine, values(39)], size)).toEqual([]);
    expect(limitErrors([...nine, values(40)], size)).toHaveLength(1);
  });

  it('says what shorter buckets would cost', () => {
    const many = [...nine, dimension({ feature: 'origin' })];
    expect(limitErrors(many, size)[0]?.message).toContain('511 segment values');
    expect(limitErrors(many, size)[0]?.message).toContain('452 MiB');
    expect(limitErrors(many, { ...size, bucket: 'PT5M' })[0]?.message).toContain('5424 MiB');
  });
});

describe('unknownName', () => {
  it.each([
    ['orgin', ['origin', 'hour'], "did you mean 'origin'?"],
    ['zzzzzz', ['origin', 'hour'], 'known: origin, hour'],
    ['zzzzzz', [], 'there is none yet'],
  ])('%s', (found, known, hint) => {
    expect(unknownName('feature', 'feature', found, known).message).toBe(
      `there is no feature '${found}'; ${hint}`,
    );
  });
});

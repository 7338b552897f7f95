import { modelBodySchema, type Feature } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { biasErrors } from './bias-rules.js';

const FEATURES: Feature[] = [
  { name: 'sex', type: 'categorical', role: 'context' },
  { name: 'age', type: 'numeric', role: 'input' },
];
const SEX = { name: 'sex', feature: 'sex', disfavoured: ['f'] };
const AGE = { name: 'age', feature: 'age', above: 40 };
const errors = (bias: object, more: object = {}, features: readonly Feature[] = FEATURES) =>
  biasErrors(modelBodySchema.parse({ problem: 'binary', positiveLabel: 'yes', bias, ...more }), {
    features,
    segmentValues: 10,
  }).map(({ field, message }) => `${field}: ${message}`);

describe('biasErrors', () => {
  it('takes facets, intersections and a group variable', () => {
    expect(
      errors({ facets: [SEX, AGE], intersections: [['sex', 'age']], group: { feature: 'sex' } }),
    ).toEqual([]);
  });

  it.each([
    {
      name: 'an unknown feature',
      bias: { facets: [{ ...SEX, feature: 'sexx' }] },
      message: /did you mean 'sex'/,
    },
    {
      name: 'a threshold on text',
      bias: { facets: [{ name: 's', feature: 'sex', above: 1 }] },
      message: /need a numeric/,
    },
    {
      name: 'an unknown group',
      bias: { facets: [SEX], group: { feature: 'dept' } },
      message: /no feature 'dept'/,
    },
    {
      name: 'a numeric group without values',
      bias: { facets: [SEX], group: { feature: 'age' } },
      message: /values: are needed/,
    },
  ])('refuses $name', ({ bias, message }) => {
    expect(errors(bias)).toEqual([expect.stringMatching(message)]);
  });

  it('does not judge features before there is a version', () => {
    expect(errors({ facets: [{ ...SEX, feature: 'later' }] }, {}, [])).toEqual([]);
  });

  it('wants to know which outcome people want', () => {
    expect(errors({ facets: [SEX] }, { positiveLabel: undefined })).toEqual([
      expect.stringMatching(/favourable: which outcome/),
    ]);
    expect(errors({ facets: [SEX] }, { problem: 'regression' })).toEqual([
      expect.stringMatching(/regression/),
    ]);
  });

  it('refuses more combinations than can be counted, with the estimate', () => {
    const many = (name: string) => ({
      ...SEX,
      name,
      disfavoured: Array.from({ length: 14 }, (_, i) => `${name}${i}`),
    });
    const bias = { facets: [many('a'), many('b'), many('c')], intersections: [['a', 'b', 'c']] };
    // 16³ combinations and 3 × 16 × 1 alone, 9 outcomes each.
    expect(errors(bias)).toEqual([
      expect.stringMatching(
        /would keep 37296 counts .* \(10 segment values: 372960\), at most 20000 .* 'a × b × c'/,
      ),
      expect.stringMatching(/would compare 3416 groups/),
    ]);
  });
});

describe('facets', () => {
  const parse = (bias: object) => modelBodySchema.safeParse({ problem: 'binary', bias });

  it.each([
    { name: 'no kind of value', facet: { name: 'x', feature: 'x' }, message: /exactly one of disfavoured/ },
    { name: 'two kinds', facet: { name: 'x', feature: 'x', above: 1, below: 0 }, message: /exactly one of/ },
    {
      name: 'neither feature nor tag',
      facet: { name: 'x', above: 1 },
      message: /exactly one of feature, tag/,
    },
    { name: 'a value on both sides', facet: { ...SEX, favoured: ['f'] }, message: /disfavoured too/ },
    { name: 'a value twice', facet: { ...SEX, disfavoured: ['1', 1] }, message: /twice/ },
    {
      name: 'ranges that nobody is favoured in',
      facet: {
        name: 'x',
        feature: 'x',
        ranges: [
          { value: 'a', below: 1 },
          { value: 'b', from: 1 },
        ],
      },
      message: /at least one/,
    },
  ])('refuse $name', ({ facet, message }) => {
    const result = parse({ facets: [facet] });
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.message).toMatch(message);
  });

  it.each([
    { name: 'an unknown facet', intersections: [['sex', 'agee']], message: /no facet 'agee'/ },
    { name: 'a facet twice', intersections: [['sex', 'sex']], message: /twice/ },
    {
      name: 'the same facets in another order',
      intersections: [
        ['sex', 'age'],
        ['age', 'sex'],
      ],
      message: /same facets twice/,
    },
  ])('refuse an intersection of $name', ({ intersections, message }) => {
    expect(parse({ facets: [SEX, AGE], intersections }).error?.issues[0]?.message).toMatch(message);
  });
});

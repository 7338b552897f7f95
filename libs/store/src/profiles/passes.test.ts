import { expect, test } from 'vitest';
import type { FeatureBinning } from '#libs/contracts';
import { bucketsPerPass, featureGroups } from './passes.js';

const numeric = (count: number, bins = 100): FeatureBinning[] =>
  Array.from({ length: count }, (_, at) => ({
    feature: `f${at}`,
    kind: 'numeric',
    edges: Array.from({ length: bins }, (_unused, edge) => edge),
    max: bins,
  }));
const vocabulary = (count: number): FeatureBinning[] =>
  Array.from({ length: count }, (_, at) => ({
    feature: `c${at}`,
    kind: 'categorical',
    categories: Array.from({ length: 1_000 }, String),
  }));

test.each([
  { name: 'none', features: [], expected: [] },
  { name: 'an ordinary model in one', features: numeric(20), expected: [20] },
  { name: 'many features', features: numeric(130), expected: [40, 40, 40, 10] },
  { name: 'large vocabularies', features: vocabulary(25), expected: [11, 11, 3] },
])('groups of features: $name', ({ features, expected }) => {
  const groups = featureGroups(features);
  expect(groups.map((group) => group.length)).toEqual(expected);
  expect(groups.flat()).toEqual(features);
});

test.each([
  {
    name: 'an ordinary model takes a month of hours',
    features: numeric(20),
    groups: 26,
    atLeast: 720,
    atMost: 1_000,
  },
  { name: 'a large one takes fewer', features: numeric(40), groups: 500, atLeast: 15, atMost: 30 },
  {
    name: 'the largest still takes one',
    features: vocabulary(11),
    groups: 50_000,
    atLeast: 1,
    atMost: 1,
  },
])('buckets of one pass: $name', ({ features, groups, atLeast, atMost }) => {
  const buckets = bucketsPerPass(features, groups);
  expect(buckets).toBeGreaterThanOrEqual(atLeast);
  expect(buckets).toBeLessThanOrEqual(atMost);
});

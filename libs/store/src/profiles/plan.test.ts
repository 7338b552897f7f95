import { expect, test } from 'vitest';
import type { Feature } from '#libs/contracts';
import { planHash, type ProfilePlan } from './plan.js';

const numeric = (name: string): Feature => ({ name, type: 'numeric', role: 'input' });
const plan: ProfilePlan = {
  project: 'p',
  model: 'm',
  version: '1',
  origin: '',
  binning: {
    model: 'm',
    version: '1',
    hash: '0'.repeat(16),
    features: [{ feature: 'b', kind: 'numeric', edges: [0], max: 1 }],
  },
  features: [numeric('a'), numeric('b')],
  segments: [
    { name: 'south', body: { kind: 'predicate', model: 'm', where: { tag: 'region', equals: 'south' } } },
  ],
  bucket: 'PT1H',
  timeZone: 'UTC',
};

test.each<{ name: string; change: Partial<ProfilePlan>; same: boolean }>([
  { name: 'another origin', change: { origin: 'baseline:a' }, same: true },
  {
    name: 'an appended feature that nothing counts',
    change: { features: [...plan.features, numeric('c')] },
    same: true,
  },
  {
    name: 'a counted feature at another place',
    change: { features: plan.features.toReversed() },
    same: false,
  },
  { name: 'another binning', change: { binning: { ...plan.binning, hash: '1'.repeat(16) } }, same: false },
  { name: 'another time zone', change: { timeZone: 'Europe/Berlin' }, same: false },
  { name: 'no segment', change: { segments: [] }, same: false },
  {
    name: 'another value of a segment',
    change: {
      segments: [
        { name: 'south', body: { kind: 'predicate', model: 'm', where: { tag: 'region', equals: 'north' } } },
      ],
    },
    same: false,
  },
])('$name: the same hash: $same', ({ change, same }) => {
  expect(planHash({ ...plan, ...change }) === planHash(plan)).toBe(same);
});

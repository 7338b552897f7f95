import { describe, expect, it } from 'vitest';
import { findingOf } from '../../../../tests/fixtures/monitoring/cells.js';
import { withFormerVerdicts } from './former-verdicts.js';

const breached = findingOf({ value: 0.3, status: 'breached' });
const fine = findingOf({ value: 0.1, status: 'ok' });

describe('withFormerVerdicts', () => {
  it.each([
    { name: 'a breach that the new method does not see', former: [breached], now: [fine], seen: [breached] },
    { name: 'a breach that only the new method sees', former: [fine], now: [breached], seen: [fine] },
    {
      name: 'evidence that only the new method has',
      former: [findingOf({ value: 0.3, status: 'inconclusive' })],
      now: [breached],
      seen: [findingOf({ value: 0.3, status: 'inconclusive' })],
    },
    {
      name: 'a breach that the new method cannot decide',
      former: [breached],
      now: [findingOf({ status: 'not_computable' })],
      seen: [breached],
    },
    { name: 'a breach that the new method does not look at', former: [breached], now: [], seen: [breached] },
  ])('$name: the former verdict stands', ({ former, now, seen }) => {
    expect(withFormerVerdicts(former, now)).toEqual(seen);
  });

  it.each([
    { name: 'labels were awaited', status: 'waiting' as const, threshold: 0.2 },
    { name: 'rows were too few', status: 'not_enough_data' as const, threshold: 0.2 },
    { name: 'there was no limit', status: 'no_limit' as const, threshold: null },
  ])('where $name, the window is decided now', ({ status, threshold }) => {
    expect(withFormerVerdicts([findingOf({ status, threshold })], [breached])).toEqual([breached]);
  });

  it('keeps apart features, slices, groups and metrics', () => {
    const others = [
      findingOf({ feature: 'other' }),
      findingOf({ segmentValue: 'other' }),
      findingOf({ facetValue: 'other' }),
      findingOf({ metric: 'hellinger' }),
    ];
    expect(withFormerVerdicts([breached], others)).toEqual([breached, ...others]);
  });
});

import { describe, expect, it } from 'vitest';

import { layoutOf } from '../registry/layout.js';
import { encodeAttributions } from './encode-attributions.js';

const layout = layoutOf(1, {
  status: 'registered',
  features: [
    { name: 'a', type: 'numeric', role: 'input' },
    { name: 'b', type: 'categorical', role: 'input' },
    { name: 'c', type: 'numeric', role: 'context' },
  ],
});

describe('encodeAttributions', () => {
  it('puts numbers at the place of their feature, whatever its type; what is absent or null is none', () => {
    expect(encodeAttributions({ c: -0.5, b: 2, a: null }, layout).attributions).toEqual([NaN, 2, -0.5]);
    expect(encodeAttributions({}, layout).attributions).toEqual([NaN, NaN, NaN]);
    expect(encodeAttributions(undefined, layout)).toEqual({ attributions: [], unknown: '' });
  });

  it('marks what is no finite number as invalid and leaves its neighbours alone', () => {
    expect(encodeAttributions({ a: 'high', b: Infinity, c: '1.0' }, layout).attributions).toEqual([
      Infinity,
      Infinity,
      1,
    ]);
  });

  it('names features that the schema does not know, a few of many', () => {
    expect(encodeAttributions({ x: 1, a: 1, y: 2 }, layout)).toEqual({
      attributions: [1, NaN, NaN],
      unknown: 'x\x1fy',
    });
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`unknown${i}`, 1]));
    expect(encodeAttributions(many, layout).unknown.split('\x1f')).toHaveLength(20);
  });
});

import { expect, it } from 'vitest';
import { normalTail } from './normal-tail.js';

// scipy.stats.norm.sf
it.each([
  [0, 0.5],
  [1.959963984540054, 0.025],
  [-1, 0.8413447460685429],
  [8, 6.220960574271784e-16],
])('normalTail(%d) = %d', (z, p) => expect(normalTail(z) / p).toBeCloseTo(1, 9));

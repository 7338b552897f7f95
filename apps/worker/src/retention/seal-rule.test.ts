import { modelBodySchema } from '#libs/contracts';
import { expect, it } from 'vitest';
import { sealRule } from './seal-rule.js';

const DAY_MS = 86_400_000;
const model = (settings: object = {}) => modelBodySchema.parse({ problem: 'binary', ...settings });

it.each([
  { name: 'the defaults', history: [model()], open: 37, look: 37 },
  {
    name: 'a longer wait than earlier rows are kept',
    history: [
      model({ acceptedLateness: 'P60D', retention: 'P400D' }),
      model({ retention: 'P40D' }),
      model({ retention: 'P90D' }),
    ],
    open: 90,
    look: 38,
  },
  {
    name: 'rows that are kept for no longer than they wait',
    history: [model({ acceptedLateness: 'PT0S', maxLabelWait: 'PT1H', retention: 'PT1H' })],
    open: 1 / 24,
    look: 0,
  },
])('$name', ({ history, open, look }) => {
  expect(sealRule(history, 5)).toEqual({
    nowMs: 5,
    bucketMs: 3_600_000,
    openMs: open * DAY_MS,
    lookAfterMs: look * DAY_MS,
  });
});

it('knows nothing of a model without settings', () => {
  expect(sealRule([], 5)).toBeNull();
});

import { modelBodySchema } from '#libs/contracts';
import { describe, expect, it } from 'vitest';

import { modelErrors } from './model-rules.js';

const model = (more: object = {}) => modelBodySchema.parse({ problem: 'binary', ...more });
const nowMs = Date.UTC(2026, 5, 1);
const fresh = { hasData: false, nowMs };

describe('modelErrors', () => {
  it.each([
    ['UTC', 'PT1H', true],
    ['Europe/Berlin', 'PT1H', true],
    ['Asia/Kolkata', 'PT1H', false],
    ['Asia/Kolkata', 'PT15M', true],
    ['Asia/Kathmandu', 'PT15M', true],
    ['Australia/Lord_Howe', 'PT1H', false],
    ['Australia/Lord_Howe', 'PT15M', true],
    ['Nowhere/City', 'PT1H', false],
  ])('%s in buckets of %s: %s', (timeZone, bucket, fits) => {
    expect(modelErrors(null, model({ timeZone, bucket }), fresh).length === 0).toBe(fits);
  });

  it('fixes bucket and time zone once there is data', () => {
    const next = model({ bucket: 'PT5M', timeZone: 'Europe/Berlin', description: 'x' });
    expect(modelErrors(model(), next, fresh)).toEqual([]);
    expect(modelErrors(model(), next, { ...fresh, hasData: true }).map(({ field }) => field)).toEqual([
      'bucket',
      'timeZone',
    ]);
  });
});

import type { PredictionRow } from '#libs/store';
import { describe, expect, it } from 'vitest';

import { ValueVariety, type ManyValues } from './value-variety.js';

const row = (tags: Record<string, string>, cat: string[] = []) =>
  ({ model: 'm', tags, cat }) as PredictionRow;
const setUp = () => {
  const found: ManyValues[] = [];
  const variety = new ValueVariety((each) => found.push(each));
  const feed = (count: number, make: (at: number) => PredictionRow) => {
    for (let at = 0; at < count; at += 200)
      variety.observe(
        'p',
        Array.from({ length: 200 }, (_, of) => make(at + of)),
        (_, place) => `feature ${place}`,
      );
  };
  return { found, feed };
};

describe('ValueVariety', () => {
  it('tells of a million values once, close to the limit', () => {
    const { found, feed } = setUp();
    feed(60_000, (at) => row({ request: `r-${at}`, region: `region ${at % 50}` }));
    expect(found).toMatchObject([{ project: 'p', model: 'm', kind: 'tag', name: 'request' }]);
    expect(found[0]?.atLeast).toBe(10_001);
  });

  it('counts truly: 9,000 values many times over are not 10,000', () => {
    const { found, feed } = setUp();
    feed(90_000, (at) => row({ shop: `shop-${at % 9_000}` }));
    expect(found).toEqual([]);
  });

  it('tells of a feature by its name', () => {
    const { found, feed } = setUp();
    feed(20_000, (at) => row({}, ['same', `v${at}`]));
    expect(found).toMatchObject([{ kind: 'feature', name: 'feature 1' }]);
  });

  it('follows a bounded number of names, and tells that there are too many', () => {
    const { found, feed } = setUp();
    feed(20_000, (at) => row({ [`tag-${at}`]: 'x' }));
    expect(found).toMatchObject([{ kind: 'tag_names' }]);
  });

  it('looks at a sample of a large batch', () => {
    let looked = 0;
    const variety = new ValueVariety(() => undefined);
    const rows = Array.from({ length: 50_000 }, () => row({}, ['a']));
    variety.observe('p', rows, () => {
      looked += 1;
      return 'f';
    });
    expect(looked).toBe(200);
  });
});

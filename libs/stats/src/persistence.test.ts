import { expect, it } from 'vitest';
import reference from '../../../tests/fixtures/stats/evidence.json' with { type: 'json' };
import { coursesOf } from './persistence.js';

it.each(reference.courses)(
  'courses of $chunks chunks are those of explicit covariances',
  ({ chunks, courses }) => {
    const found = coursesOf(chunks);
    expect(found).toHaveLength(courses.length);
    courses.forEach(({ ofMean, squaredTrace }, i) => {
      expect(found[i]?.ofMean).toBeCloseTo(ofMean, 8);
      expect((found[i]?.squaredTrace ?? NaN) / squaredTrace).toBeCloseTo(1, 7);
    });
  },
);

it('go from nearly independent chunks to a sample that is worth two of them', () => {
  const found = coursesOf(40).map(({ ofMean }) => ofMean);
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(found[0]).toBeLessThan(1.5 / 40);
  expect(found.at(-1)).toBeLessThan(1 / 2);
  expect(found.at(-1)).toBeGreaterThan(1 / 8);
});

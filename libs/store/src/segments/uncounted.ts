import {
  SEGMENT_IN,
  segmentFeatures,
  type Feature,
  type SegmentBody,
  type UncountedSegment,
} from '#libs/contracts';
import type { NamedSegment } from './segment-column.js';

const valuesOf = (body: SegmentBody): string[] =>
  body.kind === 'predicate' ? [SEGMENT_IN] : (body.ranges?.map(({ value }) => value) ?? body.values ?? []);

/**
 * byColumns: segments that a version can be cut by, and those that look at a feature that it does not have. Segments belong to a model and
 * versions come and go: in rows without the feature everybody would be in nobody's value, or in `other`, and pass for it.
 */
export function byColumns(
  segments: readonly NamedSegment[],
  features: readonly Feature[],
): { segments: NamedSegment[]; uncounted: UncountedSegment[] } {
  const known = new Set(features.map(({ name }) => name));
  const missingOf = ({ body }: NamedSegment): string[] =>
    segmentFeatures(body).filter((feature) => !known.has(feature));
  return {
    segments: segments.filter((segment) => missingOf(segment).length === 0),
    uncounted: segments
      .map((segment) => ({
        segment: segment.name,
        values: valuesOf(segment.body),
        missing: missingOf(segment),
      }))
      .filter(({ missing }) => missing.length > 0),
  };
}

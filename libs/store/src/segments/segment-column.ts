import {
  SEGMENT_IN,
  SEGMENT_OTHER,
  spellingsOf,
  type DimensionBody,
  type Feature,
  type SegmentBody,
} from '#libs/contracts';
import { integersLiteral, numbersLiteral, type Bindings } from './bindings.js';
import { featureColumns, MARKERS, type FeatureColumns } from './feature-columns.js';
import { asNumber, operand } from './operand.js';
import { inRange, predicateSql, toNumber } from './predicate.js';

/** A segment as a column of its own over the rows. */
export type SegmentColumn = {
  segment: string;
  /** SQL of a UInt16: 1 + index into `values`, beyond them where the row is in no value of the segment. Never 0. */
  key: string;
  values: string[];
};

export type NamedSegment = { name: string; body: SegmentBody };

/** segmentColumns: every segment of a plan, over rows that went through `paddedArrays`. */
export function segmentColumns(
  segments: readonly NamedSegment[],
  features: readonly Feature[],
  bindings: Bindings,
): SegmentColumn[] {
  const columns = featureColumns(features);
  return segments.map(({ name, body }) => ({
    segment: name,
    ...(body.kind === 'predicate'
      ? { key: `if(ifNull(${predicateSql(body.where, columns, bindings)}, 0), 1, 2)`, values: [SEGMENT_IN] }
      : dimension(body, columns, bindings)),
  }));
}

/**
 * A row belongs to the first range or value that holds; to `other` when none does, which is where absent and invalid values go too
 * (a predicate with `isNull` tells those apart). Before its values are frozen, all of a dimension is `other`.
 */
function dimension(
  body: DimensionBody,
  columns: FeatureColumns,
  bindings: Bindings,
): Omit<SegmentColumn, 'segment'> {
  const names = (body.ranges?.map((range) => range.value) ?? body.values ?? []).filter(
    (name) => name !== SEGMENT_OTHER,
  );
  const values = [...new Set(names), SEGMENT_OTHER];
  const keyOf = (name: string): number => values.indexOf(name) + 1;
  const on = operand(body, columns, bindings);
  if (values.length === 1) return { key: '1', values };
  if (body.ranges !== undefined) {
    const cases = body.ranges.map(
      (range) => `ifNull(${inRange(asNumber(on), range)}, 0), ${keyOf(range.value)}`,
    );
    return { key: `multiIf(${cases.join(', ')}, ${values.length})`, values };
  }
  const frozen = values.slice(0, -1);
  return { key: lookUp(on, frozen, bindings), values };
}

function lookUp(on: ReturnType<typeof operand>, frozen: readonly string[], bindings: Bindings): string {
  const other = frozen.length + 1;
  const at = (value: string, from: string, to: readonly number[]): string =>
    to.length === 0
      ? String(other)
      : `transform(${value}, ${from}, ${integersLiteral(to, 16)}, toUInt16(${other}))`;
  if (on.kind === 'text') {
    // A value that is written like a marker is no value.
    const texts = frozen.filter((value) => !MARKERS.includes(value));
    const spelled = texts.flatMap((value) =>
      spellingsOf(value).map((key, rank) => ({ key, rank, place: frozen.indexOf(value) + 1 })),
    );
    // Exact spellings before others, and of equals the first.
    const known = new Map(
      spelled
        .toSorted((a, b) => a.rank - b.rank)
        .reverse()
        .map(({ key, place }) => [key, place] as const),
    );
    return at(on.stored, bindings.texts([...known.keys()]), [...known.values()]);
  }
  // Reversed, so that of two spellings of one number the first wins.
  const numbers = new Map(frozen.map((value, index) => [toNumber(value), index + 1] as const).reverse());
  numbers.delete(NaN);
  const found = at(`assumeNotNull(${on.value})`, numbersLiteral([...numbers.keys()]), [...numbers.values()]);
  return `if(isNull(${on.value}), toUInt16(${other}), ${found})`;
}

import { spellingsOf, valuesOf, type BiasPlan, type Facet } from '#libs/contracts';
import { integersLiteral, numberLiteral, numbersLiteral, type Bindings } from './bindings.js';
import type { FeatureColumns } from './feature-columns.js';
import { asNumber, operand, type Field, type Operand } from './operand.js';
import { inRange, toNumber } from './predicate.js';

type Scalar = string | number | boolean;

/** Positions of values (the first of equals wins), `otherwise` for all others, 0 where there is none. */
function positions(
  on: Operand,
  values: readonly (readonly [Scalar, number])[],
  otherwise: number,
  bindings: Bindings,
): string {
  // Exact spellings before others, and of equals the first.
  const keys = values.flatMap(([value, place]) =>
    (on.kind === 'number' ? [toNumber(value)] : spellingsOf(value)).map((key, rank) => ({
      key,
      place,
      rank,
    })),
  );
  const ordered = keys.toSorted((a, b) => a.rank - b.rank).reverse();
  const known = new Map(ordered.map(({ key, place }) => [key, place] as const));
  known.delete(NaN);
  if (known.size === 0) return `if(isNull(${on.value}), toUInt16(0), toUInt16(${otherwise}))`;
  const from =
    on.kind === 'number'
      ? numbersLiteral([...known.keys()].map(Number))
      : bindings.texts([...known.keys()].map(String));
  const found = `transform(assumeNotNull(${on.value}), ${from}, ${integersLiteral([...known.values()], 16)}, toUInt16(${otherwise}))`;
  return `if(isNull(${on.value}), toUInt16(0), ${found})`;
}

/** levelSql: which level of a facet a row is in, as UInt16: 0 nobody's, then the levels of `facetLevels` in their order. */
export function levelSql(facet: Facet, columns: FeatureColumns, bindings: Bindings): string {
  const on = operand(facet, columns, bindings);
  const number = asNumber(on);
  const { above, below, ranges, favoured, disfavoured = [] } = facet;
  if (ranges !== undefined) {
    const cases = ranges.map((range, index) => `ifNull(${inRange(number, range)}, 0), ${index + 1}`);
    return `toUInt16(multiIf(${cases.join(', ')}, 0))`;
  }
  const limit = above ?? below;
  if (limit !== undefined) {
    const beyond = `${number} ${above === undefined ? '<' : '>'} ${numberLiteral(limit)}`;
    return `toUInt16(multiIf(isNull(${number}), 0, ${beyond}, 2, 1))`;
  }
  const values = [
    ...disfavoured.flatMap((entry, index) => valuesOf(entry).map((value) => [value, index + 2] as const)),
    ...(favoured ?? []).map((value) => [value, 1] as const),
  ];
  return positions(on, values, favoured === undefined ? 1 : 0, bindings);
}

/** groupSql: which value of the group variable a row has, as UInt16: 0 for any other, and where there is none. */
export function groupSql({ group, groups }: BiasPlan, columns: FeatureColumns, bindings: Bindings): string {
  if (!group) return 'toUInt16(0)';
  const on = operand(group satisfies Field, columns, bindings);
  const values = groups.map((value, index) => [value, index + 1] as const);
  return positions(on, values, 0, bindings);
}

import { readNumber, spellingsOf, type Condition, type Predicate } from '#libs/contracts';
import { numberLiteral, numbersLiteral, type Bindings } from './bindings.js';
import type { FeatureColumns } from './feature-columns.js';
import { asNumber, operand, type Operand } from './operand.js';

type Scalar = NonNullable<Condition['equals']>;

/**
 * predicateSql: a Nullable(UInt8) expression over a row, in SQL's three-valued logic. A condition on a value that is absent or invalid
 * is unknown, and so is its negation; only `isNull` decides it. Rows for which the whole is unknown are not in the segment.
 */
export function predicateSql(predicate: Predicate, columns: FeatureColumns, bindings: Bindings): string {
  const inner = (part: Predicate): string => predicateSql(part, columns, bindings);
  if ('all' in predicate) return `(${predicate.all.map(inner).join(' AND ')})`;
  if ('any' in predicate) return `(${predicate.any.map(inner).join(' OR ')})`;
  if ('not' in predicate) return `NOT ${inner(predicate.not)}`;
  return conditionSql(predicate, operand(predicate, columns, bindings), bindings);
}

function conditionSql(condition: Condition, on: Operand, bindings: Bindings): string {
  if (condition.isNull !== undefined) return condition.isNull ? `(${on.isNull})` : `NOT (${on.isNull})`;
  if (condition.equals !== undefined) return oneOf([condition.equals], on, bindings);
  if (condition.in !== undefined) return oneOf(condition.in, on, bindings);
  return inRange(asNumber(on), condition);
}

/** A number is looked for among numbers, text among texts, however both are spelled. Text that is no number equals none. */
function oneOf(values: readonly Scalar[], on: Operand, bindings: Bindings): string {
  const list =
    on.kind === 'number'
      ? numbersLiteral(numbersOf(values))
      : bindings.texts([...new Set(values.flatMap(spellingsOf))]);
  return `if(isNull(${on.value}), NULL, has(${list}, assumeNotNull(${on.value})))`;
}

const numbersOf = (values: readonly Scalar[]): number[] =>
  values.map(toNumber).filter((value) => Number.isFinite(value));

/** The number that a value spells, NaN when it spells none. */
export function toNumber(value: Scalar): number {
  const number = readNumber(value);
  return Number.isFinite(number) ? number : NaN;
}

/** Half-open [from, below); NULL where the value is. */
export function inRange(value: string, range: Pick<Condition, 'from' | 'below'>): string {
  const bounds = [
    range.from === undefined ? [] : [`${value} >= ${numberLiteral(range.from)}`],
    range.below === undefined ? [] : [`${value} < ${numberLiteral(range.below)}`],
  ].flat();
  return bounds.length === 0 ? `NOT isNull(${value})` : `(${bounds.join(' AND ')})`;
}

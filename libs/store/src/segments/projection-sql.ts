import type { ProjectedColumn, ProjectionBody } from '#libs/contracts';
import { numberLiteral, numbersLiteral, type Bindings } from './bindings.js';
import { isInvalidText, isNullText, rawValue, type FeatureColumns } from './feature-columns.js';

type Encoding = Pick<ProjectedColumn, 'feature'> &
  (
    | { kind: 'numeric'; fill: number }
    | { kind: 'categorical'; fill: number; shares: readonly (readonly [string, number])[] }
  );

/**
 * encodedSql: SQL of a feature as a number: the value, or the share that its category had in the baseline (0 for a new one); `fill` where it
 * is missing or invalid, and where the version no longer has the feature.
 */
export function encodedSql(column: Encoding, columns: FeatureColumns, bindings: Bindings): string {
  const place = columns.get(column.feature);
  const fill = numberLiteral(column.fill);
  if (place === undefined) return fill;
  const raw = rawValue(place);
  if (column.kind === 'numeric') return `if(isFinite(${raw}), ${raw}, ${fill})`;
  const text = `CAST(${raw}, 'String')`;
  const [values, shares] = [column.shares.map(([value]) => value), column.shares.map(([, share]) => share)];
  const share =
    values.length === 0
      ? '0e0'
      : `transform(${text}, ${bindings.texts(values)}, ${numbersLiteral(shares)}, 0e0)`;
  return `if(${isNullText(text)} OR ${isInvalidText(text)}, ${fill}, ${share})`;
}

/**
 * reconstructionSql: SQL of the distance of a row from the principal components: √(‖z‖² − Σ (z·v)²), as the components are orthonormal
 * (Jolliffe, Principal Component Analysis, 6.1; NannyML's reconstruction error of one row).
 */
export function reconstructionSql(
  { columns: projected, components }: Pick<ProjectionBody, 'columns' | 'components'>,
  columns: FeatureColumns,
  bindings: Bindings,
): string {
  const row = projected.map(
    (column) =>
      `(${encodedSql(column, columns, bindings)} - ${numberLiteral(column.mean)}) / ${numberLiteral(column.std)}`,
  );
  const explained = components.map((component) => ` - pow(dotProduct(z, ${numbersLiteral(component)}), 2)`);
  const left = `sqrt(greatest(0e0, dotProduct(z, z)${explained.join('')}))`;
  return `arrayMap(z -> ${left}, [CAST([${row.join(', ')}], 'Array(Float64)')])[1]`;
}

import type { ProjectedColumn } from '#libs/contracts';
import { principalComponents } from '#libs/stats';

/** As in NannyML: components that together explain so much of the variance are what rows have in common. */
const EXPLAINED = 0.65;
const LEAST_COLUMNS = 2;

/** Components: directions over the columns, orthonormal, and the share of the variance that they explain. */
export type Components = { columns: ProjectedColumn[]; components: number[][]; explained: number };

/** baselineComponents: the principal components of columns that vary, from their correlation (p × p); null with fewer than two. */
export function baselineComponents({
  columns,
  correlation,
}: {
  columns: ProjectedColumn[];
  correlation: number[][];
}): Components | null {
  if (columns.length < LEAST_COLUMNS) return null;
  const found = principalComponents({ correlation, share: EXPLAINED });
  return found === null ? null : { columns, ...found };
}

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** PrincipalComponents: orthonormal directions, strongest first, and the part of the variance that they explain. */
export type PrincipalComponents = { components: number[][]; explained: number };

export type PrincipalComponentsInput = {
  /** Symmetric, p × p: of standardised columns. */
  readonly correlation: readonly (readonly number[])[];
  /** In (0, 1): directions are kept until they explain more than this. */
  readonly share: number;
};

/** An eigenvector's sign is arbitrary: its largest entry is made positive, so that the same rows always give the same document. */
function oriented(vector: readonly number[]): number[] {
  const largest = vector.reduce((best, x) => (Math.abs(x) > Math.abs(best) + 1e-12 ? x : best), 0);
  return vector.map((x) => (largest < 0 ? -x : x) + 0);
}

/**
 * principalComponents: eigenvectors of a correlation matrix, as many as explain more than `share` of the variance (Jolliffe, Principal
 * Component Analysis, 6.1; the same count as scikit-learn's `PCA(n_components=share)` on standardised columns). Null when there is
 * no variance. Throws a RangeError for a share outside (0, 1) and for a matrix that is not square.
 */
export function principalComponents({
  correlation,
  share,
}: PrincipalComponentsInput): PrincipalComponents | null {
  if (!(share > 0 && share < 1)) throw new RangeError(`share is ${share}: it lies between 0 and 1`);
  if (correlation.some((row) => row.length !== correlation.length)) {
    throw new RangeError('the correlation matrix is not square');
  }
  if (correlation.length === 0) return null;
  const decomposition = new EigenvalueDecomposition(new Matrix(correlation.map((row) => [...row])), {
    assumeSymmetric: true,
  });
  const order = decomposition.realEigenvalues
    .map((value, column) => ({ value: Math.max(0, value), column }))
    .sort((a, b) => b.value - a.value);
  const total = order.reduce((sum, { value }) => sum + value, 0);
  if (!(total > 0)) return null;
  const components: number[][] = [];
  let explained = 0;
  for (const { value, column } of order) {
    if (explained > share) break;
    components.push(oriented(decomposition.eigenvectorMatrix.getColumn(column)));
    explained += value / total;
  }
  return { components, explained: Math.min(1, explained) };
}

/**
 * reconstructionError: Euclidean distance between a standardised row and its projection on orthonormal components. As the components
 * are orthonormal it is √(‖z‖² − Σ (z·v)²), which needs no reconstruction.
 */
export function reconstructionError(
  row: readonly number[],
  components: readonly (readonly number[])[],
): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
  return Math.sqrt(
    Math.max(
      0,
      components.reduce((left, v) => left - dot(row, v) ** 2, dot(row, row)),
    ),
  );
}

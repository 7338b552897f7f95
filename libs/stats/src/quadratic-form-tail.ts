/** Points per interval: Gauss–Chebyshev converges exponentially here. */
const POINTS = 48;
/** Later intervals add less than this part of the sum. */
const NEGLIGIBLE = 1e-12;
const MAX_INTERVALS = 200;

/** WeightedChiSquares: Σ χ²₁ⱼ / poleⱼ with poles ascending from j = 1, and D(u) = Π (1 − u / poleⱼ) in closed form. */
export type WeightedChiSquares = {
  readonly pole: (j: number) => number;
  readonly determinant: (u: number) => number;
};

/**
 * quadraticFormTail: P(Σ χ²₁ⱼ / poleⱼ > x) by Smirnov's formula (Smirnov 1937; Durbin, Distribution Theory for Tests Based on the
 * Sample Distribution Function, 1973, 5.2): (1/π) Σₖ (−1)ᵏ⁺¹ ∫ e^(−xu/2) / (u·√|D(u)|) du over [pole₂ₖ₋₁, pole₂ₖ].
 * The integrand is singular like a root at both ends, which Gauss–Chebyshev takes as its weight. Small tails keep their digits.
 * For x so close to 0 that the tail is 1 to 1e-12, the series is not needed and 1 is returned.
 */
export function quadraticFormTail(x: number, { pole, determinant }: WeightedChiSquares): number {
  if (!(x > 0)) return 1;
  let total = 0;
  for (let k = 1; k <= MAX_INTERVALS; k++) {
    const [from, to] = [pole(2 * k - 1), pole(2 * k)];
    const [middle, half] = [(from + to) / 2, (to - from) / 2];
    let integral = 0;
    for (let i = 0; i < POINTS; i++) {
      const cosine = Math.cos((Math.PI * (i + 0.5)) / POINTS);
      const u = middle + half * cosine;
      const weight = half * Math.sqrt(1 - cosine * cosine);
      integral += (weight * Math.exp((-x * u) / 2)) / (u * Math.sqrt(Math.abs(determinant(u))));
    }
    const term = integral / POINTS;
    total += k % 2 === 1 ? term : -term;
    if (term <= NEGLIGIBLE * Math.abs(total)) return Math.min(1, Math.max(0, total));
  }
  return 1;
}

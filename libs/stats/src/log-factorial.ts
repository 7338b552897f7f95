/** Below this the logarithms are added one by one. */
const SMALL = 16;

/**
 * logFactorial: ln n! for n ≥ 0, by Stirling's series with four terms (Abramowitz & Stegun 6.1.41); to 1e-14 of its value.
 * Meant for whole numbers.
 */
export function logFactorial(n: number): number {
  if (n < SMALL) {
    let total = 0;
    for (let i = 2; i <= n; i++) total += Math.log(i);
    return total;
  }
  const x = n + 1;
  const tail = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * x * x)) / (x * x)) / (x * x)) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + tail;
}

/** Steps of a value's second significant digit, after rounding away what floating point added. */
function rounded(value: number, round: (scaled: number) => number): number {
  if (value === 0) return 0;
  const digits = 1 - Math.floor(Math.log10(Math.abs(value)));
  const scaled = Number((value * 10 ** digits).toPrecision(12));
  return Number((round(scaled) / 10 ** digits).toPrecision(2));
}

/** roundUp: to two significant digits and not below the value, so that a limit looks like one that a person would set. */
export const roundUp = (value: number): number => rounded(value, Math.ceil);

/** roundDown: to two significant digits and not above the value. */
export const roundDown = (value: number): number => rounded(value, Math.floor);

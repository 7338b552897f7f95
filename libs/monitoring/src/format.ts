const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat('en-US', { style: 'percent', maximumSignificantDigits: 3 });

/** formatNumber: a number for people: three significant digits, thousands separated, none of a large number's digits cut to zeros. */
export const formatNumber = (value: number): string =>
  Math.abs(value) >= 1_000 ? whole.format(value) : significant.format(value);

/** formatCount: rows for people. */
export const formatCount = (count: number): string => whole.format(count);

/** formatPercent: a share from 0 to 1 for people. */
export const formatPercent = (share: number): string => percent.format(share);

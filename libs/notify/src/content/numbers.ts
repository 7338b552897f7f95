const SIGNIFICANT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const P_MIN = 0.001;

/** formatNumber: three significant digits, whole numbers from 1,000 on; `–` where there is no number. */
export const formatNumber = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return '–';
  return (Math.abs(value) >= 1_000 ? WHOLE : SIGNIFICANT).format(value);
};

/** formatCount: a number of rows with thousands separators. */
export const formatCount = (count: number): string => WHOLE.format(count);

/** formatEvidence: an adjusted p for people; `exact` where the evidence is a fact and has no p. */
export const formatEvidence = (pAdjusted: number | null): string => {
  if (pAdjusted === null) return 'exact';
  return pAdjusted < P_MIN ? 'p < 0.001' : `p = ${pAdjusted.toFixed(3)}`;
};

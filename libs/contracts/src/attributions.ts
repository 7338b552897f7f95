/** Bins of |φ|: geometric and the same for every model, so that they need no baseline and always add up. */
export const ATTRIBUTION_BINS = {
  /** Each is 19 % wide. */
  perOctave: 4,
  /** Smaller magnitudes than 2^lowest count as zero, the first bin; from 2^highest on they share the last one. */
  lowest: -20,
  highest: 24,
} as const;

export const ATTRIBUTION_BIN_COUNT =
  (ATTRIBUTION_BINS.highest - ATTRIBUTION_BINS.lowest) * ATTRIBUTION_BINS.perOctave + 2;

/** attributionEdge: the lower edge of a bin; 0 for the first, which ends where the second begins. */
export const attributionEdge = (bin: number): number =>
  bin === 0 ? 0 : 2 ** (ATTRIBUTION_BINS.lowest + (bin - 1) / ATTRIBUTION_BINS.perOctave);

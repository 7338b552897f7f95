import { isDecided, type Finding } from '#libs/contracts';

const keyOf = ({ segment, segmentValue, feature, facet, facetValue, metric }: Finding): string =>
  JSON.stringify([segment, segmentValue, feature, facet, facetValue, metric]);

/**
 * withFormerVerdicts: findings of a window as its alerts see them, when a former method of evaluation judged it before: what that one decided
 * stands, so that a change of method opens and resolves nothing; what it left undecided (no labels yet, too few rows) is decided now.
 */
export function withFormerVerdicts(former: readonly Finding[], now: readonly Finding[]): Finding[] {
  const decided = former.filter(isDecided);
  const known = new Set(decided.map(keyOf));
  return [...decided, ...now.filter((finding) => !known.has(keyOf(finding)))];
}

import { isDecided, type Finding } from '#libs/contracts';

/** `inconclusive` is a verdict too: that the evidence did not hold. */
const isJudged = (finding: Finding): boolean => isDecided(finding) || finding.status === 'inconclusive';

const keyOf = ({ segment, segmentValue, feature, facet, facetValue, metric }: Finding): string =>
  JSON.stringify([segment, segmentValue, feature, facet, facetValue, metric]);

/**
 * withFormerVerdicts: findings of a window as its alerts see them, when a former method of evaluation judged it before: what that one judged
 * stands, so that a change of method opens and resolves nothing; what it left undecided (no labels yet, too few rows) is decided now.
 */
export function withFormerVerdicts(former: readonly Finding[], now: readonly Finding[]): Finding[] {
  const judged = former.filter(isJudged);
  const known = new Set(judged.map(keyOf));
  return [...judged, ...now.filter((finding) => !known.has(keyOf(finding)))];
}

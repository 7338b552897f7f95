import type { BiasPlan, Finding } from '#libs/contracts';
import {
  biasSentence,
  describeFeature,
  describeSegment,
  formatCount,
  hasBiasWords,
  namesFor,
  sentenceOf,
  TOLD_BY_NOTE,
} from '#libs/monitoring';
import type { FoundIn } from './windows.js';

/** subjectOf: who or what a finding is about: a group of a facet, a feature, or the rows as a whole. */
export const subjectOf = ({
  feature,
  facet,
  facetValue,
}: Pick<Finding, 'feature' | 'facet' | 'facetValue'>): string => {
  if (facet !== '') return `${facet}: ${facetValue}`;
  return feature === '' ? 'rows as a whole' : describeFeature(feature);
};

const MAX_NAMED = 5;

/** named: the first few of many names of features and groups; what has none is about rows as a whole. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).map((name) => (name === '' ? 'rows as a whole' : name));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
}

/** A bare code says nothing without its column: "sex 2". */
function namesOf(finding: Finding, bias: BiasPlan | null | undefined) {
  const names = namesFor(bias, finding);
  return /^[\d.]+$/.test(names.who) ? { ...names, who: `${finding.facet} ${names.who}` } : names;
}

/** inWords: findings about groups, attributions and what vanished as sentences, since their numbers have directions; nothing for all others. */
export function inWords({ finding }: FoundIn, bias: BiasPlan | null | undefined): string | null {
  const { metric } = finding;
  if (hasBiasWords(metric))
    return `${biasSentence(finding, namesOf(finding, bias), describeSegment(finding))}.`;
  return TOLD_BY_NOTE.has(metric) ? sentenceOf(finding, finding.note) : null;
}

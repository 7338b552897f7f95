import {
  combinationsOf,
  facetSets,
  MAX_FACET_SLOTS,
  MAX_GROUPS,
  slotsOf,
  type BiasSettings,
  type Facet,
  type FacetSet,
  type Feature,
  type ModelBody,
} from '#libs/contracts';

import type { FieldError } from '../http/problem.js';
import { unknownName } from './segment-rules.js';

/** Groups that are compared, over all facets and intersections; each is two dozen findings per segment value and window. */
const MAX_COMPARISONS = 200;
const METRICS = 24;

const facetErrors = (facet: Facet, index: number, features: readonly Feature[]): FieldError[] => {
  const field = `bias.facets.${index}`;
  const feature = features.find(({ name }) => name === facet.feature);
  // A model may be described before its first version; then nothing is known of its features.
  if (facet.feature === undefined || features.length === 0) return [];
  if (feature === undefined)
    return [
      unknownName(
        `${field}.feature`,
        'feature',
        facet.feature,
        features.map(({ name }) => name),
      ),
    ];
  const isRange = facet.disfavoured === undefined;
  return isRange && feature.type !== 'numeric'
    ? [
        {
          field,
          message: `feature '${feature.name}' is ${feature.type}; thresholds and ranges need a numeric one`,
        },
      ]
    : [];
};

const outcomeErrors = ({ problem, positiveLabel }: ModelBody, { favourable }: BiasSettings): FieldError[] => {
  if (problem === 'regression')
    return [{ field: 'bias', message: 'a regression has no outcomes to compare; bias needs classes' }];
  return favourable === undefined && positiveLabel === undefined
    ? [
        {
          field: 'bias.favourable',
          message: 'which outcome do people want? Name it here, or as the positiveLabel of the model',
        },
      ]
    : [];
};

const comparisonsOf = ({ levels }: FacetSet): number =>
  levels.reduce((product, each) => product * each.length, 1) - 1;

/** Counts grow with the product of levels, so what an intersection costs is said before it is paid. */
const sizeErrors = (bias: BiasSettings, segmentValues: number): FieldError[] => {
  const groups = bias.group === undefined ? 0 : (bias.group.values?.length ?? MAX_GROUPS);
  const sets = facetSets(bias);
  const slots = sets.reduce((sum, set) => sum + slotsOf(set, groups), 0);
  const comparisons = sets.reduce((sum, set) => sum + comparisonsOf(set), 0);
  const largest = sets.toSorted((a, b) => combinationsOf(b) - combinationsOf(a))[0]?.name ?? '';
  return [
    ...(slots <= MAX_FACET_SLOTS
      ? []
      : [
          {
            field: 'bias',
            message: `would keep ${slots} counts per segment value and bucket (${segmentValues} segment values: ${slots * segmentValues}), at most ${MAX_FACET_SLOTS} per segment value are allowed; the largest part is '${largest}': take fewer values, facets or group values`,
            found: String(slots),
          },
        ]),
    ...(comparisons <= MAX_COMPARISONS
      ? []
      : [
          {
            field: 'bias',
            message: `would compare ${comparisons} groups (about ${comparisons * METRICS * segmentValues} findings per window), at most ${MAX_COMPARISONS} are allowed; the largest part is '${largest}'`,
            found: String(comparisons),
          },
        ]),
  ];
};

/** biasErrors: what speaks against a model's facets: unknown features, no favourable outcome, more combinations than can be counted. */
export function biasErrors(
  model: ModelBody,
  { features, segmentValues }: { features: readonly Feature[]; segmentValues: number },
): FieldError[] {
  const { bias } = model;
  if (bias === undefined) return [];
  const group = bias.group?.feature;
  const known = features.map(({ name }) => name);
  return [
    ...outcomeErrors(model, bias),
    ...bias.facets.flatMap((facet, index) => facetErrors(facet, index, features)),
    ...(group === undefined || known.length === 0 || known.includes(group)
      ? []
      : [unknownName('bias.group.feature', 'feature', group, known)]),
    ...(group !== undefined &&
    bias.group?.values === undefined &&
    features.some(({ name, type }) => name === group && type === 'numeric')
      ? [
          {
            field: 'bias.group.values',
            message: `are needed: feature '${group}' is numeric and has no categories`,
          },
        ]
      : []),
    ...sizeErrors(bias, segmentValues),
  ];
}

import { z } from 'zod';
import { textSchema } from './names.js';
import { canonicalClass } from './read-values.js';
import { oneField, ONE_FIELD } from './predicates.js';
import { DEFAULT_SCORE_THRESHOLD } from './score-rule.js';

const scalar = z.union([z.string().min(1).max(256), z.number(), z.boolean()]);
const field = { feature: textSchema.optional(), tag: textSchema.optional() };

/** disfavouredSchema: values that make a group each; several in a list of their own make one group together. */
export const disfavouredSchema = z
  .array(z.union([scalar, z.array(scalar).min(1).max(100)]))
  .min(1)
  .max(20);
type Scalar = z.infer<typeof scalar>;

/** valuesOf: the values of one entry of `disfavoured`. */
export const valuesOf = (entry: Scalar | readonly Scalar[]): readonly Scalar[] =>
  typeof entry === 'object' ? entry : [entry];

const disfavouredTexts = (entries: z.infer<typeof disfavouredSchema> = []): string[] =>
  entries.flatMap((entry) => valuesOf(entry).map(String));
const range = z.strictObject({
  value: textSchema,
  from: z.number().optional(),
  below: z.number().optional(),
  disfavoured: z.boolean().default(true),
});

const given = (...values: unknown[]): number => values.filter((value) => value !== undefined).length;

/** A sensitive attribute: what is compared (each disfavoured value on its own) and with whom (all that is favoured). */
export const facetSchema = z
  .strictObject({
    name: textSchema,
    ...field,
    /** Values that make a group each; those of an inner list make one group: `["f", ["x", "d"]]`. */
    disfavoured: disfavouredSchema.optional(),
    /** With `disfavoured`: the values of the other side; without it, every other value. */
    favoured: z.array(scalar).min(1).max(100).optional(),
    /** Disfavoured are values greater than this … */
    above: z.number().optional(),
    /** … or less than this. */
    below: z.number().optional(),
    /** Named half-open ranges [from, below); what lies in none belongs to nobody. */
    ranges: z.array(range).min(2).max(20).optional(),
    /** What values are called in messages: `{ "2": "women" }`; a group of values by its own name: `{ "2 or 3": "women" }`. */
    names: z.record(textSchema, textSchema).default({}),
    favouredName: textSchema.optional(),
  })
  .refine(oneField, ONE_FIELD)
  .refine((f) => given(f.disfavoured, f.above, f.below, f.ranges) === 1, {
    message: 'use exactly one of disfavoured, above, below, ranges',
    abort: true,
  })
  .refine((f) => f.favoured === undefined || f.disfavoured !== undefined, {
    path: ['favoured'],
    message: 'goes with disfavoured; thresholds and ranges say themselves who is favoured',
  })
  .refine(
    ({ disfavoured }) => new Set(disfavouredTexts(disfavoured)).size === disfavouredTexts(disfavoured).length,
    {
      path: ['disfavoured'],
      message: 'names a value twice',
    },
  )
  .refine(
    ({ favoured = [], disfavoured }) =>
      !favoured.some((value) => disfavouredTexts(disfavoured).includes(String(value))),
    {
      path: ['favoured'],
      message: 'holds a value that is disfavoured too',
    },
  )
  .refine((f) => f.ranges === undefined || new Set(f.ranges.map((r) => r.disfavoured)).size === 2, {
    path: ['ranges'],
    message: 'need at least one that is disfavoured and one that is not (`"disfavoured": false`)',
  });
export type Facet = z.infer<typeof facetSchema>;

/** Within its groups, conditional demographic disparity looks at how outcomes divide. */
const groupSchema = z
  .strictObject({
    ...field,
    /** Without them, the 50 most frequent categories of the baseline; all others are one group. */
    values: z.array(scalar).min(1).max(50).optional(),
  })
  .refine(oneField, ONE_FIELD)
  .refine((g) => g.tag === undefined || g.values !== undefined, {
    path: ['values'],
    message: 'are needed for a tag, whose values no baseline lists',
  });

/**
 * How a model is looked at for bias. Part of the model and not of a monitor, because counting follows from it: two monitors on the
 * same facets read the same cells, and a limit is changed without counting anything anew.
 */
export const biasSettingsSchema = z
  .strictObject({
    facets: z.array(facetSchema).min(1).max(10),
    /** Facets that are also compared together: `[["sex", "age"]]`. */
    intersections: z.array(z.array(textSchema).min(2).max(3)).max(20).default([]),
    group: groupSchema.optional(),
    /** The outcomes that people want; without it the model's positive label. */
    favourable: z.array(textSchema).min(1).max(100).optional(),
    /** From this score on a prediction without a label is the positive one; the model's own, or 0.5, if left out. */
    scoreThreshold: z.number().optional(),
  })
  .refine((b) => new Set(b.facets.map(({ name }) => name)).size === b.facets.length, {
    path: ['facets'],
    message: 'names must be unique',
  })
  .superRefine((b, context) => {
    b.intersections.forEach((names, index) => {
      const unknown = names.find((name) => !b.facets.some((facet) => facet.name === name));
      const path = ['intersections', index];
      if (unknown !== undefined)
        context.addIssue({ code: 'custom', path, message: `there is no facet '${unknown}' in facets` });
      if (new Set(names).size !== names.length)
        context.addIssue({ code: 'custom', path, message: 'names a facet twice' });
    });
    const sets = b.intersections.map((names) => names.toSorted().join('\n'));
    if (new Set(sets).size !== sets.length)
      context.addIssue({ code: 'custom', path: ['intersections'], message: 'holds the same facets twice' });
  });
export type BiasSettings = z.infer<typeof biasSettingsSchema>;

/** One group of a facet. In cells, position 0 is nobody's (absent, invalid, in no group); then come the levels in this order. */
export type FacetLevel = { name: string; disfavoured: boolean };

const levelOfValue = (facet: Facet, value: string): FacetLevel => ({
  name: facet.names[value] ?? value,
  disfavoured: true,
});

/** A group of several values is called by its own name, else by those of its values. */
function levelOfValues(facet: Facet, values: readonly Scalar[]): FacetLevel {
  const together = values.map(String).join(' or ');
  const each = values.map((value) => facet.names[String(value)] ?? String(value)).join(' or ');
  return { name: facet.names[together] ?? each, disfavoured: true };
}

function favouredName(facet: Facet): string {
  if (facet.favouredName !== undefined) return facet.favouredName;
  const named = (facet.favoured ?? []).map((value) => facet.names[String(value)] ?? String(value));
  if (named.length > 0) return named.join(' or ');
  if (facet.above !== undefined) return `at most ${facet.above}`;
  return facet.below === undefined ? 'all others' : `at least ${facet.below}`;
}

/** facetLevels: the groups of a facet; of thresholds and values the favoured one comes first. */
export function facetLevels(facet: Facet): FacetLevel[] {
  if (facet.ranges !== undefined)
    return facet.ranges.map(({ value, disfavoured }) => ({ name: facet.names[value] ?? value, disfavoured }));
  const favoured = { name: favouredName(facet), disfavoured: false };
  if (facet.above !== undefined) return [favoured, levelOfValue(facet, `above ${facet.above}`)];
  if (facet.below !== undefined) return [favoured, levelOfValue(facet, `below ${facet.below}`)];
  return [favoured, ...(facet.disfavoured ?? []).map((entry) => levelOfValues(facet, valuesOf(entry)))];
}

/** What one cell counts: a facet, or several together. */
export type FacetSet = { name: string; facets: Facet[]; levels: FacetLevel[][] };

const setOf = (facets: Facet[]): FacetSet => ({
  name: facets.map(({ name }) => name).join(' × '),
  facets,
  levels: facets.map(facetLevels),
});

/** facetSets: every facet alone, then the intersections. */
export const facetSets = ({
  facets,
  intersections,
}: Pick<BiasSettings, 'facets' | 'intersections'>): FacetSet[] => [
  ...facets.map((facet) => setOf([facet])),
  ...intersections.map((names) => setOf(facets.filter(({ name }) => names.includes(name)))),
];

/** Outcomes in cells: 0 unknown, 1 favourable, 2 not favourable. */
export const OUTCOMES = 3;
export const FAVOURABLE = 1;
export const UNFAVOURABLE = 2;

/** combinationsOf: places of a set's cell before groups and outcomes: the levels of its facets, each with nobody's place. */
export const combinationsOf = ({ levels }: Pick<FacetSet, 'levels'>): number =>
  levels.reduce((product, each) => product * (each.length + 1), 1);

/** slotsOf: how many counts the cell of a set holds; groups are counted without the one for all others. */
export const slotsOf = (set: Pick<FacetSet, 'levels'>, groups: number): number =>
  combinationsOf(set) * (groups + 1) * OUTCOMES * OUTCOMES;

export const MAX_GROUPS = 50;
/** Counts of all sets of one segment value and bucket; refused at save beyond. */
export const MAX_FACET_SLOTS = 20_000;

/** What counting by facets needs to know, once the registry's settings and the binning are put together. */
export type BiasPlan = Pick<BiasSettings, 'facets' | 'intersections'> & {
  /** From this score on a prediction without a label is the positive one. */
  scoreThreshold: number;
  /** The group variable; null without one. */
  group: BiasSettings['group'] | null;
  /** Its values; all others are one more group. */
  groups: string[];
  favourable: string[];
  /** Whether a high score speaks for a favourable outcome. */
  scoreFavours: boolean;
};

type ModelSettings = {
  positiveLabel?: string | undefined;
  scoreThreshold?: number | undefined;
  bias?: BiasSettings | undefined;
};
type Vocabulary = { feature: string; kind: string; categories?: string[] };

/** biasPlan: null when the model has no facets, or says nowhere which outcome is favourable. */
export function biasPlan(
  { positiveLabel, scoreThreshold, bias }: ModelSettings,
  binning: readonly Vocabulary[],
): BiasPlan | null {
  const named = bias?.favourable ?? (positiveLabel === undefined ? [] : [positiveLabel]);
  const favourable = [...new Set(named.map(canonicalClass))];
  if (bias === undefined || favourable.length === 0) return null;
  const { facets, intersections, group } = bias;
  const known = binning.find(({ feature }) => feature === group?.feature)?.categories ?? [];
  return {
    facets,
    intersections,
    scoreThreshold: scoreThreshold ?? bias.scoreThreshold ?? DEFAULT_SCORE_THRESHOLD,
    group: group ?? null,
    groups: group === undefined ? [] : (group.values?.map(String) ?? known.slice(0, MAX_GROUPS)),
    favourable,
    scoreFavours: positiveLabel === undefined || favourable.includes(canonicalClass(positiveLabel)),
  };
}

/** A row of a sample. Levels as in cells, one per facet; segments: the value of each that it is in; null: the outcome is not known. */
export type BiasSampleRow = {
  features: number[];
  levels: number[];
  segments: Readonly<Record<string, string>>;
  favourable: boolean | null;
};

/** A sample of rows for what counts cannot tell. */
export type BiasSample = { rows: BiasSampleRow[] };

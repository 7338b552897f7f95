import {
  biasPlan,
  biasSettingsSchema,
  canonicalClass,
  CLASS_PAIRS,
  facetSets,
  MAX_FACET_SLOTS,
  MAX_GROUPS,
  PREDICTION_FEATURES,
  slotsOf,
  type BiasPlan,
  type BiasSettings,
  type BinningBody,
  type CheckConfig,
  type CheckFacet,
} from '#libs/contracts';
import type { ConfigFile } from './config-file.js';
import type { ColumnView, Columns } from './columns.js';
import { CheckProblem } from './problem.js';

const MOSTLY = 0.99;
/** Groups that are compared, over all facets and intersections: each is two dozen findings per segment value and window. */
const MAX_COMPARISONS = 200;

const groupOf = ({ group }: CheckConfig) => (typeof group === 'string' ? { column: group } : group);

/** facetColumns: columns that have to be counted by, whether they are compared or not. */
export const facetColumns = (config: CheckConfig): Set<string> => {
  const group = groupOf(config);
  return new Set([
    ...(config.facets ?? []).map(({ column }) => column),
    ...(group === undefined ? [] : [group.column]),
  ]);
};

const facetOf = ({ column, name = column, favoured_name: favouredName, ...rest }: CheckFacet) => ({
  ...rest,
  name,
  feature: column,
  ...(favouredName !== undefined && { favouredName }),
});

/** facetSettings: what the configuration says about groups, as a model would say it; undefined without facets. */
export function facetSettings(
  { config, at }: ConfigFile,
  { views, columns }: { views: readonly ColumnView[]; columns: Columns },
): BiasSettings | undefined {
  const { facets, intersections, favourable, score_threshold: scoreThreshold } = config;
  if (facets === undefined) {
    const alone = (['intersections', 'group', 'favourable'] as const).find(
      (key) => config[key] !== undefined,
    );
    if (alone === undefined) return undefined;
    throw new CheckProblem(`${at([alone])}: ${alone} goes with facets; add facets: [{ column: … }]`);
  }
  const group = groupOf(config);
  const parsed = biasSettingsSchema.safeParse({
    facets: facets.map(facetOf),
    intersections,
    ...(group !== undefined && { group: { feature: group.column, values: group.values } }),
    favourable: favourable?.map(String),
    scoreThreshold,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    throw new CheckProblem(`${at(path)}: ${path.map(String).join('.')}: ${issue?.message ?? ''}`);
  }
  facets.forEach((facet, index) => {
    checkFacet(facet, { views, columns, at: (key) => at(['facets', index, key]) });
  });
  if (group !== undefined) checkCountable(group.column, columns, at(['group']));
  checkSize(parsed.data, at(['facets']));
  return parsed.data;
}

type At = (key: string) => string;

function checkCountable(column: string, { features, listed }: Columns, where: string): void {
  if (features.some(({ name }) => name === column)) return;
  const why = listed.find(({ name }) => name === column)?.why ?? 'cannot be read';
  throw new CheckProblem(`${where}: rows cannot be grouped by column '${column}', which ${why}`);
}

function checkFacet(
  facet: CheckFacet,
  { views, columns, at }: { views: readonly ColumnView[]; columns: Columns; at: At },
): void {
  checkCountable(facet.column, columns, at('column'));
  const key = (['above', 'below', 'ranges'] as const).find((one) => facet[one] !== undefined);
  const facts = views.find(({ column }) => column.name === facet.column)?.facts;
  if (key === undefined || facts === undefined || facts.filled === 0) return;
  if (facts.numbers >= facts.filled * MOSTLY) return;
  throw new CheckProblem(
    `${at(key)}: column '${facet.column}' holds text; above, below and ranges need numbers: use disfavoured`,
  );
}

function checkSize(settings: BiasSettings, where: string): void {
  const groups = settings.group === undefined ? 0 : (settings.group.values?.length ?? MAX_GROUPS);
  const sets = facetSets(settings);
  const slots = sets.reduce((sum, set) => sum + slotsOf(set, groups), 0);
  const compared = sets.reduce(
    (sum, { levels }) => sum + levels.reduce((product, each) => product * each.length, 1) - 1,
    0,
  );
  if (slots > MAX_FACET_SLOTS)
    throw new CheckProblem(
      `${where}: would keep ${slots} counts per segment value, at most ${MAX_FACET_SLOTS} are allowed; take fewer values, intersections or group values`,
    );
  if (compared > MAX_COMPARISONS)
    throw new CheckProblem(
      `${where}: would compare ${compared} groups, at most ${MAX_COMPARISONS} are allowed; take fewer values or intersections`,
    );
}

const predictedClasses = ({ features }: Pick<BinningBody, 'features'>): string[] => {
  const predicted = features.find(({ feature }) => feature === PREDICTION_FEATURES.label);
  return predicted?.kind === 'categorical' ? predicted.categories : [];
};

/** usualClass: the wanted one of two usual classes, where they are all that the baseline predicts. */
export const usualClass = (classes: readonly string[]): string | undefined =>
  CLASS_PAIRS.find((pair) => classes.length > 0 && classes.every((one) => pair.includes(one)))?.[0];

/** asPredicted: a class as it is compared, also where the configuration writes it in another case than the file. */
export function asPredicted(written: string | number | boolean, classes: readonly string[]): string {
  const text = canonicalClass(String(written));
  if (classes.includes(text)) return text;
  return classes.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text;
}

type Counting = {
  file: ConfigFile;
  binning: Pick<BinningBody, 'features'>;
  valuesOf: (feature: string) => Promise<string[]>;
};

/** countedBy: how facets are counted, with the values of the group variable that the baseline has most often, and what is to be said about it. */
export async function countedBy(
  settings: BiasSettings,
  { file: { config, at }, binning, valuesOf }: Counting,
): Promise<{ plan: BiasPlan; remarks: string[] }> {
  const classes = predictedClasses(binning);
  const { positive } = config.columns ?? {};
  const favourable = config.favourable?.map((one) => asPredicted(one, classes));
  const said = positive === undefined ? undefined : asPredicted(positive, classes);
  const assumed = said === undefined && favourable === undefined ? usualClass(classes) : undefined;
  const bias = {
    ...settings,
    ...(favourable && { favourable }),
    ...(await groupSettings(settings, valuesOf)),
  };
  const plan = biasPlan({ positiveLabel: said ?? assumed, bias }, binning.features);
  if (plan === null)
    throw new CheckProblem(
      `${at(['facets'])}: which outcome do people want? Name it under columns.positive, such as 1, or under favourable`,
    );
  const never = classes.length === 0 ? [] : plan.favourable.filter((one) => !classes.includes(one));
  return {
    plan,
    remarks: [
      ...(assumed === undefined
        ? []
        : [`'${assumed}' is taken for the outcome that people want; name it under columns.positive`]),
      ...never.map((one) => `the outcome '${one}' that people want is none that the baseline predicts`),
    ],
  };
}

async function groupSettings(
  { group }: BiasSettings,
  valuesOf: Counting['valuesOf'],
): Promise<Pick<BiasSettings, 'group'>> {
  if (group?.feature === undefined || group.values !== undefined) return {};
  const values = await valuesOf(group.feature);
  return values.length === 0 ? {} : { group: { ...group, values } };
}

import { createHash } from 'node:crypto';
import { PREDICTION_FEATURES, storedAs, type Feature, type FeatureBinning } from '#libs/contracts';
import type { Database } from '../client/index.js';
import { featureColumns, rawValue } from '../segments/feature-columns.js';
import { baselineRows, oneInOf, readFacts, type Facts, type Source } from './baseline-rows.js';
import { categoricalBinnings } from './categorical-binnings.js';
import { numericBinnings } from './numeric-binnings.js';
import type { BaselineName } from './remove.js';

/** binningHash: names a binning by its content, 16 hex digits. */
export const binningHash = (features: readonly FeatureBinning[]): string =>
  createHash('sha256')
    .update(JSON.stringify(features.map(canonical)))
    .digest('hex')
    .slice(0, 16);

const canonical = (binning: FeatureBinning): unknown[] =>
  binning.kind === 'numeric'
    ? [binning.feature, binning.kind, binning.edges, binning.max]
    : [binning.feature, binning.kind, binning.categories, ...(binning.distinct === true ? ['distinct'] : [])];

/** createBinning: how the features of a version are counted, made from the rows of an origin. Context features are not compared and not counted. */
export async function createBinning(
  db: Database,
  name: BaselineName,
  features: readonly Feature[],
): Promise<{ hash: string; features: FeatureBinning[] }> {
  const facts = await readFacts(db, name);
  const columns = featureColumns(features);
  const inputs = features.flatMap(({ name: feature, type, role }): Source[] => {
    const column = columns.get(feature);
    return role === 'context' || column === undefined ? [] : [{ feature, type, value: rawValue(column) }];
  });
  const sources = [...inputs, ...predictionSources(facts)];
  const rows = baselineRows(name, features);
  const numbers = sources.filter(({ type }) => storedAs(type) === 'numeric');
  const texts = sources.filter(({ type }) => type === 'categorical' || type === 'boolean');
  const made: FeatureBinning[] = [
    ...(await numericBinnings(db, numbers, { rows, oneIn: oneInOf(facts) })),
    ...(await categoricalBinnings(db, texts, rows)),
    ...sources.filter(({ type }) => type === 'identifier').map(uncategorised),
  ];
  const byFeature = new Map(made.map((binning) => [binning.feature, binning]));
  const binnings = sources.flatMap(({ feature }) => byFeature.get(feature) ?? []);
  return { hash: binningHash(binnings), features: binnings };
}

/** Every value of an identifier is new; only how many differ is counted. */
const uncategorised = ({ feature }: Source): FeatureBinning => ({
  feature,
  kind: 'categorical',
  categories: [],
  distinct: true,
});

const predictionSources = (facts: Facts): Source[] => [
  ...(facts.scores > 0
    ? [{ feature: PREDICTION_FEATURES.score, value: 'score', type: 'numeric' } as const]
    : []),
  ...(facts.labels > 0
    ? [{ feature: PREDICTION_FEATURES.label, value: 'label', type: 'categorical' } as const]
    : []),
  ...(facts.values > 0
    ? [{ feature: PREDICTION_FEATURES.value, value: 'value', type: 'numeric' } as const]
    : []),
];

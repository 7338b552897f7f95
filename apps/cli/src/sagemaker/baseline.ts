import { PREDICTION_FEATURES, type FeatureStatistics, type StatisticsBaseline } from '#libs/contracts';
import type { Constraints, Statistics, StatisticsFeature } from './formats.js';
import { isMatched, nameMatcher } from './names.js';
import { numericStatistics } from './numeric-statistics.js';
import type { ImportReport } from './report.js';
import { textStatistics } from './text-statistics.js';

/** Roles: which columns are predictions, or nothing that is looked at. By the names of SageMaker. */
export type Roles = {
  score?: string | undefined;
  label?: string | undefined;
  value?: string | undefined;
  ignore?: readonly string[] | undefined;
};

/** BaselineTarget: what the statistics are to become. */
export type BaselineTarget = {
  name: string;
  source: string;
  /** Features that the version already has; empty for a new one. */
  known: readonly string[];
  roles: Roles;
};

/** ImportedBaseline: the body for the API, and the feature that each column of SageMaker became. */
export type ImportedBaseline = { body: StatisticsBaseline | null; featureOf: Map<string, string> };

const BODY_BYTES = 900_000;
const BYTES_PER_BIN = 28;
const [FEWEST_BINS, MOST_BINS] = [10, 100];

/** binsFor: as many as rows would get, fewer where so many features would not fit into one request. */
const binsFor = (numeric: number): number =>
  Math.max(FEWEST_BINS, Math.min(MOST_BINS, Math.floor(BODY_BYTES / BYTES_PER_BIN / Math.max(1, numeric))));

/** predictionName: the reserved name of a column that is a prediction. */
export function predictionName(column: string, { score, label, value }: Roles): string | null {
  if (column === score) return PREDICTION_FEATURES.score;
  if (column === label) return PREDICTION_FEATURES.label;
  return column === value ? PREDICTION_FEATURES.value : null;
}

const presentIn = ({
  numerical_statistics: numbers,
  string_statistics: texts,
}: StatisticsFeature): number => {
  const common = (numbers ?? texts)?.common;
  return (common?.num_present ?? 0) + (common?.num_missing ?? 0);
};

/** rowsOf: older files have no item count; then every feature knows it. */
const rowsOf = ({ dataset, features }: Statistics): number =>
  Math.round(dataset?.item_count ?? Math.max(0, ...features.map(presentIn)));

/** A prediction of a class that is written as a number: its values are its categories. */
const wantsText = (name: string, { string_statistics: texts }: StatisticsFeature): string | null =>
  name === PREDICTION_FEATURES.label && texts === undefined
    ? 'a predicted label is compared by its categories, and the file has bins of a number'
    : null;

function convert(
  feature: StatisticsFeature,
  name: string,
  options: { rows: number; bins: number; domains: readonly string[] | undefined },
): FeatureStatistics | { why: string } {
  const { inferred_type: type, numerical_statistics: numbers, string_statistics: texts } = feature;
  const refused = wantsText(name, feature);
  if (refused !== null) return { why: refused };
  if (type === 'Fractional' || type === 'Integral')
    return numbers === undefined
      ? { why: 'it has no numerical_statistics' }
      : numericStatistics(name, numbers, options);
  if (type === 'String')
    return texts === undefined
      ? { why: 'it has no string_statistics' }
      : textStatistics(name, texts, options);
  return { why: `its inferred type is ${type}` };
}

const domainsOf = (constraints: Constraints | null): Map<string, readonly string[] | undefined> =>
  new Map(constraints?.features.map(({ name, string_constraints: texts }) => [name, texts?.domains]));

/** importBaseline: statistics.json → a baseline without rows; what has no place in it goes to the report. */
export function importBaseline(
  statistics: Statistics,
  constraints: Constraints | null,
  { target, report }: { target: BaselineTarget; report: ImportReport },
): ImportedBaseline {
  const { roles, known } = target;
  const [rows, domains, match] = [rowsOf(statistics), domainsOf(constraints), nameMatcher(known)];
  const bins = binsFor(statistics.features.filter(({ numerical_statistics }) => numerical_statistics).length);
  const featureOf = new Map<string, string>();
  const features: FeatureStatistics[] = [];
  const refuse = (column: string, why: string) => report.notCarried.push({ what: `feature ${column}`, why });
  for (const feature of statistics.features) {
    const column = feature.name;
    if (roles.ignore?.includes(column) === true) {
      refuse(column, 'left out with --ignore');
      continue;
    }
    const prediction = predictionName(column, roles);
    const matched = prediction === null ? match(column) : { name: prediction };
    if (!isMatched(matched)) {
      refuse(column, matched.why);
      continue;
    }
    const { name } = matched;
    if (features.some((other) => other.name === name)) {
      refuse(column, `another column is ${name} already`);
      continue;
    }
    const converted = convert(feature, name, { rows, bins, domains: domains.get(column) });
    if ('why' in converted) {
      refuse(column, converted.why);
      continue;
    }
    if (converted.kind === 'identifier')
      report.changed.push({
        what: `feature ${column}`,
        why: 'has no histogram, so only missing and different values are watched, not its distribution',
      });
    features.push(converted);
    featureOf.set(column, name);
  }
  if (features.length === 0 || rows < 1) return { body: null, featureOf };
  report.carried.push(
    `baseline ${target.name}: ${rows} rows, ${features.length} of ${statistics.features.length} features, ${bins === MOST_BINS ? 'about 100' : `at most ${bins}`} bins each where there is a sketch`,
  );
  return { body: { name: target.name, rows, source: target.source, features }, featureOf };
}

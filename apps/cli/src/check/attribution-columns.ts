import type { CheckConfig, Feature } from '#libs/contracts';
import type { ConfigFile } from './config-file.js';
import type { ColumnView } from './columns.js';
import { CheckProblem } from './problem.js';

/** What common tools put in front of the feature that a column explains. */
const USUAL = ['phi_', 'shap_'];
const MOSTLY = 0.99;
const MAX_KNOWN = 20;

const isNumeric = ({ facts }: ColumnView): boolean =>
  facts.filled === 0 || facts.numbers >= facts.filled * MOSTLY;

/** explainedBy: the feature that a column explains: by the prefix of the configuration, or by a usual one in front of a column's name. */
export function explainedBy(
  view: ColumnView,
  { columns: { attributions } = {} }: CheckConfig,
  known: ReadonlySet<string>,
): string | undefined {
  const { name } = view.column;
  if (attributions !== undefined)
    return name.startsWith(attributions) ? name.slice(attributions.length) : undefined;
  const prefix = USUAL.find((usual) => name.startsWith(usual) && known.has(name.slice(usual.length)));
  return prefix !== undefined && isNumeric(view) ? name.slice(prefix.length) : undefined;
}

/**
 * attributionColumns: feature → column that explains it. A configured prefix also counts where only the current file has the column: a
 * monitor may bring weights instead of rows at training.
 */
export function attributionColumns(
  { config, at }: ConfigFile,
  {
    features,
    explaining,
    current,
  }: { features: readonly Feature[]; explaining: readonly string[]; current: readonly string[] },
): Map<string, string> {
  const prefix = config.columns?.attributions;
  const there = new Set(prefix === undefined ? explaining : [...explaining, ...current]);
  const prefixes = prefix === undefined ? USUAL : [prefix];
  const columns = new Map(
    features.flatMap(({ name }) => {
      const column = prefixes.map((one) => `${one}${name}`).find((one) => there.has(one));
      return column === undefined ? [] : [[name, column] as const];
    }),
  );
  if (prefix !== undefined && columns.size === 0)
    throw new CheckProblem(
      `${at(['columns', 'attributions'])}: no column is called '${prefix}' and then a feature; features are ${features
        .slice(0, MAX_KNOWN)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  return columns;
}

import {
  biasMetrics,
  type BiasSettings,
  type Facet,
  type MetricName,
  type Thresholds,
} from '#libs/contracts';
import type { Analysis, BiasPart } from './formats.js';
import { draftOf, type MonitorDraft, type MonitorTarget } from './monitor-draft.js';
import { isMatched, nameMatcher } from './names.js';
import type { ImportReport } from './report.js';

/** ImportedBias: what the model is to know of its groups, and the monitor with the limits. */
export type ImportedBias = { settings: BiasSettings; monitor: MonitorDraft };

const RATIOS: readonly MetricName[] = ['di', 'demographic_parity_ratio'];
/** Names of Clarify that are not ours in lower case. */
const ALIASES: Readonly<Record<string, MetricName>> = { dca: 'dcacc', fliptest: 'ft' };

const metricOf = (name: string): MetricName | undefined => {
  const lower = name.toLowerCase();
  return biasMetrics.find((metric) => metric === lower) ?? ALIASES[lower];
};

const INTERVAL = /^\(\s*(-?[\d.eE+-]+)\s*,\s*(-?[\d.eE+-]+|inf)\s*\]$/;

/** thresholdOf: the lower bound of `(t, max]`, which is how a threshold is written down. */
const thresholdOf = (value: string): number | null => {
  const match = INTERVAL.exec(value);
  return match === null ? null : Number(match[1]);
};

type Group = BiasPart['facets'][string][number];
type Entry = { column: string; value: string; metrics: Group['metrics'] };

/** entriesOf: one per facet and value, with the metrics of both stages together. */
function entriesOf({ pre_training_bias_metrics: pre, post_training_bias_metrics: post }: Analysis): Entry[] {
  const entries = new Map<string, Entry>();
  for (const part of [pre, post])
    for (const [column, groups] of Object.entries(part?.facets ?? {}))
      for (const { value_or_threshold: value, metrics } of groups) {
        const key = JSON.stringify([column, value]);
        const entry = entries.get(key) ?? { column, value, metrics: [] };
        entries.set(key, { ...entry, metrics: [...entry.metrics, ...metrics] });
      }
  return [...entries.values()];
}

/** limitOf: as far from neutral as at training and no farther. A ratio counts the same both ways round. */
function limitOf(metric: MetricName, value: number): number {
  if (!RATIOS.includes(metric)) return Math.abs(value);
  return value > 1 ? 1 / value : value;
}

function limitsOf({ column, value, metrics }: Entry, report: ImportReport): Thresholds {
  const limits: Thresholds = {};
  for (const { name, value: measured, error } of metrics) {
    const refuse = (why: string) =>
      report.notCarried.push({ what: `bias ${name} of ${column} ${value}`, why });
    const metric = metricOf(name);
    if (metric === undefined) refuse('there is no such metric here');
    else if (metric === 'cddl' || metric === 'cddpl')
      refuse(
        'the group variable is not in the file; add `bias.group` to the model and a limit to the monitor',
      );
    else if (measured == null)
      refuse(typeof error === 'string' ? `it has no value: ${error}` : 'it has no value');
    else if (RATIOS.includes(metric) && measured <= 0) refuse('a ratio of 0 cannot be a limit');
    else limits[metric] = limitOf(metric, measured);
  }
  return limits;
}

type Named = { facet: Facet; limits: Thresholds };

/** facetsOf: one facet per disfavoured value, each against all others, as Clarify compares them. */
function facetsOf(entries: readonly Entry[], known: readonly string[], report: ImportReport): Named[] {
  const match = nameMatcher(known);
  const perColumn = Map.groupBy(entries, ({ column }) => column);
  return entries.flatMap((entry): Named[] => {
    const { column, value } = entry;
    const refuse = (why: string): Named[] => {
      report.notCarried.push({ what: `facet ${column} ${value}`, why });
      return [];
    };
    const matched = match(column);
    if (!isMatched(matched)) return refuse(matched.why);
    const isOnly = perColumn.get(column)?.length === 1;
    const above = thresholdOf(value);
    if (above === null && value.includes('(')) return refuse('its interval cannot be read');
    if (above !== null && !isOnly)
      return refuse('several intervals of a number: name them as `ranges` in the facets of the model');
    const groups = { feature: matched.name, name: isOnly ? column : `${column}=${value}`, names: {} };
    const limits = limitsOf(entry, report);
    const facet = above === null ? { ...groups, disfavoured: [value] } : { ...groups, above };
    return [{ facet, limits }];
  });
}

const favourableOf = ({ pre_training_bias_metrics: pre, post_training_bias_metrics: post }: Analysis) =>
  pre?.label_value_or_threshold ?? post?.label_value_or_threshold;

/**
 * importBias: analysis.json → facets of the model and a monitor whose limits are the values at training. Like there, a live value
 * violates when it is farther from neutral; the neutral point of a ratio is 1 here. Null without facets that can be carried.
 */
export function importBias(
  analysis: Analysis,
  { target, known, report }: { target: MonitorTarget; known: readonly string[]; report: ImportReport },
): ImportedBias | null {
  const named = facetsOf(entriesOf(analysis), known, report);
  if (named.length === 0) return null;
  const favourable = favourableOf(analysis);
  if (favourable?.includes('(') === true)
    report.notCarried.push({
      what: `favourable label ${favourable}`,
      why: 'it is an interval; give the model the labels that people want as `bias.favourable`',
    });
  const ratio = named.some(({ limits }) => limits.di !== undefined);
  if (ratio)
    report.changed.push({
      what: 'bias DI',
      why: 'is measured from 1, not from 0: a ratio that comes nearer to 1 is no violation, and 2 is as far as 0.5',
    });
  const intervals = favourable === undefined || favourable.includes('(') ? {} : { favourable: [favourable] };
  report.carried.push(
    `monitor bias: ${named.map(({ facet, limits }) => `${facet.name} (${Object.keys(limits).join(', ')})`).join('; ')}`,
  );
  return {
    settings: {
      facets: named.map(({ facet }) => facet),
      intersections: [],
      scoreThreshold: 0.5,
      ...intervals,
    },
    monitor: draftOf(target, 'bias', {
      metrics: [...new Set(named.flatMap(({ limits }) => Object.keys(limits) as MetricName[]))],
      featureThresholds: Object.fromEntries(named.map(({ facet, limits }) => [facet.name, limits])),
      bias: { facets: named.map(({ facet }) => facet.name), against: 'fixed', minGroupRows: 50 },
    }),
  };
}

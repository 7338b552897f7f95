import { defaultMetricsOf, type MetricName } from '#libs/contracts';
import type { Pair } from './pair.js';

type Place = Pick<Pair, 'segment' | 'segmentValue' | 'feature' | 'settings'>;

/** limitedMetrics: metrics that a limit here names, apart from those that its kind computes anyway (each for the features that it fits). */
function limitedMetrics({ settings, segment, segmentValue, feature }: Place): MetricName[] {
  const { segmentThresholds: bySegment, featureThresholds: byFeature, thresholds } = settings;
  const levels = [
    bySegment[`${segment}=${segmentValue}`],
    bySegment[segment],
    byFeature[feature],
    thresholds,
  ];
  const usual: readonly string[] = [...defaultMetricsOf[settings.kind], 'default'];
  const named = levels.flatMap((level) => Object.keys(level ?? {}));
  return named.filter((metric) => !usual.includes(metric)) as MetricName[];
}

/** chosenMetrics: what to compute for a pair: what the monitor chose, else `defaults` and what it sets a limit on. */
export const chosenMetrics = (place: Place, defaults: readonly MetricName[]): MetricName[] => [
  ...new Set(place.settings.metrics ?? [...defaults, ...limitedMetrics(place)]),
];

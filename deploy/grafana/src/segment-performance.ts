import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  dashboard,
  findingsOf,
  liveBuckets,
  ofModel,
  table,
  timeSeries,
  UNDECIDED,
  variables,
} from './common.js';

/** Which part of the traffic is served worse, or has changed, compared with the rest? */
export function segmentPerformance(): DashboardBuilder {
  return dashboard({
    title: 'Segment performance',
    uid: 'plumbline-segment-performance',
    description: 'Every value of one segment side by side: traffic, quality, predictions and drift',
  })
    .withVariable(variables.feature)
    .withRow(new RowBuilder('Summary'))
    .withPanel(summary)
    .withRow(new RowBuilder('Quality'))
    .withPanel(accuracy)
    .withPanel(coverage)
    .withRow(new RowBuilder('Predictions'))
    .withPanel(predictionMean)
    .withPanel(traffic)
    .withRow(new RowBuilder('Drift'))
    .withPanel(drift)
    .withPanel(alerts);
}

/** Findings whose value can be read as a multiple of their limit, and that say something. */
const RATED =
  "threshold > 0 AND value IS NOT NULL AND metric NOT IN ('accuracy', 'label_coverage') AND status IN ('ok', 'breached')";

const summary = table(
  {
    title: 'Segment values',
    description:
      'Over the time range; worst drift is the largest ratio of a metric to its limit, of what was decided; undecided findings say neither healthy nor not',
  },
  `SELECT segment_value, sum(rows) AS predictions, sum(labelled) / greatest(sum(rows), 1) AS label_coverage,
  sum(arraySum(arrayMap((k, n) -> if(splitByChar('\\x1f', k)[1] = splitByChar('\\x1f', k)[2], n, 0), mapKeys(top), mapValues(top)))) / greatest(sum(labelled), 1) AS accuracy,
  any(worst) AS worst_ratio, any(worst_feature) AS worst_feature, any(breached_findings) AS breached, any(decided_findings) AS decided, any(undecided_findings) AS undecided
FROM current_profiles
LEFT JOIN (
  SELECT segment_value, maxIf(value / threshold, ${RATED}) AS worst, argMaxIf(feature, value / threshold, ${RATED}) AS worst_feature,
    countIf(status = 'breached') AS breached_findings, countIf(status IN ('ok', 'breached')) AS decided_findings, countIf(${UNDECIDED}) AS undecided_findings
  FROM current_findings WHERE ${findingsOf}
  GROUP BY segment_value
) AS drift USING segment_value
WHERE ${liveBuckets} AND kind = 'confusion'
GROUP BY segment_value ORDER BY worst_ratio DESC`,
);
const accuracy = timeSeries(
  { title: 'Accuracy', description: 'Of predictions whose ground truth has arrived', unit: 'percentunit' },
  `SELECT toStartOfDay(start) AS time, segment_value,
  sum(arraySum(arrayMap((k, n) -> if(splitByChar('\\x1f', k)[1] = splitByChar('\\x1f', k)[2], n, 0), mapKeys(top), mapValues(top)))) / sum(labelled) AS accuracy
FROM current_profiles WHERE ${liveBuckets} AND kind = 'confusion' AND labelled > 0
GROUP BY time, segment_value ORDER BY time`,
);
const coverage = timeSeries(
  {
    title: 'Label coverage',
    description: 'Share of a day’s predictions with ground truth',
    unit: 'percentunit',
  },
  `SELECT toStartOfDay(start) AS time, segment_value, sum(labelled) / greatest(sum(rows), 1) AS coverage
FROM current_profiles WHERE ${liveBuckets} AND kind = 'confusion'
GROUP BY time, segment_value ORDER BY time`,
);
const predictionMean = timeSeries(
  { title: 'Mean prediction', description: 'Mean score, or mean predicted value for regression' },
  `SELECT toStartOfDay(start) AS time, segment_value, sum(sum) / greatest(sum(rows - nulls - invalid), 1) AS mean
FROM current_profiles WHERE ${liveBuckets} AND feature IN ('prediction.score', 'prediction.value') AND kind = 'numeric'
GROUP BY time, segment_value ORDER BY time`,
);
const traffic = timeSeries(
  { title: 'Predictions per day', description: 'Distinct predictions' },
  `SELECT toStartOfDay(start) AS time, segment_value, toFloat64(sum(rows)) AS predictions
FROM (SELECT start, segment_value, max(rows) AS rows FROM current_profiles WHERE ${liveBuckets} GROUP BY start, segment_value)
GROUP BY time, segment_value ORDER BY time`,
);
const drift = timeSeries(
  {
    title: 'Drift of ${feature}',
    description: 'PSI for numbers, Jensen–Shannon distance for categories, per segment value',
  },
  `SELECT window_start AS time, concat(segment_value, ' ', metric) AS series, max(value) AS reading
FROM current_findings WHERE ${findingsOf} AND feature = '\${feature}' AND metric IN ('psi', 'jensen_shannon') AND value IS NOT NULL
GROUP BY time, series ORDER BY time`,
);
const alerts = table(
  { title: 'Alerts of this segment', description: 'Newest first', span: 12, height: 8 },
  `SELECT opened_at, status, severity, monitor, segment_value, arrayStringConcat(features, ', ') AS features
FROM current_alerts WHERE ${ofModel} AND segment = '\${segment}' AND last_window_end >= $__fromTime
ORDER BY status = 'open' DESC, opened_at DESC LIMIT 200`,
);

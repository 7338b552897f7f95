import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  dashboard,
  findingsOf,
  liveBuckets,
  ofModel,
  stat,
  STATUS_COLORS,
  table,
  timeSeries,
  UNDECIDED,
  WHY_UNDECIDED,
  zeroIs,
} from './common.js';

/** Is the model being used, do its inputs and outputs look like training, is anything wrong right now? */
export function modelOverview(): DashboardBuilder {
  return dashboard({
    title: 'Model overview',
    uid: 'plumbline-model-overview',
    description: 'Traffic, drift, predictions, labels and open alerts of one model version',
  })
    .withRow(new RowBuilder('Now'))
    .withPanel(openAlerts)
    .withPanel(predictions)
    .withPanel(labelCoverage)
    .withPanel(quarantined)
    .withPanel(decided)
    .withPanel(undecided)
    .withPanel(standing)
    .withRow(new RowBuilder('Traffic and labels'))
    .withPanel(traffic)
    .withPanel(coverage)
    .withRow(new RowBuilder('Drift'))
    .withPanel(numericDrift)
    .withPanel(categoricalDrift)
    .withPanel(missing)
    .withRow(new RowBuilder('Predictions'))
    .withPanel(predictionMean)
    .withPanel(positiveRate)
    .withRow(new RowBuilder('Alerts'))
    .withPanel(alerts);
}

const openAlerts = stat(
  { title: 'Open alerts', description: 'Alerts of this model version that are not resolved' },
  `SELECT count() AS open FROM current_alerts WHERE ${ofModel} AND status = 'open'`,
);
/** Of every monitor its newest window, whatever segment is chosen: what it says now. */
const NEWEST = `current_findings
WHERE ${ofModel} AND (monitor, window_end) IN (SELECT monitor, max(window_end) FROM current_findings WHERE ${ofModel} GROUP BY monitor)`;

const decided = stat(
  {
    title: 'Decided',
    description:
      'Share of the findings of each monitor’s newest window that are within their limit or breached; without any, nothing is known',
    unit: 'percentunit',
  },
  `SELECT if(count() = 0, 0, countIf(status IN ('ok', 'breached')) / count()) AS decided FROM ${NEWEST}`,
).thresholds(zeroIs('orange', 'text', 1e-9));
const undecided = stat(
  {
    title: 'Undecided',
    description:
      'Findings of each monitor’s newest window that say neither healthy nor not: inconclusive, too few rows, waiting for labels, not computable',
  },
  `SELECT countIf(${UNDECIDED}) AS undecided FROM ${NEWEST}`,
).thresholds(zeroIs('text', 'orange'));
const standing = table(
  {
    title: 'Monitors, newest window',
    description: 'What each monitor decided and what it did not; a status is green only where it is ok',
    height: 7,
  },
  `SELECT monitor, ${WHY_UNDECIDED} AS reason, toString(status) AS status, count() AS findings, max(window_end) AS window_ended
FROM ${NEWEST}
GROUP BY monitor, reason, status ORDER BY monitor, status = 'breached' DESC, status = 'ok', findings DESC`,
).overrideByName('status', STATUS_COLORS);
const predictions = stat(
  { title: 'Predictions', description: 'Distinct predictions in the time range' },
  `SELECT sum(rows) AS predictions FROM (
  SELECT start, segment_value, max(rows) AS rows FROM current_profiles WHERE ${liveBuckets} GROUP BY start, segment_value
)`,
);
const labelCoverage = stat(
  {
    title: 'Label coverage',
    description: 'Share of predictions whose ground truth has arrived',
    unit: 'percentunit',
  },
  `SELECT if(sum(rows) = 0, 0, sum(labelled) / sum(rows)) AS coverage FROM current_profiles WHERE ${liveBuckets} AND kind = 'confusion'`,
);
const quarantined = stat(
  {
    title: 'Quarantined events',
    description: 'Events that could not be stored; each is kept with its reason',
  },
  "SELECT count() AS quarantined FROM quarantine FINAL WHERE project = '${project}' AND $__timeFilter(broker_time)",
);
const traffic = timeSeries(
  { title: 'Predictions per bucket', description: 'Distinct predictions, by the time they were made' },
  `SELECT start AS time, segment_value, toFloat64(max(rows)) AS predictions
FROM current_profiles WHERE ${liveBuckets}
GROUP BY time, segment_value ORDER BY time`,
);
const coverage = timeSeries(
  {
    title: 'Label coverage',
    description: 'Share of a bucket’s predictions with ground truth; late labels fill it in',
    unit: 'percentunit',
  },
  `SELECT start AS time, segment_value, sum(labelled) / greatest(sum(rows), 1) AS coverage
FROM current_profiles WHERE ${liveBuckets} AND kind = 'confusion'
GROUP BY time, segment_value ORDER BY time`,
);

const metricOverTime = (
  metric: string,
) => `SELECT window_start AS time, concat(feature, if(segment = 'all', '', concat(' · ', segment_value))) AS series, max(value) AS reading
FROM current_findings WHERE ${findingsOf} AND metric = '${metric}' AND value IS NOT NULL
GROUP BY time, series ORDER BY time`;

const numericDrift = timeSeries(
  {
    title: 'PSI per feature',
    description: 'Population stability index against the baseline; the default limit is 0.2',
    span: 8,
  },
  metricOverTime('psi'),
);
const categoricalDrift = timeSeries(
  {
    title: 'Jensen–Shannon distance per feature',
    description: 'Base 2, from 0 (same) to 1 (disjoint)',
    span: 8,
  },
  metricOverTime('jensen_shannon'),
);
const missing = timeSeries(
  {
    title: 'Missing rate per feature',
    description: 'Share of rows without a value',
    unit: 'percentunit',
    span: 8,
  },
  metricOverTime('missing_rate'),
);
const predictionMean = timeSeries(
  { title: 'Mean prediction', description: 'Mean score, or mean predicted value for regression' },
  `SELECT start AS time, concat(feature, if(segment = 'all', '', concat(' · ', segment_value))) AS series,
  sum(sum) / greatest(sum(rows - nulls - invalid), 1) AS mean
FROM current_profiles WHERE ${liveBuckets} AND feature IN ('prediction.score', 'prediction.value') AND kind = 'numeric'
GROUP BY time, series ORDER BY time`,
);
const positiveRate = timeSeries(
  {
    title: 'Share of each predicted label',
    description: 'For a binary model: the positive rate',
    unit: 'percentunit',
  },
  `WITH vocabulary AS (
  SELECT JSONExtract(arrayFirst(f -> JSONExtractString(f, 'feature') = 'prediction.label', JSONExtractArrayRaw(body, 'features')), 'categories', 'Array(String)') AS labels, JSONExtractString(body, 'hash') AS hash
  FROM documents WHERE project = '\${project}' AND kind = 'binning'
)
SELECT start AS time, concat(label, if(segment = 'all', '', concat(' · ', segment_value))) AS series, sum(n) / greatest(sum(rows), 1) AS share
FROM current_profiles JOIN vocabulary ON binning = hash
ARRAY JOIN labels AS label, arrayResize(counts, length(labels), 0) AS n
WHERE ${liveBuckets} AND feature = 'prediction.label' AND kind = 'categorical'
GROUP BY time, series ORDER BY time`,
);
const alerts = table(
  { title: 'Alerts', description: 'Newest first; features that moved, worst first' },
  `SELECT opened_at, status, severity, monitor, segment, segment_value, arrayStringConcat(features, ', ') AS features, last_window_end
FROM current_alerts WHERE ${ofModel} AND last_window_end >= $__fromTime
ORDER BY status = 'open' DESC, opened_at DESC LIMIT 200`,
);

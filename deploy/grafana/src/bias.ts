import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  biasVariables,
  dashboard,
  findingsOf,
  ofModel,
  stat,
  STATUS_COLORS,
  table,
  timeSeries,
  UNDECIDED,
  zeroIs,
} from './common.js';

const ofBias = `${findingsOf} AND monitor_kind = 'bias' AND facet IN (\${facet:singlequote})`;
const ofMetric = `${ofBias} AND metric = '\${bias_metric}'`;
const series = `if(segment = 'all', facet_value, concat(segment_value, ' · ', facet_value))`;

/** Does the model treat groups differently than at training? */
export function bias(): DashboardBuilder {
  return dashboard({
    title: 'Bias',
    uid: 'plumbline-bias',
    description:
      'Every group of a facet against the favoured one: the metric, its interval, the baseline and the limit',
  })
    .withVariable(biasVariables.facet)
    .withVariable(biasVariables.metric)
    .withRow(new RowBuilder('Now'))
    .withPanel(breached)
    .withPanel(groups)
    .withPanel(undecided)
    .withRow(new RowBuilder('Over time'))
    .withPanel(value)
    .withPanel(band)
    .withPanel(sizes)
    .withPanel(farthest)
    .withRow(new RowBuilder('Details'))
    .withPanel(latest)
    .withPanel(alerts);
}

const breached = stat(
  {
    title: 'Breached',
    description:
      'Findings beyond their limit, on evidence, in the newest window; see beside it how many are not decided',
    span: 8,
  },
  `SELECT countIf(status = 'breached') AS breached FROM current_findings
WHERE ${ofBias} AND window_start = (SELECT max(window_start) FROM current_findings WHERE ${ofBias})`,
).thresholds(zeroIs('text', 'red'));
const groups = stat(
  { title: 'Groups', description: 'Groups that are compared with a favoured one', span: 8 },
  `SELECT uniqExact(facet, facet_value) AS groups FROM current_findings WHERE ${ofBias}`,
);
const undecided = stat(
  {
    title: 'Undecided',
    description:
      'Findings of the newest window that are inconclusive, wait for labels, have too few rows or cannot be computed',
    span: 8,
  },
  `SELECT countIf(${UNDECIDED}) AS undecided FROM current_findings
WHERE ${ofBias} AND window_start = (SELECT max(window_start) FROM current_findings WHERE ${ofBias})`,
).thresholds(zeroIs('text', 'orange'));
const value = timeSeries(
  {
    title: '${bias_metric} per group',
    description: 'Positive is bias against the group, 0 is neutral; 1 for ratios',
  },
  `SELECT window_start AS time, ${series} AS series, max(value) AS reading
FROM current_findings WHERE ${ofMetric} AND value IS NOT NULL
GROUP BY time, series ORDER BY time`,
);
const band = timeSeries(
  {
    title: '${bias_metric} with interval and baseline',
    description:
      '95 % interval of the value, the value at training, and the limit on the side where the value lies',
  },
  `SELECT window_start AS time, concat(${series}, ' · ', line.1) AS series, max(line.2) AS reading
FROM current_findings
ARRAY JOIN [('value', value), ('low', interval_low), ('high', interval_high), ('baseline', baseline_value), ('limit', threshold)] AS line
WHERE ${ofMetric} AND value IS NOT NULL AND line.2 IS NOT NULL
GROUP BY time, series ORDER BY time`,
);
const sizes = timeSeries(
  { title: 'Rows behind it', description: 'Rows of both groups that the metric could use' },
  `SELECT window_start AS time, ${series} AS series, toFloat64(max(rows)) AS used
FROM current_findings WHERE ${ofMetric}
GROUP BY time, series ORDER BY time`,
);
const farthest = timeSeries(
  {
    title: 'Breached metrics per group',
    description: 'How many metrics are beyond their limit, on evidence',
  },
  `SELECT window_start AS time, ${series} AS series, toFloat64(countIf(status = 'breached')) AS breached
FROM current_findings WHERE ${ofBias}
GROUP BY time, series ORDER BY time`,
);
const latest = table(
  {
    title: 'All metrics, newest window',
    description: 'Worst first; the note says why something is not decided',
  },
  `SELECT facet, facet_value, segment_value, metric, value, baseline_value, interval_low, interval_high, threshold, p_adjusted, rows, status, note
FROM current_findings
WHERE ${ofBias} AND window_start = (SELECT max(window_start) FROM current_findings WHERE ${ofBias})
ORDER BY status = 'breached' DESC, status = 'inconclusive' DESC, p_adjusted ASC NULLS LAST, facet, facet_value, metric LIMIT 500`,
).overrideByName('status', STATUS_COLORS);
const alerts = table(
  { title: 'Alerts about groups', description: 'Newest first' },
  `SELECT opened_at, status, severity, monitor, segment_value, facet, facet_value, arrayStringConcat(features, ', ') AS metrics
FROM current_alerts WHERE ${ofModel} AND segment = '\${segment}' AND facet IN (\${facet:singlequote}) AND last_window_end >= $__fromTime
ORDER BY status = 'open' DESC, opened_at DESC LIMIT 200`,
);

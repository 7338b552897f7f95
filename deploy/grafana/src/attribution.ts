import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, findingsOf, table, timeSeries, UNDECIDED } from './common.js';

const ofAttribution = `${findingsOf} AND monitor_kind = 'attribution'`;
const newest = `window_start = (SELECT max(window_start) FROM current_findings WHERE ${ofAttribution})`;

/** Does the model rely on other features than at training? */
export function attribution(): DashboardBuilder {
  return dashboard({
    title: 'Attribution',
    uid: 'plumbline-attribution',
    description:
      'Which features decide, then and now: ranking, shares, distributions and how many rows are explained',
  })
    .withRow(new RowBuilder('Ranking'))
    .withPanel(ranking)
    .withPanel(coverage)
    .withRow(new RowBuilder('Features'))
    .withPanel(shares)
    .withPanel(drift)
    .withPanel(thenAndNow);
}

const ranking = timeSeries(
  {
    title: 'NDCG of the ranking',
    description:
      '1 is the order of training. A full reversal of three features can still be 0.69, and magnitudes do not show here',
  },
  `SELECT window_start AS time, segment_value, max(value) AS ndcg
FROM current_findings WHERE ${ofAttribution} AND metric = 'ndcg' AND value IS NOT NULL
GROUP BY time, segment_value ORDER BY time`,
);
const coverage = timeSeries(
  {
    title: 'Explained rows',
    description: 'Share of predictions that came with attributions',
    unit: 'percentunit',
  },
  `SELECT window_start AS time, segment_value, max(value) AS coverage
FROM current_findings WHERE ${ofAttribution} AND metric = 'attribution_coverage' AND value IS NOT NULL
GROUP BY time, segment_value ORDER BY time`,
);
const shares = timeSeries(
  {
    title: 'Share of the attribution per feature',
    description: 'Of the sum of all features’ importance',
    unit: 'percentunit',
  },
  `SELECT window_start AS time, if(segment = 'all', feature, concat(segment_value, ' · ', feature)) AS series, max(value) AS share
FROM current_findings WHERE ${ofAttribution} AND metric = 'attribution_share' AND value IS NOT NULL
GROUP BY time, series ORDER BY time`,
);
const drift = timeSeries(
  {
    title: 'Drift of the attributions per feature',
    description: 'Jensen–Shannon distance of their magnitudes from training, 0 to 1',
  },
  `SELECT window_start AS time, if(segment = 'all', feature, concat(segment_value, ' · ', feature)) AS series, max(value) AS distance
FROM current_findings WHERE ${ofAttribution} AND metric = 'attribution_drift' AND value IS NOT NULL
GROUP BY time, series ORDER BY time`,
);
const thenAndNow = table(
  { title: 'Ranking then and now, newest window', description: 'By the share of the attribution now' },
  `SELECT segment_value, feature,
  anyIf(baseline_value, metric = 'attribution_share') AS share_at_training,
  anyIf(value, metric = 'attribution_share') AS share_now,
  share_now - share_at_training AS gained,
  anyIf(value, metric = 'attribution_drift') AS distance,
  anyIf(value, metric = 'attribution_sign_flip') AS flipped,
  arrayStringConcat(arraySort(groupUniqArrayIf(metric, status = 'breached')), ', ') AS breached,
  arrayStringConcat(arraySort(groupUniqArrayIf(metric, ${UNDECIDED})), ', ') AS undecided
FROM current_findings WHERE ${ofAttribution} AND ${newest} AND feature != ''
GROUP BY segment_value, feature ORDER BY segment_value, share_now DESC LIMIT 500`,
);

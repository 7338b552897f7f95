import { DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { choice, stat, table, timeSeries, variables } from './common.js';

/** Is every event accounted for, does anything wait, was anything refused or lost? */
export function ingestion(): DashboardBuilder {
  return new DashboardBuilder('Plumbline / Ingestion')
    .uid('plumbline-ingestion')
    .description(
      'What became of every event: received, stored, refused, missing; per topic partition and hour',
    )
    .tags(['plumbline'])
    .time({ from: 'now-24h', to: 'now' })
    .timezone('utc')
    .refresh('1m')
    .withVariable(variables.datasource)
    .withVariable(variables.project)
    .withVariable(topics)
    .withRow(new RowBuilder('Now'))
    .withPanel(received)
    .withPanel(accepted)
    .withPanel(quarantined)
    .withPanel(missing)
    .withPanel(waiting)
    .withRow(new RowBuilder('By hour'))
    .withPanel(receivedByHour)
    .withPanel(refusedByReason)
    .withPanel(hours)
    .withRow(new RowBuilder('Topic partitions and models'))
    .withPanel(partitions)
    .withPanel(models)
    .withRow(new RowBuilder('Missing and refused'))
    .withPanel(gaps)
    .withPanel(refused);
}

const OF_PROJECT = "project = '${project}'";
const OF_TOPICS = `${OF_PROJECT} AND topic IN (\${topic:singlequote})`;

const topics = choice(
  'topic',
  { label: 'Topic', multi: true },
  `SELECT DISTINCT topic FROM ingest_positions WHERE ${OF_PROJECT}`,
);

/** Ranges of the hour in which their newest record was written. What a redelivery brought again counts twice until ranges are merged, for minutes. */
const RANGES = `range_ledger AS r FINAL WHERE ${OF_TOPICS} AND $__timeFilter(last_broker_time)`;

const received = stat(
  { title: 'Received', description: 'Records read from Kafka in the time range' },
  `SELECT sum(r.received) AS received FROM ${RANGES}`,
);
const accepted = stat(
  { title: 'Accepted', description: 'Of these, stored' },
  `SELECT sum(r.received) - sum(length(rejected)) AS accepted FROM ${RANGES}`,
);
const quarantined = stat(
  { title: 'Quarantined', description: 'Of these, refused and kept with the reason' },
  `SELECT sum(length(rejected)) AS quarantined FROM ${RANGES}`,
);
const missing = stat(
  { title: 'Missing', description: 'Records that nobody stored, at any time, acknowledged or not' },
  `SELECT sum(gap_last - gap_first + 1) AS missing FROM ingestion_gaps WHERE ${OF_TOPICS}`,
);

/** Of the newest life of each topic: what an earlier one left unread is missing, not waiting. */
const POSITIONS = `ingest_positions FINAL WHERE ${OF_TOPICS} AND (topic, incarnation) IN (
  SELECT topic, argMax(incarnation, at) FROM ingest_positions WHERE ${OF_PROJECT} GROUP BY topic
)`;

const waiting = stat(
  { title: 'Waiting', description: 'Records in Kafka that are not read yet, as last reported' },
  `SELECT sum(toInt64(end_offset) - toInt64(next_offset)) AS waiting FROM ${POSITIONS}`,
);
const receivedByHour = timeSeries(
  {
    title: 'Received per hour',
    description: 'Per topic partition, by the time that the broker took the records',
  },
  `SELECT toStartOfHour(last_broker_time) AS time, concat(topic, ' · ', toString(partition)) AS series, toFloat64(sum(r.received)) AS records
FROM ${RANGES}
GROUP BY time, series ORDER BY time`,
);
const refusedByReason = timeSeries(
  { title: 'Quarantined per hour', description: 'By reason; a replay does not take them away here' },
  `SELECT toStartOfHour(broker_time) AS time, toString(reason) AS series, toFloat64(count()) AS events
FROM quarantine FINAL WHERE ${OF_TOPICS} AND $__timeFilter(broker_time)
GROUP BY time, series ORDER BY time`,
);
const hours = table(
  {
    title: 'Topic partitions by hour',
    description: 'received = accepted + quarantined; the newest 1,000 hours',
  },
  `SELECT toStartOfHour(last_broker_time) AS hour, topic, partition, sum(r.received) AS received,
  sum(r.received) - sum(length(rejected)) AS accepted, sum(length(rejected)) AS quarantined, min(first) AS first_offset, max(last) AS last_offset
FROM ${RANGES}
GROUP BY hour, topic, incarnation, partition
ORDER BY hour DESC, topic, partition LIMIT 1000`,
);
const partitions = table(
  {
    title: 'Topic partitions',
    description: 'Where ingestion stands: waiting records, since when, and when the newest one was written',
    span: 14,
  },
  `SELECT topic, partition, toInt64(end_offset) - toInt64(next_offset) AS waiting, behind_since, broker_time AS newest_record, at AS reported
FROM ${POSITIONS}
ORDER BY topic, partition`,
);
const models = table(
  { title: 'Models', description: 'When prediction events of a version last came in', span: 10 },
  `SELECT model, version, max(greatest(broker_last, at)) AS last_event
FROM bucket_marks WHERE ${OF_TOPICS} AND cause = 'prediction'
GROUP BY model, version ORDER BY last_event DESC LIMIT 500`,
);
const gaps = table(
  {
    title: 'Gaps',
    description:
      'Runs of offsets that nobody stored; an alert is open for each until it is filled or acknowledged',
    span: 12,
  },
  `SELECT topic, incarnation, partition, gap_first, gap_last, gap_last - gap_first + 1 AS records, cause, since
FROM ingestion_gaps WHERE ${OF_TOPICS}
ORDER BY since DESC LIMIT 500`,
);
const refused = table(
  {
    title: 'Newest quarantined events',
    description: 'Why each was refused; the API has them whole',
    span: 12,
  },
  `SELECT broker_time, topic, partition, offset, reason, field, message
FROM quarantine FINAL WHERE ${OF_TOPICS} AND $__timeFilter(broker_time)
ORDER BY broker_time DESC LIMIT 200`,
);

-- What a range says of its offsets is part of its key: a redelivery that judged an event otherwise is another row of the union, so neither
-- hides what the other stored.
ALTER TABLE range_ledger
  ADD COLUMN IF NOT EXISTS digest UInt64,
  MODIFY ORDER BY (project, topic, incarnation, partition, first, last, digest);

-- When the broker took the first and the last event behind a mark: how long a model was silent, without a look at its rows.
ALTER TABLE bucket_marks ADD COLUMN IF NOT EXISTS broker_first DateTime64(3, 'UTC') AFTER rows;
ALTER TABLE bucket_marks ADD COLUMN IF NOT EXISTS broker_last DateTime64(3, 'UTC') AFTER broker_first;
ALTER TABLE bucket_marks ADD INDEX IF NOT EXISTS marked_at at TYPE minmax GRANULARITY 1;

-- How long an entry is kept is a setting of its project.
ALTER TABLE quarantine ADD COLUMN IF NOT EXISTS kept_seconds UInt32 DEFAULT 2592000;
ALTER TABLE quarantine MODIFY TTL toDateTime(at) + toIntervalSecond(kept_seconds) DELETE;

-- Requests to run quarantined events through the steps again; the newest row of an id is its state.
CREATE TABLE IF NOT EXISTS replays (
  project LowCardinality(String),
  id String,
  filter String,
  dry Bool,
  state LowCardinality(String),
  note String,
  author String,
  reason String,
  requested_at DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, id)
TTL toDateTime(requested_at) + INTERVAL 400 DAY DELETE;

-- What became of each entry; written after its rows. An entry with an accepted outcome that was no dry run is replayed.
CREATE TABLE IF NOT EXISTS replay_outcomes (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  offset UInt64,
  replay String,
  dry Bool,
  accepted Bool,
  reason LowCardinality(String),
  field String,
  message String,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, topic, incarnation, partition, offset, replay)
TTL toDateTime(at) + INTERVAL 400 DAY DELETE;

-- Missing ranges as the consumer met them: known here before the next record proves them in the ledger.
CREATE TABLE IF NOT EXISTS reported_gaps (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  first UInt64,
  last UInt64,
  cause LowCardinality(String),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, topic, incarnation, partition, first, last);

-- Gaps that a person has taken note of. Nothing brings such records back by itself, so they stay in the accounting.
CREATE TABLE IF NOT EXISTS acknowledged_gaps (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  first UInt64,
  last UInt64,
  author String,
  comment String,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, topic, incarnation, partition, first, last);

-- Offsets that nobody stored. Four ways to know them: the ledger goes on behind them; consumers went on past them and nothing came since; the
-- topic was created anew while they were unread, or begins behind them in its new life; the consumer said so.
CREATE VIEW IF NOT EXISTS ingestion_gaps AS
WITH
  ranges AS (
    SELECT
      project, topic, incarnation, partition, first,
      row_number() OVER earlier AS position,
      max(last) OVER before AS reach,
      max(last_broker_time) OVER before AS reach_time
    FROM range_ledger FINAL
    WINDOW
      earlier AS (PARTITION BY project, topic, incarnation, partition ORDER BY first, last, digest),
      before AS (PARTITION BY project, topic, incarnation, partition ORDER BY first, last, digest ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ),
  reached AS (
    SELECT project, topic, incarnation, partition, min(first) AS lowest, max(last) AS highest, max(last_broker_time) AS newest
    FROM range_ledger
    GROUP BY project, topic, incarnation, partition
  ),
  lives AS (
    SELECT project, topic, argMax(incarnation, at) AS newest_incarnation FROM ingest_positions GROUP BY project, topic
  )
SELECT project, topic, incarnation, partition, reach + 1 AS gap_first, toUInt64(first - 1) AS gap_last, 'skipped' AS cause, reach_time AS since
FROM ranges
WHERE position > 1 AND first > reach + 1
UNION ALL
SELECT
  p.project, p.topic, p.incarnation, p.partition,
  toUInt64(greatest(p.next_offset, if(r.topic = '', 0, r.highest + 1))) AS gap_first, toUInt64(p.end_offset - 1) AS gap_last, 'recreated' AS cause,
  if(toUnixTimestamp64Milli(p.broker_time) > 0, p.broker_time, p.at) AS since
FROM ingest_positions AS p FINAL
JOIN lives AS l ON l.project = p.project AND l.topic = p.topic
LEFT JOIN reached AS r ON r.project = p.project AND r.topic = p.topic AND r.incarnation = p.incarnation AND r.partition = p.partition
WHERE p.incarnation != l.newest_incarnation AND p.end_offset > greatest(p.next_offset, if(r.topic = '', 0, r.highest + 1))
UNION ALL
SELECT
  p.project, p.topic, p.incarnation, p.partition,
  toUInt64(r.highest + 1) AS gap_first, toUInt64(p.next_offset - 1) AS gap_last, 'skipped' AS cause, r.newest AS since
FROM ingest_positions AS p FINAL
JOIN lives AS l ON l.project = p.project AND l.topic = p.topic AND l.newest_incarnation = p.incarnation
JOIN reached AS r ON r.project = p.project AND r.topic = p.topic AND r.incarnation = p.incarnation AND r.partition = p.partition
WHERE p.next_offset > r.highest + 1
UNION ALL
SELECT project, topic, incarnation, partition, toUInt64(0) AS gap_first, toUInt64(lowest - 1) AS gap_last, 'skipped' AS cause, newest AS since
FROM reached
WHERE lowest > 0 AND (project, topic, partition, incarnation) IN (
  SELECT l.project, l.topic, r.partition, l.newest_incarnation FROM lives AS l JOIN reached AS r ON r.project = l.project AND r.topic = l.topic
  WHERE r.incarnation != l.newest_incarnation
)
UNION ALL
SELECT
  g.project, g.topic, g.incarnation, g.partition,
  toUInt64(greatest(g.first, if(r.topic = '', 0, r.highest + 1))) AS gap_first, g.last AS gap_last, toString(g.cause) AS cause, g.at AS since
FROM reported_gaps AS g FINAL
LEFT JOIN reached AS r ON r.project = g.project AND r.topic = g.topic AND r.incarnation = g.incarnation AND r.partition = g.partition
WHERE r.topic = '' OR g.last > r.highest;

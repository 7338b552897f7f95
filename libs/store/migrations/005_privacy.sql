-- Erased ids. What comes in under one of them is refused and profile statements leave it out, until `expires`.
CREATE TABLE IF NOT EXISTS tombstones (
  project LowCardinality(String),
  model LowCardinality(String),
  id_hash UInt64,
  erasure String,
  at DateTime64(3, 'UTC'),
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, model, id_hash)
TTL expires DELETE;

-- What an erasure is to find, sealed, until it is done; the erasure's own document never holds it.
CREATE TABLE IF NOT EXISTS erasure_orders (
  project LowCardinality(String),
  erasure String,
  selector String,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, erasure);

-- Baselines that lose rows to an erasure: noted before the rows go, so that whoever resumes counts the baseline anew.
CREATE TABLE IF NOT EXISTS erasure_baselines (
  project LowCardinality(String),
  erasure String,
  model LowCardinality(String),
  version LowCardinality(String),
  origin LowCardinality(String),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, erasure, model, version, origin);

-- Accepted events whose id is erased: where they lay and nothing else, so that the accounting stays exact.
CREATE TABLE IF NOT EXISTS erased_arrivals (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  offset UInt64,
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree
ORDER BY (project, topic, incarnation, partition, offset)
TTL expires DELETE;

-- Events and labels for buckets that were sealed before: stored, but in no profile. topic '' = a label that had waited for its prediction.
CREATE TABLE IF NOT EXISTS too_late (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  bucket DateTime('UTC'),
  cause LowCardinality(String),
  id String CODEC(ZSTD(1)),
  time DateTime64(3, 'UTC'),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  offset UInt64,
  at DateTime64(3, 'UTC') DEFAULT now64(3),
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, model, version, bucket, cause, id, partition, offset)
TTL expires DELETE;

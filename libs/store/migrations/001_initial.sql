-- Registry: every revision of every document. Newest revision = current state.
CREATE TABLE IF NOT EXISTS documents (
  project LowCardinality(String),
  kind LowCardinality(String),
  id String,
  revision UInt32,
  body String CODEC(ZSTD(3)),
  deleted Bool,
  author String,
  reason String,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree ORDER BY (project, kind, id, revision);

-- Prediction rows, live and baseline, under one schema. Identity is (project, model, version, origin, id); the bucket in the key makes
-- reading a bucket cheap, and rows that moved to another bucket are excluded through `moved`.
-- num: NaN = null, +Inf = invalid. cat: '\0' = null, '\x01' = invalid. Arrays follow the feature order of the version's schema, split by type.
CREATE TABLE IF NOT EXISTS predictions (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  origin LowCardinality(String),
  bucket DateTime('UTC'),
  id String CODEC(ZSTD(1)),
  time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  schema UInt32,
  num Array(Float64) CODEC(ZSTD(1)),
  cat Array(LowCardinality(String)),
  label LowCardinality(String),
  score Float64,
  value Float64,
  scores Map(LowCardinality(String), Float64),
  attributions Array(Float64) CODEC(ZSTD(1)),
  tags Map(LowCardinality(String), String),
  invalid Map(LowCardinality(String), String),
  extra String,
  truth LowCardinality(String),
  truth_value Float64,
  row_version UInt128,
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree(row_version)
PARTITION BY toYYYYMM(bucket)
ORDER BY (project, model, version, origin, bucket, id)
TTL expires DELETE;

-- Ground truth, once per prediction that it labels. While its prediction is not known it waits in bucket 1970-01-01 under the version that the
-- event named ('' when none); `removed` takes it away from there. named: kept so that a label finds its way again when its prediction moves.
CREATE TABLE IF NOT EXISTS labels (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  bucket DateTime('UTC'),
  id String CODEC(ZSTD(1)),
  named LowCardinality(String),
  time DateTime64(3, 'UTC'),
  label LowCardinality(String),
  value Float64,
  retracted Bool,
  predicted_at Nullable(DateTime64(3, 'UTC')),
  broker_time DateTime64(3, 'UTC'),
  partition UInt16,
  offset UInt64,
  early Bool,
  row_version UInt256,
  removed UInt8,
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree(row_version, removed)
PARTITION BY toYYYYMM(bucket)
ORDER BY (project, model, version, bucket, id)
TTL expires DELETE;

-- One narrow row per accepted prediction event: the accounting of duplicates and amendments, and the index from id to bucket.
-- The id comes in and only its hash stays, so there is one definition of it. time_ms: where in the bucket the prediction was made.
CREATE TABLE IF NOT EXISTS arrivals (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  id String EPHEMERAL,
  id_hash UInt64 DEFAULT cityHash64(id),
  bucket DateTime('UTC'),
  time_ms UInt32 CODEC(T64, ZSTD(1)),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  offset UInt64,
  content_hash UInt64,
  row_version UInt128,
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(bucket)
ORDER BY (project, model, id_hash, version, bucket, topic, incarnation, partition, offset)
TTL expires DELETE
SETTINGS index_granularity = 128, min_compress_block_size = 1024, max_compress_block_size = 65536;

-- Ids whose newest event lies in another bucket: profile statements leave out rows older than row_version here.
CREATE TABLE IF NOT EXISTS moved (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  bucket DateTime('UTC'),
  id_hash UInt64,
  row_version UInt128,
  expires DateTime('UTC')
) ENGINE = ReplacingMergeTree(row_version)
ORDER BY (project, model, version, bucket, id_hash)
TTL expires DELETE;

-- What touched a bucket: one row per insert and bucket, written after its rows. A bucket is dirty when these differ from what its newest
-- profile covers. Marks that no partition made carry a hash of what they changed as their incarnation.
CREATE TABLE IF NOT EXISTS bucket_marks (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  bucket DateTime('UTC'),
  cause LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  first UInt64,
  last UInt64,
  rows UInt32,
  at DateTime64(3, 'UTC') DEFAULT now64(3)
) ENGINE = ReplacingMergeTree
ORDER BY (project, model, version, bucket, cause, topic, incarnation, partition, first, last, rows);

-- Marks whose ids have been compared with all others: whether they moved from another bucket, whether labels wait for them.
CREATE TABLE IF NOT EXISTS mark_checks (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  bucket DateTime('UTC'),
  cause LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  first UInt64,
  last UInt64,
  rows UInt32,
  marked_at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(marked_at)
ORDER BY (project, model, version, bucket, cause, topic, incarnation, partition, first, last, rows);

-- Offset ranges whose rows are stored: written after the rows and before the commit; read as a union of ranges, what lies between is a gap.
-- holes: offsets inside the range that the log does not hold (compacted, transaction markers). rejected: offsets that went to quarantine.
-- Both as offsets, not counts, so that ranges which overlap after a redelivery are still counted exactly.
CREATE TABLE IF NOT EXISTS range_ledger (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  first UInt64,
  last UInt64,
  received UInt64,
  holes Array(Tuple(UInt64, UInt64)),
  rejected Array(UInt64),
  last_broker_time DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, topic, incarnation, partition, first, last);

-- Where each partition stands; the ingest watermark is the lowest broker time over partitions that are behind or active.
CREATE TABLE IF NOT EXISTS ingest_positions (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  next_offset UInt64,
  end_offset UInt64,
  broker_time DateTime64(3, 'UTC'),
  last_record_at DateTime64(3, 'UTC'),
  behind_since Nullable(DateTime64(3, 'UTC')),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, topic, incarnation, partition);

-- Events that were not stored, with all that is needed to look at them and to replay them.
CREATE TABLE IF NOT EXISTS quarantine (
  project LowCardinality(String),
  topic LowCardinality(String),
  incarnation LowCardinality(String),
  partition UInt16,
  offset UInt64,
  broker_time DateTime64(3, 'UTC'),
  reason LowCardinality(String),
  field String,
  message String,
  key String,
  raw String CODEC(ZSTD(3)),
  raw_bytes UInt64,
  headers Map(String, String),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
PARTITION BY toYYYYMM(at)
ORDER BY (project, topic, incarnation, partition, offset)
TTL toDateTime(at) + INTERVAL 30 DAY DELETE;

-- Cells of profiles. A run replaces a bucket as a whole: readers take the rows of the newest run in profile_runs. Runs of a bucket are
-- odd and even in turn and keep apart in the key, so that an unfinished run never replaces cells that are still being read.
-- checksum: order-free over the values behind the cells, equal when the same rows are counted again (sums of floats are not).
-- numeric: counts = bins; categorical: counts = categories, top = unseen values; confusion: top = 'label\x1fpredicted' → count.
CREATE TABLE IF NOT EXISTS profiles (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  origin LowCardinality(String),
  binning LowCardinality(String),
  grain Enum8('bucket' = 1, 'day' = 2),
  start DateTime('UTC'),
  segment LowCardinality(String),
  segment_value LowCardinality(String),
  feature LowCardinality(String),
  kind LowCardinality(String),
  run UInt64,
  rows UInt64,
  nulls UInt64,
  invalid UInt64,
  labelled UInt64,
  counts Array(UInt64) CODEC(T64, ZSTD(1)),
  under UInt64,
  under_sum Float64,
  over UInt64,
  over_sum Float64,
  min Float64,
  max Float64,
  sum Float64,
  sum_squares Float64,
  unseen UInt64,
  top Map(String, UInt64),
  checksum UInt64
) ENGINE = ReplacingMergeTree(run)
PARTITION BY toYYYYMM(start)
ORDER BY (project, model, version, origin, binning, grain, start, kind, segment, segment_value, feature, run % 2);

-- The newest run of a (bucket or day) is its profile. covers = the marks it read, plan = binning, segments and statements it used.
CREATE TABLE IF NOT EXISTS profile_runs (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  origin LowCardinality(String),
  binning LowCardinality(String),
  grain Enum8('bucket' = 1, 'day' = 2),
  start DateTime('UTC'),
  run UInt64,
  covers UInt64,
  plan UInt64,
  rows UInt64,
  sealed Bool,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(run)
ORDER BY (project, model, version, origin, binning, grain, start);

CREATE TABLE IF NOT EXISTS findings (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  monitor LowCardinality(String),
  monitor_kind LowCardinality(String),
  window_start DateTime('UTC'),
  window_end DateTime('UTC'),
  inputs String,
  segment LowCardinality(String),
  segment_value LowCardinality(String),
  feature LowCardinality(String),
  facet LowCardinality(String),
  facet_value LowCardinality(String),
  metric LowCardinality(String),
  variant LowCardinality(String),
  value Nullable(Float64),
  baseline_value Nullable(Float64),
  threshold Nullable(Float64),
  p Nullable(Float64),
  p_adjusted Nullable(Float64),
  evidence LowCardinality(String),
  deff Float64,
  resolution Nullable(Float64),
  rows UInt64,
  baseline_rows UInt64,
  status LowCardinality(String),
  note String,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
PARTITION BY toYYYYMM(window_start)
ORDER BY (project, model, version, monitor, window_start, window_end, inputs, segment, segment_value, feature, facet, facet_value, metric);

-- The ledger of evaluations, written last: a window without a row here is not evaluated. Newest revision is the current one.
CREATE TABLE IF NOT EXISTS evaluations (
  project LowCardinality(String),
  model LowCardinality(String),
  version LowCardinality(String),
  monitor LowCardinality(String),
  monitor_kind LowCardinality(String),
  window_start DateTime('UTC'),
  window_end DateTime('UTC'),
  inputs String,
  revision UInt32,
  findings UInt32,
  breached UInt32,
  wait_exceeded Bool,
  duration_ms UInt32,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, model, version, monitor, window_start, window_end, inputs);

-- Alert transitions, append-only; the newest one of an alert is its state.
CREATE TABLE IF NOT EXISTS alert_transitions (
  project LowCardinality(String),
  transition_id String,
  alert_id String,
  model LowCardinality(String),
  version LowCardinality(String),
  monitor LowCardinality(String),
  segment LowCardinality(String),
  segment_value LowCardinality(String),
  facet LowCardinality(String),
  facet_value LowCardinality(String),
  kind LowCardinality(String),
  severity LowCardinality(String),
  window_start DateTime('UTC'),
  window_end DateTime('UTC'),
  opened_at DateTime('UTC'),
  sequence UInt32,
  body String CODEC(ZSTD(3)),
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree
ORDER BY (project, model, version, monitor, segment, segment_value, facet, facet_value, alert_id, sequence, transition_id);

-- What was sent, written after success; suppressed notices are logged with their reason.
CREATE TABLE IF NOT EXISTS notifications (
  project LowCardinality(String),
  transition_id String,
  channel LowCardinality(String),
  alert_id String,
  outcome LowCardinality(String),
  detail String,
  attempts UInt16,
  at DateTime64(3, 'UTC')
) ENGINE = ReplacingMergeTree(at)
ORDER BY (project, transition_id, channel);

-- What the columns of an uploaded file hold, found on its way through: for a schema, or for reading it right. Read once.
CREATE TABLE IF NOT EXISTS file_columns (
  upload String,
  rows UInt64,
  filled Array(UInt64),
  numbers Array(UInt64),
  booleans Array(UInt64),
  different Array(UInt64),
  types Array(String),
  at DateTime('UTC')
) ENGINE = MergeTree
ORDER BY upload
TTL at + INTERVAL 1 DAY DELETE;

-- Words of the texts of an uploaded file, by CRC-32: those that are counted, and those that texts are held against. Gone after a day.
CREATE TABLE IF NOT EXISTS file_words (
  upload String,
  feature UInt16,
  word UInt32,
  rows UInt64,
  at DateTime('UTC')
) ENGINE = MergeTree
ORDER BY (upload, feature, word)
TTL at + INTERVAL 1 DAY DELETE;

-- Values below 0 of a feature that has none at training, and how many values (identifiers) or rows differ within a bucket.
ALTER TABLE profiles ADD COLUMN IF NOT EXISTS negatives UInt64 AFTER top;
ALTER TABLE profiles ADD COLUMN IF NOT EXISTS distinct UInt64 AFTER negatives;

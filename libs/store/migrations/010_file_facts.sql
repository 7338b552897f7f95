-- What columns of an upload hold, as one JSON document: what is counted of them grows with what columns are told from.
ALTER TABLE file_columns ADD COLUMN IF NOT EXISTS facts String AFTER types;

-- What else is found of the columns of an uploaded file: values that are times, and values of several words.
ALTER TABLE file_columns ADD COLUMN IF NOT EXISTS times Array(UInt64) AFTER booleans;
ALTER TABLE file_columns ADD COLUMN IF NOT EXISTS phrases Array(UInt64) AFTER times;

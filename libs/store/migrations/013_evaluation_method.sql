-- By which method a window was evaluated; 1 for what was recorded before that was kept.
ALTER TABLE evaluations ADD COLUMN IF NOT EXISTS method UInt16 DEFAULT 1 AFTER monitor_revision;

-- Under which revision of its monitor a window was evaluated; 0 for what was recorded before that was kept. The view is made anew, because a
-- view keeps the columns that it was made with.
ALTER TABLE evaluations ADD COLUMN IF NOT EXISTS monitor_revision UInt32 AFTER revision;
ALTER TABLE findings ADD COLUMN IF NOT EXISTS monitor_revision UInt32 AFTER inputs;

CREATE OR REPLACE VIEW current_findings AS
SELECT f.*
FROM findings AS f FINAL
WHERE (f.project, f.model, f.version, f.monitor, f.window_start, f.window_end, f.inputs) IN (
  SELECT project, model, version, monitor, window_start, window_end, argMax(inputs, revision)
  FROM evaluations FINAL
  GROUP BY project, model, version, monitor, window_start, window_end
);

-- Interval of a finding's value. The view is made anew, because a view keeps the columns that it was made with.
ALTER TABLE findings ADD COLUMN IF NOT EXISTS interval_low Nullable(Float64) AFTER baseline_value;
ALTER TABLE findings ADD COLUMN IF NOT EXISTS interval_high Nullable(Float64) AFTER interval_low;

CREATE OR REPLACE VIEW current_findings AS
SELECT f.*
FROM findings AS f FINAL
WHERE (f.project, f.model, f.version, f.monitor, f.window_start, f.window_end, f.inputs) IN (
  SELECT project, model, version, monitor, window_start, window_end, argMax(inputs, revision)
  FROM evaluations FINAL
  GROUP BY project, model, version, monitor, window_start, window_end
);

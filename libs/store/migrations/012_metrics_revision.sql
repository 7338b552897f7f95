-- What the metrics of a stored monitor mean: 1 for documents from before chi2 and g_test became the statistics themselves. They were divided by
-- their degrees of freedom, and are called chi2_per_df and g_test_per_df now; findings say by their variant which of both they are.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS metrics_revision UInt8 DEFAULT 1;

CREATE OR REPLACE VIEW current_findings AS
SELECT f.* REPLACE (
  toLowCardinality(if(f.metric IN ('chi2', 'g_test') AND f.variant = 'two-sample-per-df', concat(f.metric, '_per_df'), f.metric)) AS metric
)
FROM findings AS f FINAL
WHERE (f.project, f.model, f.version, f.monitor, f.window_start, f.window_end, f.inputs) IN (
  SELECT project, model, version, monitor, window_start, window_end, argMax(inputs, revision)
  FROM evaluations FINAL
  GROUP BY project, model, version, monitor, window_start, window_end
);

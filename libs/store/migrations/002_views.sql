-- What people and dashboards read: the current state, without the revisions behind it.

-- Cells of the newest run of every bucket and day.
CREATE VIEW IF NOT EXISTS current_profiles AS
SELECT p.*
FROM profiles AS p FINAL
WHERE (p.project, p.model, p.version, p.origin, p.binning, p.grain, p.start, p.run) IN (
  SELECT project, model, version, origin, binning, grain, start, run FROM profile_runs FINAL
);

-- Findings of the newest revision of every evaluated window.
CREATE VIEW IF NOT EXISTS current_findings AS
SELECT f.*
FROM findings AS f FINAL
WHERE (f.project, f.model, f.version, f.monitor, f.window_start, f.window_end, f.inputs) IN (
  SELECT project, model, version, monitor, window_start, window_end, argMax(inputs, revision)
  FROM evaluations FINAL
  GROUP BY project, model, version, monitor, window_start, window_end
);

-- One row per alert: its newest transition.
CREATE VIEW IF NOT EXISTS current_alerts AS
SELECT
  project, alert_id, model, version, monitor, segment, segment_value, facet, facet_value,
  argMax(kind, sequence) AS last_transition,
  if(last_transition = 'resolved', 'resolved', 'open') AS status,
  argMax(severity, sequence) AS severity,
  min(opened_at) AS opened_at,
  argMax(window_end, sequence) AS last_window_end,
  argMax(JSONExtract(body, 'state', 'features', 'Array(String)'), sequence) AS features
FROM alert_transitions FINAL
GROUP BY project, alert_id, model, version, monitor, segment, segment_value, facet, facet_value;

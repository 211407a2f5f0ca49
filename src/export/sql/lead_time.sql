-- Lead time for changes: percentiles over the deployments that have one.
CREATE OR REPLACE TEMP VIEW dora_{span}_lead_time AS
SELECT d.group_kind, d.group_name, w.window_day, count(*) AS n, {statistics}
FROM (
  SELECT group_kind, group_name, finished_day, CAST(lead_time_seconds AS DOUBLE) AS seconds
  FROM dora_deployments_of_groups WHERE lead_time_seconds IS NOT NULL
) d JOIN dora_{span}_days w ON w.day = d.finished_day
GROUP BY d.group_kind, d.group_name, w.window_day;

-- Deployment frequency: counted deployments over the window's calendar days.
CREATE OR REPLACE TEMP VIEW dora_{span}_deployment_frequency AS
SELECT d.group_kind, d.group_name, w.window_day, sum(d.n) AS deployments,
       sum(CASE WHEN d.day = w.window_day THEN d.n ELSE 0 END) AS deployments_on_day
FROM (
  SELECT group_kind, group_name, finished_day AS day, count(*) AS n
  FROM dora_deployments_of_groups GROUP BY group_kind, group_name, finished_day
) d JOIN dora_{span}_days w ON w.day = d.day
GROUP BY d.group_kind, d.group_name, w.window_day;

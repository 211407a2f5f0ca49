-- Which figures of a group rest on history that was read completely: everything that they need covers the window.
CREATE OR REPLACE TEMP VIEW dora_{span}_complete AS
WITH wanted AS (
  SELECT group_kind, group_name, needed_for, count(DISTINCT need) AS needs
  FROM dora_coverage GROUP BY group_kind, group_name, needed_for
), met AS (
  SELECT c.group_kind, c.group_name, c.needed_for, w.window_day,
         count(DISTINCT CASE WHEN c.from_ms <= w.from_ms THEN c.need END) AS needs,
         count(DISTINCT c.need) AS day_needs
  FROM dora_coverage c JOIN dora_{span}_windows w ON c.from_ms <= w.day_from_ms AND c.to_ms >= w.to_ms
  GROUP BY c.group_kind, c.group_name, c.needed_for, w.window_day
), groups AS (
  SELECT DISTINCT group_kind, group_name FROM dora_coverage
)
SELECT w.window_day, w.date, w.days, g.group_kind, g.group_name,
       coalesce(max(CASE WHEN n.needed_for = 'deployments' AND m.needs = n.needs THEN 1 END), 0) = 1 AS has_deployments,
       coalesce(max(CASE WHEN n.needed_for = 'deployments' AND m.day_needs = n.needs THEN 1 END), 0) = 1 AS has_day,
       coalesce(max(CASE WHEN n.needed_for = 'incidents' AND m.needs = n.needs THEN 1 END), 0) = 1 AS has_incidents,
       coalesce(max(CASE WHEN n.needed_for = 'failures' AND m.needs = n.needs THEN 1 END), 0) = 1 AS has_failures
FROM groups g CROSS JOIN dora_{span}_windows w
JOIN wanted n ON n.group_kind = g.group_kind AND n.group_name = g.group_name
LEFT JOIN met m ON m.group_kind = n.group_kind AND m.group_name = n.group_name AND m.needed_for = n.needed_for
  AND m.window_day = w.window_day
GROUP BY w.window_day, w.date, w.days, g.group_kind, g.group_name;

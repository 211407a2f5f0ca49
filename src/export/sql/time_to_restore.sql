-- Time to restore service: opened to resolved, of the incidents resolved in the window. One that is resolved before it
-- is opened has no duration.
CREATE OR REPLACE TEMP VIEW dora_{span}_incidents_opened AS
SELECT i.group_kind, i.group_name, w.window_day, sum(i.n) AS incidents_opened
FROM (
  SELECT group_kind, group_name, opened_day AS day, count(*) AS n
  FROM dora_incidents_of_groups GROUP BY group_kind, group_name, opened_day
) i JOIN dora_{span}_days w ON w.day = i.day
GROUP BY i.group_kind, i.group_name, w.window_day;

-- Open at the window's end: opened before, not resolved before, and not over at an unknown time.
CREATE OR REPLACE TEMP VIEW dora_{span}_incidents_open AS
SELECT s.group_kind, s.group_name, w.window_day, sum(s.step) AS incidents_open
FROM (
  SELECT group_kind, group_name, day, sum(step) AS step
  FROM (
    SELECT group_kind, group_name, opened_day AS day, 1 AS step FROM dora_incidents_of_groups
    WHERE NOT is_over_without_an_end AND (resolved_ms IS NULL OR resolved_ms >= opened_ms)
    UNION ALL
    SELECT group_kind, group_name, resolved_day, -1 FROM dora_incidents_of_groups
    WHERE NOT is_over_without_an_end AND resolved_ms >= opened_ms AND resolved_ms < {as_of_ms}
  ) GROUP BY group_kind, group_name, day
) s JOIN dora_{span}_windows w ON s.day <= w.window_day
GROUP BY s.group_kind, s.group_name, w.window_day;

CREATE OR REPLACE TEMP VIEW dora_{span}_time_to_restore AS
SELECT i.group_kind, i.group_name, w.window_day, count(*) AS incidents_resolved, count(i.seconds) AS n, {statistics}
FROM (
  SELECT group_kind, group_name, opened_ms, resolved_day,
         CASE WHEN resolved_ms >= opened_ms THEN CAST(floor((resolved_ms - opened_ms) / 1000.0) AS DOUBLE) END AS seconds
  FROM dora_incidents_of_groups WHERE resolved_ms < {as_of_ms}
) i JOIN dora_{span}_days w ON w.day = i.resolved_day
WHERE i.opened_ms < w.to_ms
GROUP BY i.group_kind, i.group_name, w.window_day;

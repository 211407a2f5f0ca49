-- Failed deployment recovery time: opened to resolved, of the incidents that are linked to a deployment of the group at
-- the window's end.
CREATE OR REPLACE TEMP VIEW dora_{span}_recovery_time AS
SELECT i.group_kind, i.group_name, i.window_day, count(*) AS n, {statistics}
FROM (
  SELECT DISTINCT l.group_kind, l.group_name, l.key, w.window_day,
         CAST(floor((l.resolved_ms - l.opened_ms) / 1000.0) AS DOUBLE) AS seconds
  FROM dora_links_of_groups l JOIN dora_{span}_days w ON w.day = l.resolved_day
  WHERE l.resolved_ms < {as_of_ms} AND l.resolved_ms >= l.opened_ms AND l.opened_ms < w.to_ms
    AND l.known_ms < w.to_ms AND (l.known_until_ms IS NULL OR w.to_ms <= l.known_until_ms)
) i
GROUP BY i.group_kind, i.group_name, i.window_day;

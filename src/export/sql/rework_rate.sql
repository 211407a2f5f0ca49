-- Deployment rework rate: distinct deployments of the window that are known to be rework at its end.
CREATE OR REPLACE TEMP VIEW dora_{span}_rework_rate AS
SELECT d.group_kind, d.group_name, w.window_day, count(DISTINCT d.key) AS rework_deployments
FROM dora_deployments_of_groups d
JOIN dora_rework r ON r.key = d.key
JOIN dora_{span}_days w ON w.day = d.finished_day
WHERE r.known_ms < w.to_ms AND (r.known_until_ms IS NULL OR w.to_ms <= r.known_until_ms)
GROUP BY d.group_kind, d.group_name, w.window_day;

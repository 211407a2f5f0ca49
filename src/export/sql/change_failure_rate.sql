-- Change failure rate: distinct deployments of the window that are known to have failed at its end. A link that ends
-- with a later deployment holds up to that instant.
CREATE OR REPLACE TEMP VIEW dora_{span}_change_failure_rate AS
SELECT d.group_kind, d.group_name, w.window_day, count(DISTINCT d.key) AS failed_deployments
FROM dora_deployments_of_groups d
JOIN dora_failures f ON f.key = d.key
JOIN dora_{span}_days w ON w.day = d.finished_day
WHERE f.known_ms < w.to_ms AND (f.known_until_ms IS NULL OR w.to_ms <= f.known_until_ms)
GROUP BY d.group_kind, d.group_name, w.window_day;

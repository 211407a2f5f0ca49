-- The rolling 30-day figures of all groups and days, and those of the period, over `deployments` and `incidents`.
--
-- Days are numbers since 1970 in UTC. A window ends with its day and holds 30; `window_days` lists the days of each. What
-- is counted is first counted by day and then summed over the window; only what has a percentile goes into each of its
-- 30 windows. Groups are numbers: `members` says which groups a service is in.

CREATE OR REPLACE TEMP TABLE windows AS
SELECT CAST(d AS INTEGER) AS day, (d + 1) * 86400000::BIGINT AS end_ms FROM range({first_day}, {next_day}) days(d);

CREATE OR REPLACE TEMP TABLE window_days AS
SELECT w.day AS win, CAST(w.day - o AS INTEGER) AS day FROM windows w, range(30) offsets(o);

CREATE OR REPLACE TEMP TABLE by_group AS
SELECT m.g, CAST(d.finished_ms // 86400000 AS INTEGER) AS day, CAST(d.lead_time_seconds AS INTEGER) AS lead
FROM deployments d JOIN members m ON m.service = d.service;

CREATE OR REPLACE TEMP TABLE deployed AS
WITH daily AS (SELECT g, day, count(*) AS n FROM by_group GROUP BY ALL)
SELECT d.g, w.win, sum(d.n) AS deployments, coalesce(sum(d.n) FILTER (d.day = w.win), 0) AS on_day
FROM daily d JOIN window_days w ON w.day = d.day GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE lead_times AS
SELECT b.g, w.win, count(*) AS n, quantiles(b.lead, [0.5, 0.9]) AS q
FROM by_group b JOIN window_days w ON w.day = b.day WHERE b.lead IS NOT NULL GROUP BY ALL;

-- A deployment counts as failed from the day on which its first incident opens.
CREATE OR REPLACE TEMP TABLE failures AS
SELECT d.service, d.key, d.finished_ms, min(i.opened_ms) AS known_ms
FROM incidents i JOIN deployments d ON d.key = i.deployment GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE failed AS
SELECT m.g, w.win, count(*) AS failed
FROM failures f JOIN members m ON m.service = f.service
JOIN window_days w ON w.day = f.finished_ms // 86400000
WHERE f.known_ms < (w.win + 1) * 86400000::BIGINT GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE reworked AS
SELECT m.g, w.win, count(*) AS rework
FROM rework r JOIN members m ON m.service = r.service JOIN window_days w ON w.day = r.finished_ms // 86400000
GROUP BY ALL;

-- An incident of several services counts once in each group.
CREATE OR REPLACE TEMP TABLE hit AS
SELECT DISTINCT m.g, i.key, i.opened_ms, i.resolved_ms, i.is_over_without_an_end
FROM incidents i JOIN members m ON m.service = i.service
UNION ALL
SELECT 0, key, opened_ms, resolved_ms, is_over_without_an_end FROM incidents WHERE service IS NULL;

CREATE OR REPLACE TEMP TABLE opened_in AS
WITH daily AS (SELECT g, CAST(opened_ms // 86400000 AS INTEGER) AS day, count(*) AS n FROM hit GROUP BY ALL)
SELECT d.g, w.win, sum(d.n) AS opened FROM daily d JOIN window_days w ON w.day = d.day GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE resolved_in AS
SELECT h.g, w.win, count(*) AS resolved, quantiles((h.resolved_ms - h.opened_ms) // 1000, [0.5, 0.9]) AS q
FROM hit h JOIN window_days w ON w.day = h.resolved_ms // 86400000 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE open_at AS
WITH steps AS (
  SELECT g, greatest(CAST(opened_ms // 86400000 AS INTEGER), {first_day}) AS day, 1 AS step FROM hit
  WHERE NOT is_over_without_an_end
  UNION ALL
  SELECT g, greatest(CAST(resolved_ms // 86400000 AS INTEGER), {first_day}), -1 FROM hit WHERE resolved_ms IS NOT NULL
), daily AS (
  SELECT s.g, w.day, 0 AS step FROM (SELECT DISTINCT g FROM steps) s, windows w
  UNION ALL
  SELECT g, day, step FROM steps
), summed AS (SELECT g, day, sum(step) AS step FROM daily GROUP BY ALL)
SELECT g, day AS win, sum(step) OVER (PARTITION BY g ORDER BY day) AS open FROM summed;

CREATE OR REPLACE TEMP TABLE recovered AS
SELECT r.g, w.win, quantiles((r.resolved_ms - r.opened_ms) // 1000, [0.5]) AS q
FROM (
  SELECT DISTINCT m.g, i.key, i.opened_ms, i.resolved_ms
  FROM incidents i JOIN members m ON m.service = i.deployment_service WHERE i.resolved_ms IS NOT NULL
) r JOIN window_days w ON w.day = r.resolved_ms // 86400000 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE rolling AS
SELECT DATE '1970-01-01' + s.day AS date, g.group_kind, g.group_name, coalesce(d.on_day, 0) AS deployments_on_day,
       coalesce(d.deployments, 0) AS deployments, coalesce(d.deployments, 0) / 30.0::DOUBLE AS deployments_per_day,
       l.q[1] AS lead_time_p50_seconds, l.q[2] AS lead_time_p90_seconds, coalesce(l.n, 0) AS lead_time_n,
       coalesce(f.failed, 0) AS failed_deployments,
       coalesce(f.failed, 0)::DOUBLE / nullif(d.deployments, 0)::DOUBLE AS change_failure_rate,
       coalesce(o.opened, 0) AS incidents_opened, coalesce(r.resolved, 0) AS incidents_resolved,
       coalesce(a.open, 0) AS incidents_open, r.q[1] AS time_to_restore_p50_seconds,
       r.q[2] AS time_to_restore_p90_seconds, c.q[1] AS recovery_time_p50_seconds,
       coalesce(k.rework, 0) AS rework_deployments,
       coalesce(k.rework, 0)::DOUBLE / nullif(d.deployments, 0)::DOUBLE AS rework_rate
FROM windows s CROSS JOIN groups g
LEFT JOIN deployed d ON d.g = g.g AND d.win = s.day
LEFT JOIN lead_times l ON l.g = g.g AND l.win = s.day
LEFT JOIN failed f ON f.g = g.g AND f.win = s.day
LEFT JOIN opened_in o ON o.g = g.g AND o.win = s.day
LEFT JOIN resolved_in r ON r.g = g.g AND r.win = s.day
LEFT JOIN open_at a ON a.g = g.g AND a.win = s.day
LEFT JOIN recovered c ON c.g = g.g AND c.win = s.day
LEFT JOIN reworked k ON k.g = g.g AND k.win = s.day;

-- The period as a whole, as known at its end.
CREATE OR REPLACE TEMP TABLE period AS
WITH span AS (SELECT {first_day} * 86400000::BIGINT AS from_ms, {next_day} * 86400000::BIGINT AS to_ms),
d AS (
  SELECT g, count(*) AS deployments, count(lead) AS n, avg(lead) AS mean, quantiles(lead, [0.5, 0.75, 0.9]) AS q
  FROM by_group WHERE day >= {first_day} AND day < {next_day} GROUP BY g
), f AS (
  SELECT m.g, count(*) AS failed FROM failures x JOIN members m ON m.service = x.service, span s
  WHERE x.finished_ms >= s.from_ms AND x.finished_ms < s.to_ms AND x.known_ms < s.to_ms GROUP BY m.g
), k AS (
  SELECT m.g, count(*) AS rework FROM rework x JOIN members m ON m.service = x.service, span s
  WHERE x.finished_ms >= s.from_ms AND x.finished_ms < s.to_ms GROUP BY m.g
), r AS (
  SELECT g, count(*) AS n, avg(seconds) AS mean, quantiles(seconds, [0.5, 0.75, 0.9]) AS q
  FROM (SELECT g, (resolved_ms - opened_ms) // 1000 AS seconds FROM hit, span s
        WHERE resolved_ms >= s.from_ms AND resolved_ms < s.to_ms) GROUP BY g
), c AS (
  SELECT g, count(*) AS n, avg(seconds) AS mean, quantiles(seconds, [0.5, 0.75, 0.9]) AS q
  FROM (SELECT DISTINCT m.g, i.key, (i.resolved_ms - i.opened_ms) // 1000 AS seconds
        FROM incidents i JOIN members m ON m.service = i.deployment_service, span s
        WHERE i.resolved_ms >= s.from_ms AND i.resolved_ms < s.to_ms) GROUP BY g
)
SELECT g.group_kind, g.group_name,
       coalesce(d.deployments, 0) AS deployments,
       coalesce(d.deployments, 0) / ({next_day} - {first_day})::DOUBLE AS deployment_frequency_rate,
       d.q[1] AS lead_time_p50, d.q[2] AS lead_time_p75, d.q[3] AS lead_time_p90, d.mean AS lead_time_mean,
       coalesce(f.failed, 0)::DOUBLE / nullif(d.deployments, 0)::DOUBLE AS change_failure_rate_ratio,
       r.q[1] AS time_to_restore_p50, r.q[2] AS time_to_restore_p75, r.q[3] AS time_to_restore_p90,
       r.mean AS time_to_restore_mean,
       c.q[1] AS recovery_time_p50, c.q[2] AS recovery_time_p75, c.q[3] AS recovery_time_p90, c.mean AS recovery_time_mean,
       coalesce(k.rework, 0)::DOUBLE / nullif(d.deployments, 0)::DOUBLE AS rework_rate_ratio
FROM groups g
LEFT JOIN d ON d.g = g.g LEFT JOIN f ON f.g = g.g LEFT JOIN r ON r.g = g.g LEFT JOIN c ON c.g = g.g
LEFT JOIN k ON k.g = g.g;

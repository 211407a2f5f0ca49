-- What the report's CSV files hold besides the figures: every deployment and incident with its reasons, and the bands.
-- Not here, because SQL has no such functions: the intervals, verdicts and findings.

-- What each lead time starts at, and the pull request that holds it.
CREATE OR REPLACE TEMP TABLE holders AS
WITH first AS (
  SELECT b.* FROM brought b JOIN starts s ON s.id = b.id AND s.start_ms = b.start_ms
), merged AS (
  SELECT DISTINCT id, pull_request FROM brought WHERE is_request
), held AS (
  SELECT f.id, min(f.pull_request) AS number FROM first f JOIN merged m ON m.id = f.id AND m.pull_request = f.pull_request
  GROUP BY f.id
), shas AS (
  SELECT f.id, min(f.sha) FILTER (h.number IS NULL OR f.pull_request = h.number) AS own, min(f.sha) AS any_sha
  FROM first f LEFT JOIN held h ON h.id = f.id WHERE f.sha IS NOT NULL GROUP BY f.id
)
SELECT s.id, s.start_ms, h.number, coalesce(a.own, a.any_sha) AS sha
FROM starts s LEFT JOIN held h ON h.id = s.id LEFT JOIN shas a ON a.id = s.id;

CREATE OR REPLACE TEMP TABLE causes AS
SELECT deployment AS key, string_agg(key, ';' ORDER BY rule, opened_ms, key) AS failed_by,
       string_agg(DISTINCT rule, ';' ORDER BY rule) AS failed_rule
FROM (SELECT DISTINCT deployment, key, rule, opened_ms FROM incidents WHERE deployment IS NOT NULL) GROUP BY deployment;

COPY (
  WITH requests AS (
    SELECT r.repo_id, p.number, epoch_ms(p.opened_at) AS opened_ms, epoch_ms(p.first_review_at) AS review_ms,
           epoch_ms(p.merged_at) AS merged_ms
    FROM read_parquet('{data}/pull_requests/*/part.parquet') p JOIN repos r ON r.repo = p.repo
  ), texts AS (
    SELECT ('0x' || left(sha, 16))::UBIGINT AS sha, sha AS text FROM read_parquet('{data}/commits/*/part.parquet')
  ), shown AS (
    SELECT d.*, s.service AS owner, s.team, f.key, f.nth, f.finished_ms, f.lead_time_seconds, f.kind, h.start_ms, h.number,
           t.text AS start_sha, r.opened_ms, r.review_ms, r.merged_ms, c.failed_by, c.failed_rule, w.rule AS rework_rule
    FROM read_parquet('{data}/deployments/*/part.parquet') d
    LEFT JOIN services s ON s.repo = d.repo AND s.environment = d.environment
    LEFT JOIN deployments f ON f.key = d.id
    LEFT JOIN rework w ON w.key = f.key
    LEFT JOIN holders h ON h.id = f.key AND f.lead_time_seconds IS NOT NULL
    LEFT JOIN texts t ON t.sha = h.sha
    LEFT JOIN requests r ON r.repo_id = s.repo_id AND r.number = h.number
    LEFT JOIN causes c ON c.key = f.key
  )
  SELECT source, id, repo, environment, owner AS service, team, sha, status, created_at, finished_at,
         key IS NOT NULL AS counted,
         CASE WHEN key IS NULL THEN CASE WHEN owner IS NULL THEN 'not-production' ELSE 'not-success' END END AS reason,
         lead_time_seconds,
         CASE WHEN nth = 1 THEN 'first-deployment' WHEN kind <> 'deploy' THEN kind END AS lead_time_reason,
         CASE WHEN opened_ms >= start_ms THEN (opened_ms - start_ms) // 1000 END AS coding_seconds,
         CASE WHEN coalesce(review_ms, merged_ms) >= opened_ms THEN (coalesce(review_ms, merged_ms) - opened_ms) // 1000 END
           AS pickup_seconds,
         CASE WHEN merged_ms >= review_ms THEN (merged_ms - review_ms) // 1000 END AS review_seconds,
         CASE WHEN finished_ms >= merged_ms THEN (finished_ms - merged_ms) // 1000 END AS deploy_seconds,
         kind, CASE WHEN key IS NOT NULL THEN failed_by IS NOT NULL END AS failed, failed_by, failed_rule, url,
         CASE WHEN key IS NOT NULL THEN rework_rule IS NOT NULL END AS rework, rework_rule,
         make_timestamp(start_ms * 1000) AS start_at, start_sha, number AS start_pull_request
  FROM shown ORDER BY coalesce(finished_at, created_at), source, id
) TO '{out}/deployments.csv' (HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ');

COPY (
  WITH whose AS (
    SELECT key, string_agg(names, ';' ORDER BY first) AS service, string_agg(team, ';' ORDER BY first) AS team,
           bool_or(by_name) AS by_name
    FROM (
      SELECT a.key, s.team, string_agg(s.service, ';' ORDER BY a.service) AS names, min(a.service) AS first,
             bool_or(a.by_name) AS by_name
      FROM affected a JOIN services s ON s.place = a.service GROUP BY a.key, s.team
    ) GROUP BY key
  )
  SELECT i.source, i.id, i.title, w.service, w.team, i.priority, i.urgency, i.status, i.opened_at, i.acknowledged_at,
         i.resolved_at, o.key IS NOT NULL AS counted,
         CASE WHEN o.key IS NULL THEN 'tag' WHEN w.key IS NULL THEN 'unmapped'
              WHEN o.is_over_without_an_end THEN 'over-without-an-end'
              WHEN w.by_name THEN 'equal-name' END AS reason,
         (o.resolved_ms - o.opened_ms) // 1000 AS time_to_restore_seconds, l.deployment AS deployment_id,
         coalesce(l.rule, 'none') AS attribution, (o.opened_ms - d.finished_ms) // 1000 AS attribution_age_seconds, i.url
  FROM read_parquet('{data}/incidents/*/part.parquet') i
  LEFT JOIN opened o ON o.key = i.id
  LEFT JOIN whose w ON w.key = i.id
  LEFT JOIN links l ON l.key = i.id
  LEFT JOIN deployments d ON d.key = l.deployment
  ORDER BY i.opened_at, i.source, i.id
) TO '{out}/incidents.csv' (HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ');

COPY (
  SELECT date, group_kind, group_name AS "group", TRUE AS window_complete, * EXCLUDE (date, group_kind, group_name),
         CASE WHEN deployments_per_day > 1 THEN 'elite' WHEN deployments_per_day >= 1 / 31 THEN 'high'
              WHEN deployments_per_day >= 1 / 184 THEN 'medium' ELSE 'low' END AS deployment_frequency_band,
         CASE WHEN lead_time_p50_seconds < 3600 THEN 'elite' WHEN lead_time_p50_seconds < 604800 THEN 'high'
              WHEN lead_time_p50_seconds < 2592000 THEN 'medium' WHEN lead_time_p50_seconds IS NOT NULL THEN 'low' END
           AS lead_time_band,
         CASE WHEN change_failure_rate < 0.05 THEN 'elite' WHEN change_failure_rate < 0.1 THEN 'high'
              WHEN change_failure_rate <= 0.15 THEN 'medium' WHEN change_failure_rate IS NOT NULL THEN 'low' END
           AS change_failure_rate_band,
         CASE WHEN time_to_restore_p50_seconds < 3600 THEN 'elite' WHEN time_to_restore_p50_seconds < 86400 THEN 'high'
              WHEN time_to_restore_p50_seconds <= 604800 THEN 'medium'
              WHEN time_to_restore_p50_seconds IS NOT NULL THEN 'low' END AS time_to_restore_band
  FROM rolling ORDER BY date, array_position(['all', 'team', 'service'], group_kind), group_name
) TO '{out}/daily.csv' (HEADER);

COPY (FROM period ORDER BY array_position(['all', 'team', 'service'], group_kind), group_name)
TO '{out}/summary.csv' (HEADER);

-- Facts from the dataset's Parquet, in DuckDB: what the report finds out about each event before it counts anything.
--
-- DuckDB cannot walk a commit graph cheaply. In a generated history (`examples/history`) the walk is not needed: a commit
-- reaches the main branch when its pull request is merged, or at once; committed_at rises along the main branch; a hotfix
-- is deployed from a branch of one commit. So the first deployment whose commit is at least as far along the main branch
-- brings it. This is exact there, and wrong for real histories.

CREATE OR REPLACE TEMP TABLE counted AS
SELECT d.id, s.place, s.repo_id, d.sha AS sha_text, ('0x' || left(d.sha, 16))::UBIGINT AS sha,
       epoch_ms(d.created_at) AS created_ms, epoch_ms(d.finished_at) AS finished_ms,
       d.ref LIKE 'hotfix/%' AS from_branch
FROM read_parquet('{data}/deployments/*/part.parquet') d
JOIN services s ON s.repo = d.repo AND s.environment = d.environment
WHERE d.status = 'success' AND d.finished_at IS NOT NULL;

-- When each commit got to the main branch. Shas as their first 16 digits: 64 bits are compared faster than text.
CREATE OR REPLACE TEMP TABLE arriving AS
WITH requests AS (
  SELECT r.repo_id, p.number, epoch_ms(p.merged_at) AS merged_ms
  FROM read_parquet('{data}/pull_requests/*/part.parquet') p JOIN repos r ON r.repo = p.repo
)
SELECT c.repo_id, c.sha, c.authored_ms, coalesce(p.merged_ms, c.committed_ms) AS entry_ms, c.pull_request
FROM (
  SELECT r.repo_id, ('0x' || left(c.sha, 16))::UBIGINT AS sha, epoch_ms(c.authored_at) AS authored_ms,
         epoch_ms(c.committed_at) AS committed_ms, c.pull_request
  FROM read_parquet('{data}/commits/*/part.parquet') c JOIN repos r ON r.repo = c.repo
) c
LEFT JOIN requests p ON p.repo_id = c.repo_id AND p.number = c.pull_request;

CREATE OR REPLACE TEMP TABLE hotfixes AS SELECT DISTINCT sha FROM counted WHERE from_branch;

-- Each deployment's place on the main branch; a hotfix has none of its own.
CREATE OR REPLACE TEMP TABLE placed AS
WITH on_main AS (
  SELECT d.*, a.entry_ms, d.sha IN (SELECT sha FROM hotfixes) AS is_hotfix
  FROM counted d JOIN arriving a ON a.repo_id = d.repo_id AND a.sha = d.sha
)
SELECT *, row_number() OVER place AS nth, lag(sha) OVER place AS sha_before,
       max(CASE WHEN NOT is_hotfix THEN entry_ms END)
         OVER (place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_ms
FROM on_main
WINDOW place AS (PARTITION BY place ORDER BY finished_ms, id);

CREATE OR REPLACE TEMP TABLE direct AS
SELECT place, sha, arg_min(id, nth) AS id FROM placed WHERE is_hotfix GROUP BY ALL;

-- Every start of work, a commit or the first commit of a pull request, and the deployment that brought it first.
CREATE OR REPLACE TEMP VIEW brought AS
WITH records AS (
  SELECT place, id, entry_ms FROM placed WHERE NOT is_hotfix AND (reached_ms IS NULL OR entry_ms > reached_ms)
), starting AS (
  SELECT repo_id, entry_ms, authored_ms AS start_ms, sha, pull_request, FALSE AS is_request FROM arriving
  WHERE sha NOT IN (SELECT sha FROM hotfixes)
  UNION ALL
  SELECT r.repo_id, epoch_ms(p.merged_at), epoch_ms(p.first_commit_at), NULL, p.number, TRUE
  FROM read_parquet('{data}/pull_requests/*/part.parquet') p JOIN repos r ON r.repo = p.repo
), events AS (
  SELECT s.place, e.* EXCLUDE (repo_id) FROM starting e JOIN services s ON s.repo_id = e.repo_id
  UNION ALL
  -- A hotfix of one environment reaches the other one with its merge.
  SELECT s.place, a.entry_ms, a.authored_ms, a.sha, a.pull_request, FALSE
  FROM arriving a SEMI JOIN hotfixes h ON h.sha = a.sha JOIN services s ON s.repo_id = a.repo_id
  ANTI JOIN direct d ON d.place = s.place AND d.sha = a.sha
)
SELECT r.id, e.start_ms, e.sha, e.pull_request, e.is_request
FROM events e ASOF JOIN records r ON r.place = e.place AND e.entry_ms <= r.entry_ms
UNION ALL
SELECT d.id, a.authored_ms, a.sha, a.pull_request, FALSE FROM direct d JOIN arriving a ON a.sha = d.sha;

CREATE OR REPLACE TEMP TABLE starts AS SELECT id, min(start_ms) AS start_ms FROM brought GROUP BY id;

-- A commit that a hotfix was made on: how far along the main branch the hotfix is.
CREATE OR REPLACE TEMP TABLE bases AS
WITH parents AS (
  SELECT ('0x' || left(c.sha, 16))::UBIGINT AS sha, ('0x' || left(c.parents[1], 16))::UBIGINT AS base
  FROM read_parquet('{data}/commits/*/part.parquet') c
  SEMI JOIN hotfixes h ON h.sha = ('0x' || left(c.sha, 16))::UBIGINT
)
SELECT p.sha, a.entry_ms AS base_ms FROM parents p JOIN arriving a ON a.sha = p.base;

CREATE OR REPLACE TEMP TABLE kinds AS
WITH reach AS (
  SELECT p.id, p.place, p.nth, p.sha, p.sha_before, p.entry_ms,
         lag(coalesce(b.base_ms, p.entry_ms)) OVER (PARTITION BY p.place ORDER BY p.nth) AS before_ms
  FROM placed p LEFT JOIN bases b ON b.sha = p.sha
)
SELECT r.id, CASE WHEN r.nth = 1 OR (s.id IS NOT NULL AND r.sha <> r.sha_before) THEN 'deploy'
                  WHEN r.sha = r.sha_before OR r.entry_ms > r.before_ms THEN 'redeploy' ELSE 'rollback' END AS kind
FROM reach r LEFT JOIN starts s ON s.id = r.id;

CREATE OR REPLACE TEMP TABLE deployments AS
SELECT p.id AS key, p.place AS service, v.team, p.created_ms, p.finished_ms, p.sha_text AS sha, p.nth, k.kind,
       CASE WHEN p.nth > 1 AND p.sha IS DISTINCT FROM p.sha_before
            THEN CAST(floor((p.finished_ms - s.start_ms) / 1000.0) AS BIGINT) END AS lead_time_seconds
FROM placed p JOIN services v ON v.place = p.place JOIN kinds k ON k.id = p.id LEFT JOIN starts s ON s.id = p.id;

-- Incidents: whose they are, and which deployment caused them.
CREATE OR REPLACE TEMP TABLE opened AS
SELECT id AS key, epoch_ms(opened_at) AS opened_ms, epoch_ms(resolved_at) AS resolved_ms,
       resolved_at IS NULL AND status IN ('resolved', 'closed') AS is_over_without_an_end,
       caused_by_deploy, deployment_ref
FROM read_parquet('{data}/incidents/*/part.parquet')
WHERE NOT list_contains(tags, 'drill');

CREATE OR REPLACE TEMP TABLE affected AS
WITH keys AS (SELECT id AS key, unnest(service_keys) AS name FROM read_parquet('{data}/incidents/*/part.parquet')),
listed AS (SELECT DISTINCT k.key, s.place AS service, s.team, FALSE AS by_name FROM keys k JOIN services s ON s.incident_key = k.name),
named AS (
  SELECT DISTINCT k.key, s.place AS service, s.team, TRUE AS by_name FROM keys k JOIN services s ON lower(s.service) = lower(k.name)
  WHERE k.key NOT IN (SELECT key FROM listed)
)
FROM listed UNION ALL FROM named;

-- The latest deployment of an affected service at or before the opening; of several services the latest of all.
CREATE OR REPLACE TEMP TABLE clock AS
SELECT o.key, max_by(d.key, (d.finished_ms, d.key)) AS deployment, max(d.finished_ms) AS finished_ms
FROM opened o JOIN affected a ON a.key = o.key
ASOF JOIN (SELECT service, finished_ms, max(key) AS key FROM deployments GROUP BY service, finished_ms) d
  ON d.service = a.service AND d.finished_ms <= o.opened_ms
GROUP BY o.key;

-- What a reference names: an id, a sha, or the beginning of one sha alone; of an affected service first.
CREATE OR REPLACE TEMP TABLE referred AS
WITH refs AS (
  SELECT key, lower(trim(deployment_ref)) AS ref, opened_ms FROM opened
  WHERE deployment_ref IS NOT NULL AND caused_by_deploy IS DISTINCT FROM FALSE
), found AS (
  SELECT r.key, r.opened_ms, 1 AS rank, d.key AS deployment, d.sha, d.service, d.finished_ms
  FROM refs r JOIN deployments d ON d.key = r.ref
  UNION ALL
  SELECT r.key, r.opened_ms, CASE WHEN d.sha = r.ref THEN 2 ELSE 3 END, d.key, d.sha, d.service, d.finished_ms
  FROM refs r JOIN deployments d ON left(d.sha, 7) = left(r.ref, 7) AND starts_with(d.sha, r.ref)
  WHERE length(r.ref) >= 7
), scoped AS (
  SELECT f.*, a.key IS NULL AS elsewhere FROM found f
  LEFT JOIN affected a ON a.key = f.key AND a.service = f.service
), ways AS (
  SELECT key, elsewhere, rank, count(DISTINCT sha) AS shas FROM scoped GROUP BY ALL
), best AS (
  SELECT key, min((elsewhere, rank)) AS way FROM ways WHERE rank < 3 OR shas = 1 GROUP BY key
)
SELECT s.key,
       coalesce(max_by(s.deployment, (s.finished_ms, s.deployment)) FILTER (s.finished_ms <= s.opened_ms),
                min_by(s.deployment, (s.finished_ms, s.deployment))) AS deployment
FROM scoped s JOIN best b ON b.key = s.key AND b.way = (s.elsewhere, s.rank)
GROUP BY s.key;

CREATE OR REPLACE TEMP TABLE links AS
SELECT o.key, coalesce(r.deployment, c.deployment) AS deployment,
       CASE WHEN r.key IS NOT NULL OR o.caused_by_deploy THEN 'explicit' ELSE 'window' END AS rule
FROM opened o
LEFT JOIN referred r ON r.key = o.key
LEFT JOIN clock c ON c.key = o.key AND (o.caused_by_deploy OR o.opened_ms - c.finished_ms <= 3600000)
WHERE o.caused_by_deploy IS DISTINCT FROM FALSE AND coalesce(r.deployment, c.deployment) IS NOT NULL;

CREATE OR REPLACE TEMP TABLE incidents AS
SELECT o.key, a.service, a.team, o.opened_ms, o.resolved_ms, o.is_over_without_an_end, l.deployment, l.rule,
       d.service AS deployment_service, d.team AS deployment_team
FROM opened o
LEFT JOIN affected a ON a.key = o.key
LEFT JOIN links l ON l.key = o.key
LEFT JOIN deployments d ON d.key = l.deployment;

-- Rework: a rollback, or the first deployment of a place to finish of those created since the opening of an incident that
-- failed an earlier one there, unless the incident was over when it was created. The rules that a config adds
-- (`[rework]`) are not here: the example's config has none.
CREATE OR REPLACE TEMP TABLE rework AS
WITH turns AS (
  SELECT service, nth, key, created_ms, max(created_ms) OVER (PARTITION BY service ORDER BY nth) AS latest_ms
  FROM deployments
), failed AS (
  SELECT DISTINCT i.key, d.service, d.nth, i.opened_ms, i.resolved_ms
  FROM incidents i JOIN deployments d ON d.key = i.deployment
), fixes AS (
  -- The creations in order of finish, as the latest so far, only rise; the first that reaches the opening is new itself.
  SELECT f.key AS incident, f.opened_ms, f.resolved_ms, f.nth AS failed_nth, min(t.nth) AS nth, f.service
  FROM failed f ASOF JOIN (
    SELECT service, latest_ms, min(nth) AS nth FROM turns GROUP BY ALL
  ) t ON t.service = f.service AND f.opened_ms <= t.latest_ms
  GROUP BY ALL
)
SELECT d.key, d.service, d.finished_ms,
       CASE WHEN count(f.incident) > 0 THEN 'fix' ELSE 'rollback' END AS rule
FROM deployments d
LEFT JOIN fixes f ON f.service = d.service AND f.nth = d.nth AND f.nth > f.failed_nth
  AND (f.resolved_ms IS NULL OR f.resolved_ms > d.created_ms)
WHERE d.kind = 'rollback' OR f.incident IS NOT NULL
GROUP BY d.key, d.service, d.finished_ms;

-- Every fact once for each group that it belongs to: the whole, the team, the service.
CREATE OR REPLACE TEMP VIEW dora_deployments_of_groups AS
SELECT 'all' AS group_kind, 'all' AS group_name, d.* FROM dora_deployments d
UNION ALL
SELECT 'team', d.team, d.* FROM dora_deployments d WHERE d.team IS NOT NULL
UNION ALL
SELECT 'service', d.service, d.* FROM dora_deployments d;

-- An incident has a row for each service that it affects, and each deployment that it was ever linked to. It counts once
-- in a group.
CREATE OR REPLACE TEMP VIEW dora_incidents_of_groups AS
SELECT DISTINCT group_kind, group_name, key, opened_ms, opened_day, resolved_ms, resolved_day, is_over_without_an_end
FROM (
  SELECT 'all' AS group_kind, 'all' AS group_name, i.* FROM dora_incidents i
  UNION ALL
  SELECT 'team', i.team, i.* FROM dora_incidents i WHERE i.team IS NOT NULL
  UNION ALL
  SELECT 'service', i.service, i.* FROM dora_incidents i WHERE i.service IS NOT NULL
);

-- The links of incidents to deployments belong to the groups of the deployment.
CREATE OR REPLACE TEMP VIEW dora_links_of_groups AS
SELECT DISTINCT group_kind, group_name, key, opened_ms, resolved_ms, resolved_day, known_ms, known_until_ms
FROM (
  SELECT 'all' AS group_kind, 'all' AS group_name, i.* FROM dora_incidents i WHERE i.deployment IS NOT NULL
  UNION ALL
  SELECT 'team', i.deployment_team, i.* FROM dora_incidents i WHERE i.deployment_team IS NOT NULL
  UNION ALL
  SELECT 'service', i.deployment_service, i.* FROM dora_incidents i WHERE i.deployment_service IS NOT NULL
);

-- When each deployment is known to have failed: for good from one instant on, or for a time, until its incident turned
-- out to belong to a later deployment.
CREATE OR REPLACE TEMP VIEW dora_failures AS
SELECT key, failed_known_ms AS known_ms, CAST(NULL AS BIGINT) AS known_until_ms
FROM dora_deployments WHERE failed_known_ms IS NOT NULL
UNION ALL
SELECT DISTINCT deployment, known_ms, known_until_ms FROM dora_incidents WHERE known_until_ms IS NOT NULL;

-- The same of rework.
CREATE OR REPLACE TEMP VIEW dora_rework AS
SELECT key, rework_known_ms AS known_ms, CAST(NULL AS BIGINT) AS known_until_ms
FROM dora_deployments WHERE rework_known_ms IS NOT NULL
UNION ALL
SELECT DISTINCT fix, known_ms, known_until_ms FROM dora_incidents WHERE fix IS NOT NULL;

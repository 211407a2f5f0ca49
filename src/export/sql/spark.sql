-- Rolling and period figures over the tables of `dora-report export facts`, for Spark SQL 3.4 or newer.

-- Dates and instants are converted in the session's zone: every zone below is written out.
SET TIME ZONE 'UTC';

-- The facts, with instants as milliseconds since 1970 and their calendar days in {zone} as days since 1970.
CREATE OR REPLACE TEMP VIEW dora_deployments AS
SELECT key, service, team, unix_millis(finished_at) AS finished_ms,
       CAST(datediff(CAST(from_utc_timestamp(finished_at, '{zone}') AS DATE), DATE '1970-01-01') AS BIGINT) AS finished_day,
       lead_time_seconds, unix_millis(failed_known_at) AS failed_known_ms,
       unix_millis(rework_known_at) AS rework_known_ms
FROM parquet.`{facts}/deployment_facts`
WHERE unix_millis(finished_at) < {as_of_ms};

CREATE OR REPLACE TEMP VIEW dora_incidents AS
SELECT key, service, team, unix_millis(opened_at) AS opened_ms, unix_millis(resolved_at) AS resolved_ms,
       CAST(datediff(CAST(from_utc_timestamp(opened_at, '{zone}') AS DATE), DATE '1970-01-01') AS BIGINT) AS opened_day,
       CAST(datediff(CAST(from_utc_timestamp(resolved_at, '{zone}') AS DATE), DATE '1970-01-01') AS BIGINT) AS resolved_day,
       is_over_without_an_end, deployment, deployment_service, deployment_team, fix,
       unix_millis(known_at) AS known_ms, unix_millis(known_until) AS known_until_ms
FROM parquet.`{facts}/incident_facts`
WHERE unix_millis(opened_at) < {as_of_ms};

CREATE OR REPLACE TEMP VIEW dora_coverage AS
SELECT group_kind, group_name, needed_for, need, unix_millis(from_at) AS from_ms, unix_millis(to_at) AS to_ms
FROM parquet.`{facts}/coverage`;

-- Calendar days from the first day of the first window to the last day of the period.
CREATE OR REPLACE TEMP VIEW dora_days AS
SELECT CAST(n AS BIGINT) AS day, date_add(DATE '1970-01-01', n) AS date,
       unix_millis(to_utc_timestamp(CAST(date_add(DATE '1970-01-01', n) AS TIMESTAMP), '{zone}')) AS from_ms,
       unix_millis(to_utc_timestamp(CAST(date_add(DATE '1970-01-01', n + 1) AS TIMESTAMP), '{zone}')) AS to_ms
FROM (SELECT explode(sequence({spine_first}, {spine_last})) AS n);

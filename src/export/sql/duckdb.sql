-- Rolling and period figures over the tables of `dora-report export facts`, for DuckDB.

-- The facts, with instants as milliseconds since 1970 and their calendar days in {zone} as days since 1970.
CREATE OR REPLACE TEMP VIEW dora_deployments AS
SELECT key, service, team, epoch_ms(finished_at) AS finished_ms,
       CAST(timezone('{zone}', finished_at) AS DATE) - DATE '1970-01-01' AS finished_day,
       lead_time_seconds, epoch_ms(failed_known_at) AS failed_known_ms, epoch_ms(rework_known_at) AS rework_known_ms
FROM read_parquet('{facts}/deployment_facts/*/*.parquet', hive_partitioning = false)
WHERE epoch_ms(finished_at) < {as_of_ms};

CREATE OR REPLACE TEMP VIEW dora_incidents AS
SELECT key, service, team, epoch_ms(opened_at) AS opened_ms, epoch_ms(resolved_at) AS resolved_ms,
       CAST(timezone('{zone}', opened_at) AS DATE) - DATE '1970-01-01' AS opened_day,
       CAST(timezone('{zone}', resolved_at) AS DATE) - DATE '1970-01-01' AS resolved_day,
       is_over_without_an_end, deployment, deployment_service, deployment_team, fix,
       epoch_ms(known_at) AS known_ms, epoch_ms(known_until) AS known_until_ms
FROM read_parquet('{facts}/incident_facts/*/*.parquet', hive_partitioning = false)
WHERE epoch_ms(opened_at) < {as_of_ms};

CREATE OR REPLACE TEMP VIEW dora_coverage AS
SELECT group_kind, group_name, needed_for, need, epoch_ms(from_at) AS from_ms, epoch_ms(to_at) AS to_ms
FROM read_parquet('{facts}/coverage/*.parquet', hive_partitioning = false);

-- Calendar days from the first day of the first window to the last day of the period.
CREATE OR REPLACE TEMP VIEW dora_days AS
SELECT CAST(n AS BIGINT) AS day, DATE '1970-01-01' + CAST(n AS INTEGER) AS date,
       epoch_ms(timezone('{zone}', CAST(DATE '1970-01-01' + CAST(n AS INTEGER) AS TIMESTAMP))) AS from_ms,
       epoch_ms(timezone('{zone}', CAST(DATE '1970-01-01' + CAST(n + 1 AS INTEGER) AS TIMESTAMP))) AS to_ms
FROM range({spine_first}, {spine_last} + 1) AS days(n);

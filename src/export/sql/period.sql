-- One window: the days of the period that have begun, as known at its end.
CREATE OR REPLACE TEMP VIEW dora_period_windows AS
SELECT max(day) AS window_day, min(date) AS date, min(from_ms) AS from_ms,
       least(max(to_ms), {as_of_ms}) AS to_ms, min(from_ms) AS day_from_ms, count(*) AS days
FROM dora_days WHERE day >= {period_first} AND from_ms < {as_of_ms}
HAVING count(*) > 0;

CREATE OR REPLACE TEMP VIEW dora_period_days AS
SELECT w.window_day AS window_day, w.to_ms AS to_ms, d.day AS day
FROM dora_period_windows w JOIN dora_days d ON d.day >= {period_first} AND d.day <= w.window_day;

-- One window for each day of the period that has begun: {window_days} calendar days that end with it, as known at its end.
CREATE OR REPLACE TEMP VIEW dora_rolling_windows AS
SELECT l.day AS window_day, l.date AS date, f.from_ms AS from_ms,
       least(l.to_ms, {as_of_ms}) AS to_ms, l.from_ms AS day_from_ms, {window_days} AS days
FROM dora_days l JOIN dora_days f ON f.day = l.day - {window_days} + 1
WHERE l.day >= {period_first} AND l.from_ms < {as_of_ms};

CREATE OR REPLACE TEMP VIEW dora_rolling_days AS
SELECT w.window_day AS window_day, w.to_ms AS to_ms, d.day AS day
FROM dora_rolling_windows w JOIN dora_days d ON d.day <= w.window_day AND d.day > w.window_day - {window_days};

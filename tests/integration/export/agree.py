"""Runs the SQL of `export sql` and compares its figures with the report's: `agree.py duckdb|spark [SQL REPORT]...`.

Every cell of daily.csv and summary.csv that the SQL computes too must be equal: counts exactly, other numbers to twelve
digits, since engines round the interpolation of a percentile each in its own way. Prints what was compared.
"""

import csv
import math
import os
import sys
from pathlib import Path


def statements(text):
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [part for part in "\n".join(lines).split(";\n") if part.strip(" \n;")]


def by_duckdb(text):
    import duckdb

    connection = duckdb.connect()
    for statement in statements(text):
        if statement.lstrip().startswith("SELECT"):
            result = connection.execute(statement)
            yield [column[0] for column in result.description], result.fetchall()
        else:
            connection.execute(statement)


def by_spark(text):
    # One quick compilation: the work is too short for the second one to pay.
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").appName("agree")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # The histories of the tests are small: fewer tasks are faster.
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        # The report's zone must not come from the machine's.
        "spark.sql.session.timeZone": "Asia/Tokyo",
    }.items():
        session = session.config(key, value)
    session = session.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for statement in statements(text):
        result = session.sql(statement)
        if statement.lstrip().startswith("SELECT"):
            yield result.columns, [tuple(row) for row in result.collect()]


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def plain(value):
    """A cell as the report writes it: text, a number, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def same(ours, theirs, is_count):
    ours, theirs = plain(ours), plain(theirs)
    if isinstance(ours, float) and isinstance(theirs, float) and not is_count:
        return math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=0)
    return ours == theirs


def agree(engine, sql, report):
    """How many cells differ."""
    run = {"duckdb": by_duckdb, "spark": by_spark}[engine]
    (names, rolling), (period_names, period) = run(sql.read_text())
    wrong, cells = [], 0

    def compare(where, name, ours, theirs):
        nonlocal cells
        cells += 1
        if not same(ours, theirs, not name.endswith(("_seconds", "_per_day", "_rate"))):
            wrong.append(f"{where} {name}: SQL {ours!r}, report {theirs!r}")

    daily = rows(report / "daily.csv")
    if len(daily) != len(rolling):
        wrong.append(f"daily.csv has {len(daily)} rows, SQL {len(rolling)}")
    # Both are sorted alike.
    for row, wanted in zip(rolling, daily):
        ours = dict(zip(names, row))
        where = f"{wanted['date']} {wanted['group_kind']} {wanted['group']}"
        compare(where, "date", ours["date"], wanted["date"])
        compare(where, "group_kind", ours["group_kind"], wanted["group_kind"])
        compare(where, "group_name", ours["group_name"], wanted["group"])
        for name, value in ours.items():
            if name in wanted and name not in ("date", "group_kind"):
                compare(where, name, value, wanted[name])
    expected = [name for name in daily[0] if not name.endswith("_band") and name != "group"]
    wrong += [f"daily.csv has the figure {name}, SQL has not" for name in expected if name not in names]

    figures = {}
    for row in rows(report / "summary.csv"):
        figures[row["group_kind"], row["group"], row["metric"], row["statistic"]] = row
    columns = {
        ("deployment_frequency", "rate"): "deployments_per_day",
        ("change_failure_rate", "ratio"): "change_failure_rate",
        ("rework_rate", "ratio"): "rework_rate",
    }
    for (kind, group, metric, statistic), wanted in figures.items():
        name = columns.get((metric, statistic), f"{metric}_{statistic}_seconds")
        ours = next(dict(zip(period_names, row)) for row in period if row[:2] == (kind, group))
        if statistic != "km_p50":
            compare(f"period {kind} {group}", name, ours[name], wanted["value"])
        if wanted["n"] and statistic == "p50":
            compare(f"period {kind} {group}", f"{metric}_n", ours[f"{metric}_n"], wanted["n"])
    print(f"{sql.name}: {engine}: {len(rolling)} rows, {len(period)} groups, {cells} cells, {len(wrong)} differ")
    for line in wrong[:20]:
        print(line)
    return len(wrong)


def main():
    paths = [Path(path) for path in sys.argv[2:]]
    differ = [agree(sys.argv[1], sql, report) for sql, report in zip(paths[::2], paths[1::2])]
    sys.exit(sum(differ) > 0)


main()

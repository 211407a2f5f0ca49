"""Compares what DuckDB computed with what the report wrote, cell by cell and to the last digit."""

import sys
from pathlib import Path

ROLLING = [
    "deployments_on_day", "deployments", "deployments_per_day", "lead_time_p50_seconds", "lead_time_p90_seconds",
    "lead_time_n", "failed_deployments", "change_failure_rate", "incidents_opened", "incidents_resolved",
    "incidents_open", "time_to_restore_p50_seconds", "time_to_restore_p90_seconds", "recovery_time_p50_seconds",
    "rework_deployments", "rework_rate",
]  # fmt: skip


def report_folder(out: Path) -> Path:
    found = list(out.glob("*/daily.csv"))
    if len(found) != 1:
        sys.exit(f"{out}: want one report with a daily.csv, found {len(found)}")
    return found[0].parent


def differing(connection, ours, theirs, keys, columns, relative):
    """How many cells differ, and the first few of them."""
    keyed = " AND ".join(f"a.{key} = b.{key}" for key in keys)
    total, shown = 0, []
    for column in columns:
        wrong = connection.execute(
            f"SELECT {', '.join(f'coalesce(a.{key}, b.{key})' for key in keys)}, a.{column}, b.{column} "
            f"FROM {ours} a FULL JOIN {theirs} b ON {keyed} WHERE a.{column}::VARCHAR IS DISTINCT FROM b.{column}::VARCHAR "
            f"AND NOT coalesce(abs(a.{column}::DOUBLE - b.{column}::DOUBLE) <= {relative} * abs(b.{column}::DOUBLE), FALSE)"
        ).fetchall()
        total += len(wrong)
        shown += [(column, *row) for row in wrong[:3]]
    return total, shown


def compare(connection, out: Path, relative: float) -> int:
    """1 if a figure differs by more than a relative error, else 0."""
    folder = report_folder(out)
    read = "read_csv('{}', all_varchar = true, nullstr = '')"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE report AS FROM {read.format(folder / 'daily.csv')}")
    connection.execute('ALTER TABLE report RENAME "group" TO group_name')
    connection.execute("ALTER TABLE report ALTER date TYPE DATE")
    names = [row[0] for row in connection.execute("DESCRIBE report").fetchall()]
    have = [row[0] for row in connection.execute("DESCRIBE rolling").fetchall()]
    columns = [name for name in ROLLING if name in names and name in have]
    keys = ["date", "group_kind", "group_name"]
    wrong, shown = differing(connection, "report", "rolling", keys, columns, relative)
    rows = connection.execute("SELECT count(*) FROM rolling").fetchone()[0]
    within = f"within {relative}" if relative else "to the last digit"
    print(f"compared {within}")
    print(f"  daily.csv: {rows} rows, {len(columns)} figures each: {wrong} cells differ")

    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE summary AS SELECT group_kind, \"group\" AS group_name, metric || '_' || statistic AS name, value "
        f"FROM {read.format(folder / 'summary.csv')}"
    )
    have = [row[0] for row in connection.execute("DESCRIBE period").fetchall()][3:]
    each = " UNION ALL ".join(
        f"SELECT group_kind, group_name, '{name}' AS name, {name} AS value FROM period" for name in have
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE flat AS {each}")
    connection.execute("DELETE FROM summary WHERE name NOT IN (SELECT name FROM flat)")
    more, also = differing(connection, "summary", "flat", ["group_kind", "group_name", "name"], ["value"], relative)
    rows = connection.execute("SELECT count(*) FROM flat").fetchone()[0]
    print(f"  summary.csv: {rows} figures: {more} differ")
    for row in shown + also:
        print("    differs:", *row)
    return int(wrong + more > 0)


def compare_events(connection, out: Path, ours: Path) -> int:
    """1 if an event file that DuckDB wrote differs from the report's in a cell, else 0."""
    result = 0
    for name in ("deployments", "incidents"):
        sides = []
        for side, folder in (("a", report_folder(out)), ("b", ours)):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {side} AS FROM read_csv('{folder / name}.csv', all_varchar = true)"
            )
            sides.append([row[0] for row in connection.execute(f"DESCRIBE {side}").fetchall()])
        columns = [column for column in sides[0] if column in sides[1]]
        differs = " OR ".join(f"a.{column} IS DISTINCT FROM b.{column}" for column in columns)
        wrong = connection.execute(f"SELECT count(*) FROM a FULL JOIN b ON a.id = b.id WHERE {differs}").fetchone()[0]
        rows = connection.execute("SELECT count(*) FROM a").fetchone()[0]
        print(f"  {name}.csv: {rows} rows, {len(columns)} of {len(sides[0])} columns: {wrong} rows differ")
        result |= int(wrong > 0)
    return result

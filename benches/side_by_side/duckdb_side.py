"""The DuckDB side of one measurement: `duckdb_side.py figures|everything DATA CONFIG FROM TO OUT`.

`figures` computes the figures and writes nothing; `everything` also writes what the report's CSV files hold, into OUT.
`check` computes the figures and compares them with the report in OUT.
"""

import sys
import time
import tomllib
from datetime import date
from pathlib import Path

import duckdb

FOLDER = Path(__file__).parent
EPOCH = date(1970, 1, 1)
# What is measured: DuckDB's own percentiles.
FAST = "CREATE OR REPLACE MACRO quantiles(x, qs) AS quantile_cont(x, qs)"
# What is compared to the last digit: the same order statistics, with the interpolation rounded as the report rounds it.
EXACT = """CREATE OR REPLACE MACRO quantiles(x, qs) AS list_transform(qs, lambda q: interpolated(list_sort(list(x) FILTER (x IS NOT NULL)), q));
CREATE OR REPLACE MACRO interpolated(sorted, q) AS between_ranks(
  sorted, (len(sorted) - 1)::DOUBLE * q::DOUBLE, floor((len(sorted) - 1)::DOUBLE * q::DOUBLE)::BIGINT
);
CREATE OR REPLACE MACRO between_ranks(sorted, rank, low) AS
  sorted[low + 1]::DOUBLE
  + (sorted[least(low + 2, len(sorted))] - sorted[low + 1])::DOUBLE * (rank - low::DOUBLE);"""


def load_groups(connection, config):
    """Services, repositories and groups as small tables, with numbers in place of names."""
    services = config["service"]
    repos = sorted({service["repos"][0] for service in services})
    teams = sorted({service["team"] for service in services})
    group = {("all", "all"): 0}
    for kind, names in (("team", teams), ("service", [service["name"] for service in services])):
        for name in names:
            group[kind, name] = len(group)
    rows, members = [], []
    for place, service in enumerate(services):
        repo, name, team = service["repos"][0], service["name"], service["team"]
        rows.append((place, repos.index(repo), name, team, repo, service["environments"][0], service["pagerduty"][0]))
        members += [(place, 0), (place, group["team", team]), (place, group["service", name])]
    for table, columns, values in (
        ("services", "place SMALLINT, repo_id SMALLINT, service TEXT, team TEXT, repo TEXT, environment TEXT, incident_key TEXT", rows),
        ("repos", "repo_id SMALLINT, repo TEXT", list(enumerate(repos))),
        ("members", "service SMALLINT, g SMALLINT", members),
        ("groups", "g SMALLINT, group_kind TEXT, group_name TEXT", [(g, *names) for names, g in group.items()]),
    ):
        connection.execute(f"CREATE TEMP TABLE {table} ({columns})")
        marks = ", ".join("?" for _ in values[0])
        # One statement for all rows: one for each costs more than the figures.
        flat = [cell for row in values for cell in row]
        connection.execute(f"INSERT INTO {table} VALUES " + ", ".join(f"({marks})" for _ in values), flat)


def run(connection, name, places, replace=()):
    text = (FOLDER / name).read_text()
    for old, new in (*places, *replace):
        text = text.replace(old, str(new))
    for statement in text.split(";\n"):
        if statement.strip():
            began = time.time()
            connection.execute(statement)
            if "-v" in sys.argv:
                title = next(line for line in statement.splitlines() if line and not line.startswith("--"))
                print(f"{time.time() - began:6.2f} {title[:70]}", file=sys.stderr)


def main():
    mode, data, config, first, to, out = sys.argv[1:7]
    out = Path(out)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    with open(config, "rb") as file:
        load_groups(connection, tomllib.load(file))
    days = [(date.fromisoformat(text) - EPOCH).days for text in (first, to)]
    places = [("{data}", data), ("{first_day}", days[0]), ("{next_day}", days[1]), ("{out}", out)]
    # Everything needs each start again, the figures need only the earliest one.
    kept = [("TEMP VIEW brought", "TEMP TABLE brought")] if mode == "everything" else []
    run(connection, "facts.sql", places, kept)
    connection.execute(FAST)
    run(connection, "figures.sql", places)
    if mode == "everything":
        run(connection, "everything.sql", places)
    if mode == "check":
        import compare

        close = compare.compare(connection, out, relative=1e-14)
        for statement in reversed(EXACT.split(";\n")):
            connection.execute(statement)
        run(connection, "figures.sql", places)
        exact = compare.compare(connection, out, relative=0)
        written = out.parent / "duckdb"
        if (written / "incidents.csv").exists():
            exact |= compare.compare_events(connection, out, written)
        sys.exit(close or exact)


main()

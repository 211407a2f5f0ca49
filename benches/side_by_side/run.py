#!/usr/bin/env python3
"""Measures the report and DuckDB in turn on the same dataset, and compares their figures to the last digit.

    cargo run --release --example history -- --deployments 1000000 /tmp/history
    cargo build --release
    python3 benches/side_by_side/run.py target/release/dora-report /tmp/history

Needs `pip install duckdb pyarrow`. The history must be one of the example `history`: only there the shortcut that spares
DuckDB the walk of the commit graph is exact (facts.sql says why). What runs, each as a process of its own, in turn:

- report: `dora-report report --format csv`, everything from the dataset to all CSV files.
- DuckDB, figures only: reads the dataset, computes the rolling 30-day figures of all groups and days and those of the
  period, and writes nothing.
- DuckDB, everything: the same, and writes daily.csv, deployments.csv and incidents.csv with the same columns, and
  summary.csv without intervals and verdicts; no findings.
- floor: reads the columns that the figures need, and computes nothing.

Wall and CPU (user and system) seconds and peak memory (MiB) are the median of the rounds. On a busy machine compare CPU.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

FOLDER = Path(__file__).parent
COVERED = ("2025-01-01", "2026-02-05")
# The days whose window of 30 days lies wholly in the history.
PERIOD = ("2025-01-30", "2026-02-05")
SIDES = ["report", "figures", "everything", "floor"]
TITLES = {"report": "report", "figures": "DuckDB, figures only", "everything": "DuckDB, everything", "floor": "floor"}


def measured(command):
    """Wall and CPU seconds and peak MiB of a command that must succeed."""
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}: {said[-2000:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def imported(program, history, data):
    """Imports the CSV files of a history: wall and CPU seconds of all four, and peak MiB of the largest."""
    total = [0.0, 0.0, 0.0]
    for table in ("deployments", "commits", "pull-requests", "incidents"):
        command = [program, "--config", history / "dora.toml", "--data", data, "-q", "import", table, history / f"{table}.csv"]
        if table in ("deployments", "incidents"):
            command += ["--covers", "..".join(COVERED)]
        wall, cpu, peak = measured(command)
        total = [total[0] + wall, total[1] + cpu, max(total[2], peak)]
        print(f"import {table}: {wall:.2f} s, {cpu:.2f} CPU s, {peak:,.0f} MiB", flush=True)
    print(f"import, all four tables: {total[0]:.2f} s, {total[1]:.2f} CPU s, {total[2]:,.0f} MiB", flush=True)
    return total


def command_of(side, program, history, data, out):
    config = history / "dora.toml"
    if side == "report":
        as_of = f"{PERIOD[1]}T00:00:00Z"
        common = [program, "--config", config, "--data", data, "--out", out / "report", "-q", "report", "--format", "csv"]
        return common + ["--period", "..".join(PERIOD), "--as-of", as_of, "--compare", "none"]
    if side == "floor":
        return [sys.executable, FOLDER / "floor.py", data]
    return [sys.executable, FOLDER / "duckdb_side.py", side, data, config, *PERIOD, out / "duckdb"]


def in_turn(sides, rounds, program, history, data, out):
    """The medians of wall and CPU seconds and peak MiB of each side."""
    (out / "duckdb").mkdir(exist_ok=True)
    taken = {side: [] for side in sides}
    for nth in range(rounds):
        for side in sides:
            shutil.rmtree(out / "report", ignore_errors=True)
            taken[side].append(measured(command_of(side, program, history, data, out)))
            wall, cpu, peak = taken[side][-1]
            print(f"round {nth + 1}: {TITLES[side]}: {wall:.2f} s, {cpu:.2f} CPU s, {peak:,.0f} MiB", flush=True)
    return {side: [median(column) for column in zip(*runs)] for side, runs in taken.items()}


def equal(program, history, data, out):
    """Whether all figures are those of DuckDB; prints what was compared."""
    shutil.rmtree(out / "report", ignore_errors=True)
    measured(command_of("report", program, history, data, out))
    check = command_of("check", program, history, data, out)
    check[-1] = out / "report"
    return subprocess.run(check).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the release binary")
    parser.add_argument("history", type=Path, help="folder with the CSV files and dora.toml of the example `history`")
    parser.add_argument("--data", type=Path, help="dataset to use, or to make from the CSV files [default: HISTORY/data]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sides", default=",".join(SIDES), help="which to measure [default: %(default)s]")
    parser.add_argument("--no-check", action="store_true", help="do not compare the figures")
    asked = parser.parse_args()
    data = asked.data or asked.history / "data"
    if not data.exists():
        imported(asked.program, asked.history, data)
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as folder:
        out = Path(folder)
        middle = in_turn(asked.sides.split(","), asked.rounds, asked.program, asked.history, data, out)
        print(f"\n{'median of ' + str(asked.rounds):22} {'wall s':>8} {'CPU s':>8} {'MiB':>8}")
        for side, (wall, cpu, peak) in middle.items():
            print(f"{TITLES[side]:22} {wall:8.2f} {cpu:8.2f} {peak:8,.0f}")
        for side in ("figures", "everything", "floor"):
            if "report" in middle and side in middle:
                ratios = [mine / theirs for mine, theirs in zip(middle["report"], middle[side])]
                print("report / {}: wall {:.2f}, CPU {:.2f}, memory {:.2f}".format(TITLES[side], *ratios))
        sys.exit(0 if asked.no_check or equal(asked.program, asked.history, data, out) else 1)


if __name__ == "__main__":
    main()

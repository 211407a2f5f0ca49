#!/usr/bin/env python3
"""Prints the scaling table of docs/sql.md: import, report and DuckDB at several sizes, figures compared.

    cargo build --release --bin dora-report --example history
    python3 benches/side_by_side/scaling.py target/release/dora-report target/release/examples/history

Ten million deployments need 8 GB of disk for a while: the CSV files are deleted once they are imported.
"""

import argparse
import subprocess
import sys
import tempfile
from math import log
from pathlib import Path

from run import SIDES, equal, imported, in_turn

# Deployments and services.
SIZES = {"10 k": (10_000, 50), "1 M": (1_000_000, 500), "10 M": (10_000_000, 2_000)}


def cell(measured):
    wall, cpu, peak = measured
    return f"{wall:.2f} / {cpu:.2f} / {peak:,.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path, help="the release binary")
    parser.add_argument("history", type=Path, help="the example `history`")
    parser.add_argument("--sizes", default=",".join(SIZES), help="which sizes [default: %(default)s]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to put the histories [default: the system's temporary folder]")
    asked = parser.parse_args()
    rows, cpu = [], {}
    for size in asked.sizes.split(","):
        deployments, services = SIZES[size]
        with tempfile.TemporaryDirectory(prefix="scaling-", dir=asked.folder) as folder:
            history, data, out = Path(folder, "history"), Path(folder, "data"), Path(folder, "out")
            out.mkdir()
            flags = ["--deployments", str(deployments), "--services", str(services)]
            subprocess.run([asked.history, *flags, history], check=True)
            read = imported(asked.program, history, data)
            for file in history.glob("*.csv"):
                file.unlink()
            taken = in_turn(SIDES, asked.rounds, asked.program, history, data, out)
            same = "equal" if equal(asked.program, history, data, out) else "DIFFER"
        cpu[deployments] = taken["report"][1]
        rows.append(f"| {size} | {cell(read)} | {' | '.join(cell(taken[side]) for side in SIDES)} | {same} |")
    print("\n| deployments | import | report | DuckDB, figures only | DuckDB, everything | floor | figures |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    print("\nWall seconds / CPU seconds / peak MiB, medians.")
    sizes = sorted(cpu)
    for small, large in zip(sizes, sizes[1:]):
        exponent = log(cpu[large] / cpu[small]) / log(large / small)
        print(f"CPU of the report grows with the number of deployments to the power of {exponent:.2f} from {small:,} to {large:,}.")
    sys.exit("DIFFER" in "".join(rows))


main()

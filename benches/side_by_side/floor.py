"""The floor: reads the columns that the figures need from the dataset, with pyarrow, and computes nothing."""

import sys
from pathlib import Path

import pyarrow.parquet as parquet

COLUMNS = {
    "deployments": ["id", "repo", "environment", "sha", "status", "created_at", "finished_at"],
    "commits": ["repo", "sha", "parents", "authored_at", "committed_at", "pull_request"],
    "pull_requests": ["repo", "number", "first_commit_at", "opened_at", "merged_at", "merge_sha"],
    "incidents": ["id", "service_keys", "status", "opened_at", "resolved_at", "caused_by_deploy", "deployment_ref", "tags"],
}

for table, columns in COLUMNS.items():
    for part in sorted(Path(sys.argv[1], table).glob("*/*.parquet")):
        parquet.read_table(part, columns=columns, partitioning=None)

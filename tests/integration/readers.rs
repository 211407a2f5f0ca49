//! The dataset as other programs open it: pandas and `DuckDB` read all four tables.

use std::process::Stdio;

use super::python::{has_packages, python};
use super::support::Place;

/// Prints one line per table and reader: the number of rows, and what the list columns hold.
const READ: &str = r#"
import duckdb, pandas, pyarrow.parquet
lists = {"commits": "parents", "pull_requests": "labels", "incidents": "tags"}
for table in ["deployments", "commits", "pull_requests", "incidents"]:
    month = pyarrow.parquet.read_schema(f"data/{table}/month=2026-07/part.parquet")
    kinds = {str(field.type) for field in month}
    print(table, "types", sorted(kind.replace("element", "item") for kind in kinds))
    frame = pandas.read_parquet(f"data/{table}")
    held = sorted(len(held) for held in frame[lists[table]]) if table in lists else []
    print(table, "pandas", len(frame), held)
    found = duckdb.sql(f"from read_parquet('data/{table}/*/part.parquet')")
    held = found.columns.index(lists[table]) if table in lists else None
    rows = found.fetchall()
    print(table, "duckdb", len(rows), sorted(len(row[held]) for row in rows) if table in lists else [])
    assert str(frame.filter(regex="^(created|committed|opened)_at$").dtypes.iloc[0]) == "datetime64[ms, UTC]"
"#;

fn filled() -> Place {
    let place = Place::new();
    place.write(
        "d.csv",
        "id,repo,environment,sha,status,created_at,finished_at\n\
         1,acme/web,production,aaaaaaa1,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z\n\
         2,acme/web,production,ccccccc3,failure,2026-08-01T09:00:00Z,\n",
    );
    place.write(
        "c.csv",
        "repo,sha,parents,authored_at,committed_at,pull_request\n\
         acme/web,aaaaaaa1,,2026-07-01T08:00:00Z,2026-07-01T08:00:00Z,\n\
         acme/web,ccccccc3,aaaaaaa1;bbbbbbb2,2026-08-01T08:00:00Z,2026-08-01T08:00:00Z,7\n",
    );
    place.write(
        "p.csv",
        "repo,number,title,author,labels,opened_at,merged_at,merge_sha\n\
         acme/web,6,\"A, \u{fc}b\u{65e5}\",ann,bug;ui,2026-07-01T08:00:00Z,2026-07-02T08:00:00Z,aaaaaaa1\n\
         acme/web,7,,,,2026-08-01T08:00:00Z,2026-08-02T08:00:00Z,ccccccc3\n",
    );
    place.write(
        "i.csv",
        "id,title,service_keys,opened_at,resolved_at,caused_by_deploy,tags\n\
         A,Slow,web;shop,2026-07-15T09:35:00Z,2026-07-15T10:35:00Z,true,drill;eu;\u{fc}\n\
         B,Open,web,2026-08-16T09:35:00Z,,,\n",
    );
    for (table, file) in
        [("deployments", "d.csv"), ("commits", "c.csv"), ("pull-requests", "p.csv"), ("incidents", "i.csv")]
    {
        place.done(["import", table, file]);
    }
    place
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn pandas_and_duckdb_open_all_four_tables() {
    if !has_packages("duckdb, pandas, pyarrow") {
        return;
    }
    let place = filled();
    let said = python(&place, READ, [""; 0], Stdio::null());
    for line in [
        "deployments types ['string', 'timestamp[ms, tz=UTC]']",
        "deployments pandas 2 []",
        "deployments duckdb 2 []",
        "commits types ['int64', 'list<item: string>', 'string', 'timestamp[ms, tz=UTC]']",
        "commits pandas 2 [0, 2]",
        "commits duckdb 2 [0, 2]",
        "pull_requests pandas 2 [0, 2]",
        "pull_requests duckdb 2 [0, 2]",
        "incidents types ['bool', 'list<item: string>', 'string', 'timestamp[ms, tz=UTC]']",
        "incidents pandas 2 [0, 3]",
        "incidents duckdb 2 [0, 3]",
    ] {
        assert!(said.lines().any(|own| own == line), "wanted {line}:\n{said}");
    }
}

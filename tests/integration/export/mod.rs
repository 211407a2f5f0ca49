//! `export`: what DuckDB and Spark compute from the exported facts is what the report says.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::python::{has_packages, python};
use crate::support::{Place, Run, shared_data, skip};

mod handover;
mod refusals;

/// Runs the SQL and compares every cell with the report's files.
const AGREE: &str = include_str!("agree.py");
/// All repos of the sample, in two shards.
const SHARDS: [&[&str]; 2] = [&["shop/web"], &["shop/checkout", "shop/ledger", "shop/search", "shop/n*"]];

/// One dataset with its config, and what is asked of it.
struct Case {
    name: &'static str,
    place: Place,
    period: &'static str,
    folder: &'static str,
    as_of: &'static str,
}

/// The bundled sample under another config, over the day on which the clocks go forward, cut by an `--as-of`.
fn sample(name: &'static str, configure: impl Fn(String) -> String) -> Case {
    let place = Place::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo");
    let config = std::fs::read_to_string(data.join("dora.toml")).expect("the sample's config");
    place.write("dora.toml", &configure(config));
    for table in ["deployments", "commits", "pull-requests", "incidents"] {
        let file = data.join(format!("{table}.csv")).display().to_string();
        let covers: &[&str] =
            if ["deployments", "incidents"].contains(&table) { &["--covers", "2025-09-01..2026-10-01"] } else { &[] };
        place.done(["import", table, &file].iter().chain(covers));
    }
    Case {
        name,
        place,
        period: "2026-03-10..2026-05-01",
        folder: "2026-03-10_2026-05-01",
        as_of: "2026-04-20T09:30:00Z",
    }
}

/// An incident that is linked by the clock until the deployment that it names finishes: failure and fix move with the link.
fn moving() -> Case {
    let place = Place::new();
    place.write(
        "d.csv",
        "id,repo,environment,sha,status,created_at,finished_at\n\
         1,acme/web,production,aaaaaaa1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n\
         2,acme/web,production,bbbbbbb2,success,2026-07-01T10:20:00Z,2026-07-01T10:25:00Z\n\
         3,acme/web,production,ccccccc3,success,2026-07-03T10:00:00Z,2026-07-03T10:05:00Z\n\
         4,acme/web,production,ddddddd4,success,2026-07-04T10:00:00Z,2026-07-04T10:05:00Z\n",
    );
    place.write(
        "i.csv",
        "id,title,service_keys,opened_at,resolved_at,deployment_ref\n\
         A,Slow,web,2026-07-01T10:10:00Z,2026-07-05T10:00:00Z,ccccccc3\n\
         B,Slow,web,2026-07-03T10:15:00Z,2026-07-03T10:05:00Z,\n\
         C,Nobody's,other,2026-07-02T10:15:00Z,,\n",
    );
    place.done(["import", "deployments", "d.csv", "--covers", "2026-05-01..2026-08-01"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-05-01..2026-08-01"]);
    Case { name: "moving", place, period: "2026-07", folder: "2026-07", as_of: "2026-08-01T00:00:00Z" }
}

/// Every case: zones with and without summer time, rollbacks counted, history that begins within the period.
fn cases() -> Vec<Case> {
    let mut cases = vec![
        sample("berlin", |config| config),
        sample("utc", |config| config.replace("Europe/Berlin", "UTC")),
        sample("new-york-rollbacks", |config| {
            let config = config.replace("Europe/Berlin", "America/New_York");
            config.replace("[incidents]", "[incidents]\ncount_rollbacks = true")
        }),
        Case {
            period: "2025-09",
            folder: "2025-09",
            as_of: "2026-10-01T00:00:00Z",
            ..sample("begins", |config| config)
        },
    ];
    let Some(data) = shared_data("govuk") else { return cases };
    for (name, zone) in [("govuk-utc", "UTC"), ("govuk-london", "Europe/London")] {
        let place = Place::new();
        let config = std::fs::read_to_string(data.join("dora.toml")).expect("its config");
        place.write("dora.toml", &config.replace("\"UTC\"", &format!("\"{zone}\"")));
        let deployments = data.join("deployments.csv").display().to_string();
        place.done(["import", "deployments", &deployments, "--covers", "2025-07-01..2026-08-22"]);
        place.done(["import", "commits", &data.join("commits.csv").display().to_string()]);
        cases.push(Case {
            name,
            place,
            period: "2025-07-01..2026-08-22",
            folder: "2025-07-01_2026-08-22",
            as_of: "2026-08-22T00:00:00Z",
        });
    }
    cases
}

impl Case {
    /// Writes the report, the facts and the SQL of one dialect, and gives the paths of the SQL and the report.
    fn make(&self, dialect: &str, shards: &[&[&str]]) -> [String; 2] {
        let place = &self.place;
        let asked = ["--period", self.period, "--as-of", self.as_of];
        place.done(["report", "--format", "csv", "-q"].iter().chain(&asked));
        let facts = place.path("facts").display().to_string();
        for shard in shards {
            let repos = shard.iter().flat_map(|repo| ["--repo", *repo]);
            place.done(["export", "facts", "facts"].into_iter().chain(repos));
        }
        let Run { stdout, .. } =
            place.done(["export", "sql", "--dialect", dialect, "--facts", &facts].iter().chain(&asked));
        let name = format!("{}.sql", self.name);
        place.write(&name, &stdout);
        [place.path(&name), place.path("reports").join(self.folder)].map(|path| path.display().to_string())
    }
}

/// Compares the figures of all pairs of SQL and report in one process.
fn agree(engine: &str, pairs: impl IntoIterator<Item = [String; 2]>) {
    let place = Place::new();
    let arguments = [engine.to_owned()].into_iter().chain(pairs.into_iter().flatten());
    let said = python(&place, AGREE, arguments, Stdio::null());
    assert!(said.contains(" cells, 0 differ"), "{said}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn duckdb_computes_the_reports_figures_from_the_exported_facts() {
    if !has_packages("duckdb") {
        return;
    }
    let cases = cases();
    let mut pairs: Vec<[String; 2]> = cases.iter().map(|case| case.make("duckdb", &[&[]])).collect();
    let sharded = sample("sharded", |config| config);
    pairs.push(sharded.make("duckdb", &SHARDS));
    let moving = moving();
    pairs.push(moving.make("duckdb", &[&[]]));
    agree("duckdb", pairs);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn spark_computes_the_reports_figures_from_the_exported_facts() {
    let has_java = Command::new("java").arg("-version").output().is_ok_and(|run| run.status.success());
    if !has_java {
        return skip("java is not installed");
    }
    if !has_packages("pyspark") {
        return;
    }
    // Each costs Spark some ten seconds; the two others differ in what the SQL of both engines shares.
    let cases = cases();
    let zones = cases.iter().filter(|case| !["new-york-rollbacks", "begins"].contains(&case.name));
    agree("spark", zones.map(|case| case.make("spark", &[&[]])));
}

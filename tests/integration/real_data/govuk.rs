//! Three GOV.UK services over fourteen months: batches and lead times as git gives them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::command::{Differences, Row, Run, json, table};
use crate::support::shared_data;

const AS_OF: &str = "2026-08-22T00:00:00Z";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn gov_uk_deployments_days_and_quarters_equal_what_git_says() {
    let Some(data) = shared_data("govuk") else { return };
    let run = Run::new(&fs::read_to_string(data.join("dora.toml")).expect("its config"));
    run.import("deployments", &data.join("deployments.csv"), Some("2025-07-01..2026-08-22"));
    run.import("commits", &data.join("commits.csv"), None);
    let report = run.report("2025-07-01..2026-08-22", "2025-07-01_2026-08-22", AS_OF);
    let mut found = Differences::default();
    deployments(&mut found, &report.table("deployments.csv"), &table(&data.join("expected/deployments.csv")));
    days(&mut found, &report.table("daily.csv"), &table(&data.join("expected/daily.csv")));
    let expected = json(&data.join("expected/summary.json"));
    for (quarter, groups) in expected["periods"].as_object().expect("periods") {
        let report = run.report(quarter, quarter, AS_OF);
        for (name, group) in groups.as_object().expect("groups") {
            let kind = if name == "all" { "all" } else { "service" };
            figures(&mut found, &format!("{quarter} {name}"), &report.metrics(kind, name), group);
        }
    }
    found.none();
}

/// Every production deployment: what it was, its lead time or why it has none.
fn deployments(found: &mut Differences, got: &[Row], wanted: &[Row]) {
    let counted: BTreeMap<&str, &Row> =
        got.iter().filter(|row| row["counted"] == "true").map(|row| (row["id"].as_str(), row)).collect();
    assert_eq!(counted.len(), wanted.len(), "counted deployments");
    for row in wanted {
        let id = &row["id"];
        let Some(mine) = counted.get(id.as_str()) else {
            found.text(id, "not counted", "counted");
            continue;
        };
        found.text(&format!("{id} kind"), &mine["kind"], &row["kind"]);
        found.number(&format!("{id} lead time"), &mine["lead_time_seconds"], &row["lead_time_seconds"]);
        let reason = match row["lead_time_reason"].as_str() {
            "" if row["lead_time_seconds"].is_empty() => &row["kind"],
            _ => &row["lead_time_reason"],
        };
        found.text(&format!("{id} reason"), &mine["lead_time_reason"], reason);
        found.text(&format!("{id} failed"), &mine["failed"], "");
    }
}

/// Every day and group: its own deployments and the rolling figures; nothing is said of failures and incidents.
fn days(found: &mut Differences, got: &[Row], wanted: &[Row]) {
    assert_eq!(got.len(), wanted.len(), "rows of daily.csv");
    for (mine, row) in got.iter().zip(wanted) {
        let name = format!("{} {} {}", row["date"], row["group_kind"], row["group"]);
        for column in ["date", "group_kind", "group", "window_complete"] {
            found.text(&format!("{name} {column}"), &mine[column], &row[column]);
        }
        found.number(&format!("{name} deployments"), &mine["deployments"], &row["deployments_in_window"]);
        let same = [
            "deployments_on_day",
            "deployments_per_day",
            "lead_time_n",
            "lead_time_p50_seconds",
            "lead_time_p90_seconds",
        ];
        for column in same {
            found.number(&format!("{name} {column}"), &mine[column], &row[column]);
        }
        for column in
            ["failed_deployments", "change_failure_rate", "incidents_opened", "incidents_resolved", "incidents_open"]
        {
            found.text(&format!("{name} {column}"), &mine[column], "");
        }
    }
}

fn figures(found: &mut Differences, name: &str, metrics: &Value, wanted: &Value) {
    let frequency = &metrics["deployment_frequency"];
    for key in ["deployments", "per_day", "days_with_deployments"] {
        found.value(&format!("{name} {key}"), &frequency[key], &wanted[key]);
    }
    let lead = &metrics["lead_time"];
    for key in ["n", "p50_seconds", "p75_seconds", "p90_seconds", "mean_seconds"] {
        found.value(&format!("{name} lead time {key}"), &lead[key], &wanted["lead_time"][key]);
    }
    for key in ["n", "p50_seconds"] {
        found.value(&format!("{name} commit {key}"), &lead["variants"]["commit"][key], &wanted["variant_commit"][key]);
    }
    for (metric, key) in
        [("change_failure_rate", "ratio"), ("time_to_restore", "p50_seconds"), ("recovery_time", "p50_seconds")]
    {
        found.value(&format!("{name} {metric}"), &metrics[metric][key], &Value::Null);
    }
}

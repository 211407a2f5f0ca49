//! `DevLake`'s test tables: what this program makes of them, worked out by hand.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::command::{Differences, Report, Row, Run, json};
use crate::support::shared_data;

/// Rows of a table by their id.
fn by_id(rows: Vec<Row>) -> BTreeMap<String, Row> {
    rows.into_iter().map(|row| (row["id"].clone(), row)).collect()
}

/// A number of the expected file as a cell would show it.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn median(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle].into() } else { f64::midpoint(values[middle - 1], values[middle]).into() }
}

#[test]
fn pull_requests_start_lead_times_and_give_them_stages() {
    let Some(data) = shared_data("peers/devlake-change-lead-time") else { return };
    let run = Run::new(&fs::read_to_string(data.join("dora.toml")).expect("its config"));
    run.import("deployments", &data.join("deployments.csv"), Some("2023-04-01..2023-05-01"));
    run.import("commits", &data.join("commits.csv"), None);
    run.import("pull-requests", &data.join("pull-requests.csv"), None);
    let report = run.report("2023-04-01..2023-05-01", "2023-04-01_2023-05-01", "2023-05-01T00:00:00Z");
    let expected = json(&data.join("expected.json"));
    let rows = by_id(report.table("deployments.csv"));
    let ours = expected["ours"].as_object().expect("deployments");
    let mut found = Differences::default();
    for (id, wanted) in ours {
        let row = &rows[id];
        found.text(&format!("{id} counted"), &row["counted"], "true");
        found.text(&format!("{id} kind"), &row["kind"], &cell(&wanted["kind"]));
        found.number(&format!("{id} lead time"), &row["lead_time_seconds"], &cell(&wanted["lead_time_seconds"]));
        found.text(&format!("{id} reason"), &row["lead_time_reason"], &cell(&wanted["lead_time_reason"]));
        for column in ["coding_seconds", "pickup_seconds", "review_seconds", "deploy_seconds"] {
            found.number(&format!("{id} {column}"), &row[column], &cell(&wanted["deployments_csv"][column]));
        }
    }
    let counted = rows.values().filter(|row| row["counted"] == "true").count();
    found.value("counted", &counted.into(), &expected["counted"]);
    for id in expected["not_counted"].as_object().expect("the others").keys() {
        found.text(&format!("{id} counted"), &rows[id]["counted"], "false");
    }
    variants(&mut found, &report, ours.values());
    found.none();
}

/// All deployments with a batch, pooled: each has its pull requests, and each other commit is a change of its own.
fn variants<'a>(found: &mut Differences, report: &Report, deployments: impl Iterator<Item = &'a Value>) {
    let (mut opened, mut changes) = (Vec::new(), 0);
    for wanted in deployments {
        let requests = wanted["variants"]["pull_request_opened"].as_object().into_iter().flatten();
        opened.extend(requests.filter_map(|(_, seconds)| seconds.as_f64()));
        // Every pull request of these tables has exactly one commit in the batch.
        changes += wanted["batch_size"].as_u64().unwrap_or(0);
    }
    let variants = &report.metrics("all", "all")["lead_time"]["variants"];
    found.value("opened n", &variants["pull-request-opened"]["n"], &opened.len().into());
    found.value("opened p50", &variants["pull-request-opened"]["p50_seconds"], &median(opened));
    found.value("change n", &variants["change"]["n"], &changes.into());
}

#[test]
fn incidents_are_attributed_by_the_clock_within_the_window_that_is_set() {
    let Some(data) = shared_data("peers/devlake-incident-to-deployment") else { return };
    let config = fs::read_to_string(data.join("dora.toml")).expect("its config");
    let expected = json(&data.join("expected.json"));
    let mut found = Differences::default();
    let run = Run::new(&config);
    run.import("deployments", &data.join("deployments.csv"), Some("2022-09-01..2022-12-01"));
    run.import("incidents", &data.join("incidents.csv"), Some("2022-09-01..2022-12-01"));
    for window in ["1h", "2400h"] {
        run.configure(&config.replace("attribution_window = \"1h\"", &format!("attribution_window = \"{window}\"")));
        let report = run.report("2022-09-01..2022-12-01", "2022-09-01_2022-12-01", "2022-12-01T00:00:00Z");
        let incidents = by_id(report.table("incidents.csv"));
        for (id, wanted) in expected["incidents"].as_object().expect("incidents") {
            let row = &incidents[id];
            let deployment = cell(&wanted[format!("window_{window}")]);
            let linked = !deployment.is_empty();
            found.text(&format!("{window} {id} service"), &row["service"], &cell(&wanted["service"]));
            found.text(&format!("{window} {id} deployment"), &row["deployment_id"], &deployment);
            found.text(&format!("{window} {id} rule"), &row["attribution"], if linked { "window" } else { "none" });
            let age = if linked { cell(&wanted["age_seconds"]) } else { String::new() };
            found.number(&format!("{window} {id} age"), &row["attribution_age_seconds"], &age);
            found.text(&format!("{window} {id} time to restore"), &row["time_to_restore_seconds"], "");
        }
        let deployments = report.table("deployments.csv");
        let failed = deployments.iter().filter(|row| row["failed"] == "true").count();
        let wanted = &expected["failed_deployments"][format!("window_{window}")];
        found.value(
            &format!("{window} failed"),
            &failed.into(),
            &wanted.as_array().map_or(wanted.clone(), |ids| ids.len().into()),
        );
        for id in wanted.as_array().into_iter().flatten() {
            let row = deployments.iter().find(|row| row["id"] == cell(id)).expect("the deployment");
            found.text(&format!("{window} {id} failed"), &row["failed"], "true");
        }
        let rate = &report.metrics("service", "project1")["change_failure_rate"];
        let shown = format!("{} of {}", rate["failed"], rate["deployments"]);
        found.text(
            &format!("{window} change failure rate"),
            &shown,
            &cell(&expected["change_failure_rate"][format!("window_{window}")]),
        );
    }
    found.none();
}

#[test]
fn sibling_revisions_are_deployments_and_not_rollbacks() {
    let Some(data) = shared_data("peers/devlake-commit-diff") else { return };
    let run = Run::new("[report]\ntimezone = \"UTC\"\n");
    run.import("deployments", &data.join("deployments.csv"), None);
    run.import("commits", &data.join("commits.csv"), None);
    let report = run.report("2023-04", "2023-04", "2023-05-01T00:00:00Z");
    let rows = by_id(report.table("deployments.csv"));
    let mut found = Differences::default();
    for (id, wanted) in json(&data.join("expected.json"))["ours"].as_object().expect("deployments") {
        found.text(&format!("{id} kind"), &rows[id]["kind"], &cell(&wanted["kind"]));
        found.text(&format!("{id} reason"), &rows[id]["lead_time_reason"], &cell(&wanted["lead_time_reason"]));
    }
    found.none();
}

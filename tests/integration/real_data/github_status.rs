//! GitHub's own incidents over four years: times to restore, by quarter and by day.

use std::collections::BTreeSet;
use std::fs;

use chrono::{Days, NaiveDate};
use serde_json::Value;

use super::command::{Differences, Report, Run, json, table};
use crate::support::shared_data;

const AS_OF: &str = "2026-08-22T00:00:00Z";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn github_incidents_are_restored_as_fast_as_worked_out_elsewhere() {
    let Some(data) = shared_data("github-status") else { return };
    let config = fs::read_to_string(data.join("dora.toml")).expect("its config");
    let run = Run::new(&config);
    run.import("incidents", &data.join("incidents.jsonl"), Some("2022-03-24..2026-08-22"));
    let expected = json(&data.join("expected/summary.json"));
    let mut found = Differences::default();
    let groups =
        [("all", "all", &expected["periods"]["all"]), ("service", "Actions", &expected["service_actions"]["periods"])];
    quarters(&mut found, &run, &groups, "unfiltered", 1);
    let wanted = table(&data.join("expected/daily.csv"));
    let day = |row: Option<&super::command::Row>| row.expect("a row")["date"].parse::<NaiveDate>().expect("a date");
    let (from, to) = (day(wanted.first()), day(wanted.last()) + Days::new(1));
    let got = run.report(&format!("{from}..{to}"), &format!("{from}_{to}"), AS_OF).table("daily.csv");
    assert_eq!(got.len(), wanted.len(), "rows of daily.csv");
    for (mine, row) in got.iter().zip(&wanted) {
        let name = format!("{} {} {}", row["date"], row["group_kind"], row["group"]);
        for column in ["date", "group_kind", "group"] {
            found.text(&name, &mine[column], &row[column]);
        }
        for (column, theirs) in [
            ("incidents_opened", "opened_in_window"),
            ("incidents_resolved", "resolved_in_window"),
            ("incidents_open", "open_at_end"),
            ("time_to_restore_p50_seconds", "time_to_restore_p50_seconds"),
            ("time_to_restore_p90_seconds", "time_to_restore_p90_seconds"),
        ] {
            found.number(&format!("{name} {column}"), &mine[column], &row[theirs]);
        }
        for column in ["deployments", "change_failure_rate", "recovery_time_p50_seconds"] {
            found.text(&format!("{name} {column}"), &mine[column], "");
        }
    }
    for (filter, setting) in [
        ("min_priority_P2", "min_priority = \"P2\""),
        ("ignore_tags_maintenance_retroactive", "ignore_tags = [\"maintenance\", \"retroactive\"]"),
        ("urgencies_high", "urgencies = [\"high\"]"),
    ] {
        run.configure(&format!("{config}\n[incidents]\n{setting}\n"));
        quarters(&mut found, &run, &[("all", "all", &expected["periods"][filter])], filter, 4);
    }
    found.none();
}

/// Every quarter, or one in so many, of some groups under the config in force.
fn quarters(found: &mut Differences, run: &Run, groups: &[(&str, &str, &Value)], filter: &str, step: usize) {
    let names: BTreeSet<&String> =
        groups.iter().flat_map(|(_, _, wanted)| wanted.as_object().expect("quarters").keys()).collect();
    assert!(!names.is_empty(), "{filter}");
    for quarter in names.into_iter().step_by(step) {
        let report = run.report(quarter, quarter, AS_OF);
        for (kind, name, wanted) in groups {
            let Some(figures) = wanted.get(quarter) else { continue };
            let restore = &report.metrics(kind, name)["time_to_restore"];
            let label = format!("{filter} {name} {quarter}");
            found.value(&format!("{label} resolved"), &restore["n"], &figures["resolved"]);
            for key in ["open", "p50_seconds", "p75_seconds", "p90_seconds", "mean_seconds", "km_p50_seconds"] {
                found.value(&format!("{label} {key}"), &restore[key], &figures[key]);
            }
            let opened = opened(&report, quarter, kind, name);
            found.value(&format!("{label} opened"), &Value::from(opened), &figures["opened"]);
        }
    }
}

/// Counted incidents of the group that were opened inside the quarter.
fn opened(report: &Report, quarter: &str, kind: &str, name: &str) -> usize {
    let (year, number) = quarter.split_once("-Q").expect("a quarter");
    let number: u32 = number.parse().expect("its number");
    let months: Vec<String> = (number * 3 - 2..=number * 3).map(|month| format!("{year}-{month:02}-")).collect();
    let rows = report.table("incidents.csv");
    let inside = rows.iter().filter(|row| months.iter().any(|month| row["opened_at"].starts_with(month)));
    inside.filter(|row| row["counted"] == "true" && (kind == "all" || row["service"] == name)).count()
}

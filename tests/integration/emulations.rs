//! One history, counted by hand with the formulas of other tools: a fortnight with four deployments, four pull
//! requests, a direct commit and five incidents.

use serde_json::Value;

use super::support::Place;

const DEPLOYMENTS: &str = "\
id,repo,environment,sha,status,created_at,finished_at
0,o/r,production,d0,success,2026-01-01T10:00:00Z,2026-01-01T10:00:00Z
1,o/r,production,d1,success,2026-01-05T12:00:00Z,2026-01-05T12:00:00Z
2,o/r,production,d2,success,2026-01-05T18:00:00Z,2026-01-05T18:00:00Z
3,o/r,production,d3,success,2026-01-07T12:00:00Z,2026-01-07T12:00:00Z
4,o/r,production,d4,success,2026-01-13T12:00:00Z,2026-01-13T12:00:00Z
";

const COMMITS: &str = "\
repo,sha,parents,authored_at,committed_at,pull_request
o/r,d0,,2026-01-01T09:00:00Z,2026-01-01T09:00:00Z,
o/r,d1,d0,2026-01-05T10:00:00Z,2026-01-05T10:00:00Z,1
o/r,d2,d1,2026-01-05T14:00:00Z,2026-01-05T14:00:00Z,2
o/r,d3,d2,2026-01-07T06:00:00Z,2026-01-07T06:00:00Z,3
o/r,c4,d3,2026-01-11T00:00:00Z,2026-01-13T06:00:00Z,
o/r,d4,c4,2026-01-13T09:00:00Z,2026-01-13T09:00:00Z,4
";

const PULL_REQUESTS: &str = "\
repo,number,opened_at,first_commit_at,first_review_at,merged_at,merge_sha
o/r,1,2026-01-04T20:00:00Z,2026-01-04T12:00:00Z,2026-01-05T06:00:00Z,2026-01-05T10:00:00Z,d1
o/r,2,2026-01-05T08:00:00Z,2026-01-05T00:00:00Z,2026-01-05T12:00:00Z,2026-01-05T14:00:00Z,d2
o/r,3,2026-01-06T12:00:00Z,2026-01-05T12:00:00Z,,2026-01-07T06:00:00Z,d3
o/r,4,2026-01-12T12:00:00Z,2026-01-11T12:00:00Z,2026-01-13T00:00:00Z,2026-01-13T09:00:00Z,d4
";

const INCIDENTS: &str = "\
id,service_keys,opened_at,resolved_at,caused_by_deploy
1,r,2026-01-05T19:00:00Z,2026-01-05T21:30:00Z,
2,r,2026-01-07T12:30:00Z,2026-01-07T13:00:00Z,
3,r,2026-01-07T13:30:00Z,2026-01-07T18:00:00Z,true
4,r,2026-01-10T00:00:00Z,2026-01-10T12:00:00Z,false
5,r,2026-01-16T00:00:00Z,,
";

fn report() -> Value {
    report_of(DEPLOYMENTS, COMMITS, INCIDENTS)
}

fn report_of(deployments: &str, commits: &str, incidents: &str) -> Value {
    let place = Place::new();
    place.write("d.csv", deployments).write("c.csv", commits).write("p.csv", PULL_REQUESTS).write("i.csv", incidents);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-01-01..2026-02-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "pull-requests", "p.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-01-01..2026-02-01"]);
    place.done(["report", "--period", "2026-01-04..2026-01-18", "--as-of", "2026-02-01T00:00:00Z", "--format", "json"]);
    serde_json::from_str(&place.read("reports/2026-01-04_2026-01-18/report.json")).expect("JSON")
}

#[test]
fn every_tool_gets_the_figure_that_its_formula_gives_by_hand() {
    let report = report();
    let rows = report["groups"][0]["emulations"].as_array().expect("rows").clone();
    let of = |tool: &str, metric: &str| {
        let row = rows
            .iter()
            .find(|row| row["tool"].as_str().is_some_and(|it| it.starts_with(tool)) && row["metric"] == metric);
        row.unwrap_or_else(|| panic!("{tool} {metric}"))["value"].as_f64()
    };
    let hour = 3_600.0;
    for (tool, metric, wanted) in [
        ("DORA", "deployment_frequency", 4.0 / 14.0),
        ("DORA", "lead_time", 48.0 * hour),
        ("DORA", "change_failure_rate", 0.5),
        ("DORA", "recovery_time", 2.5 * hour),
        ("Four Keys", "deployment_frequency", 1.5),
        ("Four Keys", "lead_time", 4.0 * hour),
        ("Four Keys", "change_failure_rate", 0.75),
        ("Four Keys", "time_to_restore", 4.5 * hour),
        ("DevLake (2021", "deployment_frequency", 1.0),
        ("DevLake (2021", "lead_time", 24.0 * hour),
        ("DevLake (2021", "change_failure_rate", 0.75),
        ("DevLake (2021", "time_to_restore", 2.5 * hour),
        ("DevLake (2023", "time_to_restore", 3.5 * hour),
        ("GitLab", "lead_time", 3.0 * hour),
        ("GitLab", "change_failure_rate", 1.25),
        ("GitLab", "time_to_restore", 2.5 * hour),
        ("Sleuth", "lead_time", 37.5 * hour),
        ("Sleuth", "time_to_restore", 4.875 * hour),
        ("LinearB", "lead_time", 34.5 * hour),
        ("LinearB", "change_failure_rate", 1.25),
    ] {
        let found = of(tool, metric).unwrap_or_else(|| panic!("{tool} {metric} has no value"));
        assert!((found - wanted).abs() < 1e-9, "{tool} {metric}: {found} is not {wanted}");
    }
}

/// The figures of other tools, and those of each way to attribute, which follow the period's end alike.
fn alternatives(report: &Value) -> Vec<Value> {
    let group = &report["groups"][0];
    assert!(group["emulations"].is_array() && group["sensitivity"].is_array(), "both are there");
    vec![group["emulations"].clone(), group["sensitivity"].clone()]
}

#[test]
fn what_happens_at_the_very_end_of_the_period_is_not_in_it() {
    let before = alternatives(&report());
    let opened = format!("{INCIDENTS}6,r,2026-01-18T00:00:00Z,2026-01-19T00:00:00Z,true\n");
    assert_eq!(alternatives(&report_of(DEPLOYMENTS, COMMITS, &opened)), before, "an incident that opens then");
    let resolved = INCIDENTS.replace("5,r,2026-01-16T00:00:00Z,,", "5,r,2026-01-16T00:00:00Z,2026-01-18T00:00:00Z,");
    let found = alternatives(&report_of(DEPLOYMENTS, COMMITS, &resolved));
    assert_eq!(found[0], before[0], "an incident that is resolved then");
}

#[test]
fn a_deployment_at_the_instant_of_an_incident_is_not_before_it_and_a_commit_deployed_within_a_minute_takes_no_minute() {
    let row = |report: &Value, tool: &str, metric: &str| {
        let rows = report["groups"][0]["emulations"].as_array().expect("rows").clone();
        let is = |row: &&Value| row["tool"].as_str().is_some_and(|it| it.starts_with(tool)) && row["metric"] == metric;
        rows.iter().find(is).expect("the row")["value"].as_f64()
    };
    let incidents = format!("{INCIDENTS}6,r,2026-01-05T12:00:00Z,2026-01-05T12:30:00Z,\n");
    let found = report_of(DEPLOYMENTS, COMMITS, &incidents);
    assert_eq!(row(&found, "DevLake (2021", "change_failure_rate"), Some(0.75), "the one before is outside the period");
    let deployments = format!("{DEPLOYMENTS}5,o/r,production,d5,success,2026-01-13T13:00:40Z,2026-01-13T13:00:40Z\n");
    let commits = format!("{COMMITS}o/r,d5,d4,2026-01-13T13:00:10Z,2026-01-13T13:00:10Z,\n");
    let found = report_of(&deployments, &commits, INCIDENTS);
    assert_eq!(row(&found, "Four Keys", "lead_time"), Some(4.0 * 3_600.0), "whole minutes above 0 alone");
}

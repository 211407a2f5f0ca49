//! What counts as one deployment: production by default, one roll-out with many records, commits imported as
//! deployments.

use serde_json::json;

use super::{History, figure, finding};

const MATRIX: [&str; 9] = [
    "1,acme/web,production,a0,2026-06-01T12:00:00Z",
    "2,acme/web,production,a1,2026-07-10T12:00:00Z",
    "3,acme/web,production,a1,2026-07-10T12:01:00Z",
    "4,acme/web,production,a1,2026-07-10T12:02:00Z",
    "5,acme/web,production,a1,2026-07-10T12:03:00Z",
    "6,acme/web,production,a2,2026-07-20T12:00:00Z",
    "7,acme/web,production,a2,2026-07-20T12:01:00Z",
    "8,acme/web,production,a2,2026-07-20T12:02:00Z",
    "9,acme/web,production,a2,2026-07-20T12:03:00Z",
];
const INCIDENT: [&str; 1] = ["I,web,2026-07-20T12:05:00Z,2026-07-20T13:00:00Z,resolved,,,"];

#[test]
fn a_rollout_with_many_records_is_reported_with_the_rates_of_counting_it_once() {
    let report = History::new("").deployments(&MATRIX).incidents(&INCIDENT).july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(8));
    let text = finding(&report, "one-rollout-many-records").expect("raised");
    assert!(text.contains("2 instead of 8") && text.contains("50.0 % (1 of 2) instead of 12.5 %"), "{text}");
}

#[test]
fn a_rollout_over_several_regions_is_reported_and_two_separate_deployments_are_not() {
    let regions = [
        "1,acme/web,prod-eu,a1,2026-07-10T12:00:00Z",
        "2,acme/web,prod-us,a1,2026-07-10T14:00:00Z",
        "3,acme/web,prod-eu,a2,2026-07-20T12:00:00Z",
        "4,acme/web,prod-us,a2,2026-07-20T14:00:00Z",
    ];
    let text = finding(&History::new("").deployments(&regions).july(), "one-rollout-many-records").expect("raised");
    assert!(text.contains("2 instead of 4"), "{text}");
    let apart = [
        "1,acme/web,production,a1,2026-07-10T12:00:00Z",
        "2,acme/web,production,a1,2026-07-10T12:30:00Z",
        "3,acme/web,production,a2,2026-07-10T12:31:00Z",
    ];
    assert_eq!(finding(&History::new("").deployments(&apart).july(), "one-rollout-many-records"), None);
}

#[test]
fn one_revision_of_a_monorepo_deployed_to_two_services_is_two_deployments() {
    let services = "[[service]]\nname = \"web\"\nrepos = [\"acme/mono\"]\nenvironments = [\"web-production\"]\n\
                    [[service]]\nname = \"api\"\nrepos = [\"acme/mono\"]\nenvironments = [\"api-production\"]\n";
    let rows =
        ["1,acme/mono,web-production,a1,2026-07-10T12:00:00Z", "2,acme/mono,api-production,a1,2026-07-10T12:01:00Z"];
    assert_eq!(finding(&History::new(services).deployments(&rows).july(), "one-rollout-many-records"), None);
}

#[test]
fn with_merge_within_a_rollout_counts_once_and_a_reference_to_any_record_of_it_holds() {
    let history = History::new("[deployments]\nmerge_within = \"10m\"\n")
        .deployments(&MATRIX)
        .incidents(&["I,web,2026-07-25T12:05:00Z,2026-07-25T13:00:00Z,resolved,true,8,"]);
    let report = history.july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(2));
    assert_eq!(figure(&report, "all", "change_failure_rate.ratio"), &json!(0.5));
    assert_eq!(finding(&report, "one-rollout-many-records"), None);
    assert_eq!(history.cell("deployments.csv", "7", "reason"), "same-rollout");
    assert_eq!(history.cell("deployments.csv", "6", "failed"), "true", "record 8 is of the roll-out of record 6");
}

#[test]
fn a_canary_is_not_production_by_default_and_reported_if_a_configured_list_counts_it() {
    let rows = ["1,acme/web,production,a1,2026-07-10T12:00:00Z", "2,acme/web,prod-canary,a2,2026-07-11T12:00:00Z"];
    let default = History::new("").deployments(&rows).july();
    assert_eq!(figure(&default, "all", "deployment_frequency.deployments"), &json!(1));
    let set = "[deployments]\nenvironments = [\"prod*\"]\n";
    let report = History::new(set).deployments(&rows).incidents(&[]).july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(2));
    let text = finding(&report, "non-production-counted").expect("raised");
    assert!(text.contains("prod-canary (1)") && text.contains("deployments 1 in place of 2"), "{text}");
    assert!(text.contains("0.0 % (0 of 1) in place of 0.0 % (0 of 2)"), "{text}");
    let excluded = format!("{set}exclude_environments = [\"*-canary\"]\n");
    let report = History::new(&excluded).deployments(&rows).july();
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(1));
    assert_eq!(finding(&report, "non-production-counted"), None);
}

#[test]
fn commits_imported_as_deployments_are_recognised_by_their_times() {
    let commits = ["a1,,2026-07-10T12:00:00Z", "a2,a1,2026-07-11T12:00:00Z", "a3,a2,2026-07-12T12:00:00Z"];
    let posing = [
        "1,acme/web,production,a1,2026-07-10T12:00:00Z",
        "2,acme/web,production,a2,2026-07-11T12:00:00Z",
        "3,acme/web,production,a3,2026-07-12T12:00:00Z",
    ];
    let report = History::new("").commits(&commits).deployments(&posing).july();
    let text = finding(&report, "commits-counted-as-deployments").expect("raised");
    assert!(text.contains("3 of 3 deployments"), "{text}");
    let later: Vec<String> = posing.iter().map(|row| row.replace("T12:00:00Z", "T12:09:00Z")).collect();
    let later: Vec<&str> = later.iter().map(String::as_str).collect();
    let report = History::new("").commits(&commits).deployments(&later).july();
    assert_eq!(finding(&report, "commits-counted-as-deployments"), None);
}

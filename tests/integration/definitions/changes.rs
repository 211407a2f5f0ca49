//! What a deployment brings: each change once, however branches, spellings and clocks lie.

use serde_json::json;

use super::{History, figure, finding};

const MAIN: [&str; 5] = [
    "a0,,2026-06-01T10:00:00Z",
    "a1,a0,2026-06-10T10:00:00Z",
    "a2,a1,2026-07-01T10:00:00Z",
    "h1,a1,2026-07-20T10:00:00Z",
    "a3,a2,2026-07-28T10:00:00Z",
];

#[test]
fn a_hotfix_from_its_own_branch_delivers_each_commit_once() {
    let history = History::new("").commits(&MAIN).deployments(&[
        "1,acme/web,production,a1,2026-06-10T12:00:00Z",
        "2,acme/web,production,a2,2026-07-01T12:00:00Z",
        "3,acme/web,production,h1,2026-07-20T12:00:00Z",
        "4,acme/web,production,a3,2026-07-28T12:00:00Z",
    ]);
    let report = history.july();
    for id in ["2", "3", "4"] {
        assert_eq!(history.cell("deployments.csv", id, "lead_time_seconds"), "7200", "{id}");
    }
    assert_eq!(figure(&report, "all", "lead_time.variants.change.n"), &json!(3));
}

#[test]
fn after_a_rollback_the_way_forward_is_a_redeploy_and_only_new_commits_have_a_lead_time() {
    let history = History::new("").commits(&MAIN).deployments(&[
        "1,acme/web,production,a1,2026-06-10T12:00:00Z",
        "2,acme/web,production,a2,2026-07-01T12:00:00Z",
        "3,acme/web,production,a1,2026-07-02T12:00:00Z",
        "4,acme/web,production,a2,2026-07-03T12:00:00Z",
        "5,acme/web,production,a3,2026-07-28T12:00:00Z",
    ]);
    let report = history.july();
    let kinds: Vec<String> = history.column("deployments.csv", "kind").into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["deploy", "deploy", "rollback", "redeploy", "deploy"]);
    assert_eq!(history.cell("deployments.csv", "5", "lead_time_seconds"), "7200");
    assert_eq!(figure(&report, "all", "deployment_frequency.deployments"), &json!(4));
}

#[test]
fn one_environment_in_two_spellings_is_one_history() {
    let history = History::new("").commits(&MAIN).deployments(&[
        "1,acme/web,production,a1,2026-06-10T12:00:00Z",
        "2,acme/web,Production,a2,2026-07-01T12:00:00Z",
        "3,Acme/Web,PRODUCTION,a3,2026-07-28T12:00:00Z",
    ]);
    let report = history.july();
    assert_eq!(figure(&report, "all", "lead_time.p50_seconds"), &json!(7200.0));
    assert_eq!(figure(&report, "all", "lead_time.variants.change.n"), &json!(2));
    assert_eq!(report["groups"].as_array().map(Vec::len), Some(2), "one service, however its repo is spelt");
}

#[test]
fn a_sha_in_upper_case_or_cut_short_is_the_commit_that_it_begins() {
    let full = |start: &str| format!("{start:0<40}");
    let (one, two, three) = (full("abcdef1"), full("abcdef2"), full("abcdef3"));
    let commits = [
        format!("{one},,2026-06-30T10:00:00Z"),
        format!("{two},{one},2026-07-10T10:00:00Z"),
        format!("{three},{two},2026-07-20T10:00:00Z"),
    ];
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let history = History::new("").commits(&commits).deployments(&[
        &format!("1,acme/web,production,{one},2026-06-30T12:00:00Z"),
        "2,acme/web,production,ABCDEF2,2026-07-10T12:00:00Z",
        &format!("3,acme/web,production,{},2026-07-20T12:00:00Z", three.to_uppercase()),
        "4,acme/web,production,abcdef3,2026-07-21T12:00:00Z",
        "5,acme/web,production,abcdef,2026-07-22T12:00:00Z",
    ]);
    history.july();
    let leads = history.column("deployments.csv", "lead_time_seconds").into_iter().map(|(_, cell)| cell);
    assert_eq!(leads.collect::<Vec<_>>(), ["", "7200", "7200", "", ""]);
    assert_eq!(history.cell("deployments.csv", "4", "kind"), "redeploy");
    assert_eq!(history.cell("deployments.csv", "5", "lead_time_reason"), "unknown-commits", "6 characters are too few");
}

#[test]
fn a_commit_dated_1970_or_year_1_starts_no_lead_time_and_is_reported() {
    let history = History::new("")
        .commits(&[
            "a0,,2026-06-01T10:00:00Z",
            "a1,a0,1970-01-01T00:00:00Z",
            "a2,a1,2026-07-20T10:00:00Z",
            "a3,a2,0001-01-01T00:00:00Z",
            "a4,a3,2026-07-21T10:00:00Z",
        ])
        .deployments(&[
            "1,acme/web,production,a0,2026-06-01T12:00:00Z",
            "2,acme/web,production,a1,2026-07-10T12:00:00Z",
            "3,acme/web,production,a2,2026-07-20T12:00:00Z",
            "4,acme/web,production,a4,2026-07-21T12:00:00Z",
        ]);
    let report = history.july();
    assert_eq!(figure(&report, "all", "lead_time.p50_seconds"), &json!(7200.0));
    assert_eq!(figure(&report, "all", "lead_time.n"), &json!(2));
    let text = finding(&report, "absurd-instants").expect("raised");
    assert!(text.contains("2 commits") && text.contains("a1, a3"), "{text}");
}

#[test]
fn the_tables_say_which_commit_or_pull_request_a_lead_time_starts_at() {
    let history = History::new("")
        .with(
            "pull-requests",
            "repo,number,opened_at,first_commit_at,merged_at,merge_sha",
            &["acme/web,7,2026-07-19T10:00:00Z,2026-07-18T10:00:00Z,2026-07-20T10:00:00Z,a2"],
        )
        .commits(&["a0,,2026-06-01T10:00:00Z", "a1,a0,2026-07-10T10:00:00Z", "a2,a1,2026-07-20T10:00:00Z"])
        .deployments(&[
            "1,acme/web,production,a0,2026-06-01T12:00:00Z",
            "2,acme/web,production,a1,2026-07-10T12:00:00Z",
            "3,acme/web,production,a2,2026-07-20T12:00:00Z",
        ]);
    history.july();
    let start = |id: &str| {
        ["start_at", "start_sha", "start_pull_request"].map(|column| history.cell("deployments.csv", id, column))
    };
    assert_eq!(start("2"), ["2026-07-10T10:00:00Z", "a1", ""]);
    assert_eq!(start("3"), ["2026-07-18T10:00:00Z", "", "7"]);
    let explained = history.explained("lead_time", &[]);
    let events = explained["events"].as_array().expect("events");
    let of = |id: &str| events.iter().find(|event| event["id"] == id).expect("the deployment");
    assert_eq!(of("3")["start_pull_request"], json!(7));
    assert_eq!((&of("2")["start_sha"], &of("2")["start_at"]), (&json!("a1"), &json!("2026-07-10T10:00:00Z")));
}

#[test]
fn a_pull_request_in_two_environments_is_counted_once_in_the_finding_about_the_clock() {
    let history = History::new("")
        .with(
            "pull-requests",
            "repo,number,opened_at,first_commit_at,merged_at,merge_sha",
            &["acme/web,7,2026-07-19T10:00:00Z,2026-07-18T10:00:00Z,2026-07-20T10:00:00Z,a1"],
        )
        .commits(&["a0,,2026-06-01T10:00:00Z", "a1,a0,2026-07-20T10:00:00Z"])
        .deployments(&[
            "1,acme/web,production,a0,2026-06-01T12:00:00Z",
            "2,acme/web,prod-eu,a0,2026-06-01T12:00:00Z",
            "3,acme/web,production,a1,2026-07-20T12:00:00Z",
            "4,acme/web,prod-eu,a1,2026-07-20T13:00:00Z",
        ]);
    let text = finding(&history.july(), "lead-time-from-pull-request").expect("raised");
    assert!(text.contains("the 1 pull request,"), "{text}");
}

#[test]
fn a_revision_that_was_not_read_is_a_redeploy_when_it_comes_back() {
    let history = History::new("").commits(&MAIN).deployments(&[
        "1,acme/web,production,a1,2026-07-01T12:00:00Z",
        "2,acme/web,production,elsewhere,2026-07-02T12:00:00Z",
        "3,acme/web,production,a2,2026-07-03T12:00:00Z",
        "4,acme/web,production,elsewhere,2026-07-04T12:00:00Z",
    ]);
    history.july();
    assert_eq!(history.cell("deployments.csv", "2", "kind"), "deploy");
    assert_eq!(history.cell("deployments.csv", "4", "kind"), "redeploy");
}

const WITH_REQUESTS: &str = "repo,sha,parents,authored_at,committed_at,pull_request";

#[test]
fn a_pull_request_without_a_first_commit_begins_with_the_first_of_its_own_commits_that_arrive() {
    let pull = |number: u32, sha: &str| format!("acme/web,{number},2026-07-19T23:00:00Z,2026-07-19T23:30:00Z,{sha}");
    let pulls = [pull(7, "a1"), pull(8, "a2"), pull(9, "a3")];
    let history = History::new("")
        .with("pull-requests", "repo,number,opened_at,merged_at,merge_sha", &pulls.each_ref().map(String::as_str))
        .with(
            "commits",
            WITH_REQUESTS,
            &[
                "acme/web,a0,,2026-06-01T10:00:00Z,2026-06-01T10:00:00Z,",
                "acme/web,a1,a0,2026-07-10T10:00:00Z,2026-07-10T10:00:00Z,7",
                "acme/web,a2,a1,2026-07-19T10:00:00Z,2026-07-19T10:00:00Z,8",
                "acme/web,a3,a2,2026-07-19T22:00:00Z,2026-07-19T22:00:00Z,9",
            ],
        )
        .deployments(&[
            "1,acme/web,production,a0,2026-06-01T12:00:00Z",
            "2,acme/web,production,a3,2026-07-20T10:00:00Z",
        ]);
    let report = history.july();
    // 10 days, a day and half a day.
    assert_eq!(figure(&report, "all", "lead_time.variants.change.p50_seconds"), &json!(86_400.0));
    assert_eq!(figure(&report, "all", "lead_time.variants.change.n"), &json!(3));
}

#[test]
fn of_commits_written_at_one_instant_that_of_the_pull_request_holds_the_start() {
    let history = History::new("")
        .with(
            "pull-requests",
            "repo,number,opened_at,merged_at,merge_sha",
            &["acme/web,7,2026-07-19T10:00:00Z,2026-07-19T11:00:00Z,a2"],
        )
        .with(
            "commits",
            WITH_REQUESTS,
            &[
                "acme/web,a0,,2026-06-01T10:00:00Z,2026-06-01T10:00:00Z,",
                "acme/web,a1,a0,2026-07-18T10:00:00Z,2026-07-18T10:00:00Z,",
                "acme/web,a2,a1,2026-07-18T10:00:00Z,2026-07-19T11:00:00Z,7",
            ],
        )
        .deployments(&[
            "1,acme/web,production,a0,2026-06-01T12:00:00Z",
            "2,acme/web,production,a2,2026-07-20T10:00:00Z",
        ]);
    history.july();
    assert_eq!(history.cell("deployments.csv", "2", "start_sha"), "a2");
    assert_eq!(history.cell("deployments.csv", "2", "start_pull_request"), "7");
}

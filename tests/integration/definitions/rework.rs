//! Deployment rework rate: marks, the first deployment after an incident, rollbacks, and what must be read.

use serde_json::{Value, json};

use super::{History, figure, finding};

const DEPLOYMENTS: &str = "id,repo,environment,sha,ref,task,status,created_at,finished_at";

/// A row of a deployment by id, creation and finish in July.
fn row(id: &str, created: &str, finished: &str) -> String {
    format!("{id},acme/web,production,{id},main,deploy,success,2026-07-{created}:00Z,2026-07-{finished}:00Z")
}

fn history(config: &str, rows: &[(&str, &str, &str)]) -> History {
    let rows: Vec<String> = rows.iter().map(|(id, created, finished)| row(id, created, finished)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    History::new(config).with("deployments", DEPLOYMENTS, &rows)
}

/// The deployments that are rework, each with its rule.
fn rework(history: &History) -> Vec<(String, String)> {
    let rules = history.column("deployments.csv", "rework_rule");
    rules.into_iter().filter(|(_, rule)| !rule.is_empty()).collect()
}

fn fixes(history: &History) -> Vec<String> {
    rework(history).into_iter().filter(|(_, rule)| rule == "fix").map(|(id, _)| id).collect()
}

#[test]
fn the_first_deployment_to_finish_of_those_created_after_the_opening_is_the_fix() {
    let history = history(
        "",
        &[
            ("bad", "01T08:50", "01T09:00"),
            ("underway", "01T09:20", "01T11:00"),
            ("slow", "01T09:31", "01T10:30"),
            ("fix", "01T09:40", "01T10:00"),
            ("next", "02T09:00", "02T09:10"),
        ],
    )
    .incidents(&["I,web,2026-07-01T09:30:00Z,2026-07-01T12:00:00Z,resolved,true,bad,"]);
    let report = history.july();
    assert_eq!(fixes(&history), ["fix"]);
    assert_eq!(history.cell("deployments.csv", "underway", "rework"), "false");
    let of = |path: &str| figure(&report, "all", &format!("rework_rate.{path}")).clone();
    assert_eq!((of("rework"), of("deployments"), of("ratio")), (json!(1), json!(5), json!(0.2)));
    assert_eq!(of("by_rule"), json!({"rework": 0, "fix": 1, "rollback": 0}));
    assert_eq!((of("band"), of("no_data")), (Value::Null, Value::Null));
    let explained = history.explained("rework_rate", &[]);
    assert!(explained["formula"].as_str().expect("text").contains("1 rework ÷ 5 deployments = 20 %"), "{explained}");
    let values: Vec<&Value> = explained["events"].as_array().expect("events").iter().map(|it| &it["value"]).collect();
    assert_eq!(values, [&json!(0.0), &json!(1.0), &json!(0.0), &json!(0.0), &json!(0.0)], "in order of finish");
    let raised = finding(&report, "rework-by-rule").expect("raised");
    assert!(raised.contains("The rework rate is 20.0 %.") && !raised.contains("It would be"), "{raised}");
}

#[test]
fn an_incident_resolved_at_the_creation_or_before_needs_no_fix_and_one_that_is_open_does() {
    let rows = [("bad", "01T08:50", "01T09:00"), ("next", "01T10:00", "01T10:10")];
    for (resolved, status, wanted) in [
        ("2026-07-01T09:59:00Z", "resolved", false),
        ("2026-07-01T10:00:00Z", "resolved", false),
        ("2026-07-01T10:00:01Z", "resolved", true),
        ("", "triggered", true),
    ] {
        let incident = format!("I,web,2026-07-01T09:30:00Z,{resolved},{status},true,bad,");
        let history = history("", &rows).incidents(&[&incident]);
        history.july();
        assert_eq!(history.cell("deployments.csv", "next", "rework"), wanted.to_string(), "{resolved} {status}");
    }
}

#[test]
fn a_fix_goes_to_the_repo_and_environment_of_the_failed_deployment() {
    let at = |id: &str, repo: &str, environment: &str, time: &str| {
        format!("{id},acme/{repo},{environment},{id},main,deploy,success,2026-07-01T{time}:00Z,2026-07-01T{time}:10Z")
    };
    let rows = [
        at("bad", "web", "production", "09:00"),
        at("api-before", "api", "production", "09:10"),
        at("europe", "web", "production-eu", "09:35"),
        at("api-bad", "api", "production", "09:40"),
        at("still-bad", "web", "production", "10:00"),
        at("good", "web", "production", "10:30"),
        at("europe-again", "web", "production-eu", "10:40"),
        at("api-good", "api", "production", "11:00"),
        at("docs", "docs", "production", "11:10"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let history = History::new("[deployments]\nenvironments = [\"production*\"]\n")
        .with("deployments", DEPLOYMENTS, &rows)
        .incidents(&[
            "I1,web,2026-07-01T09:30:00Z,2026-07-01T12:00:00Z,resolved,true,bad,",
            "I2,web,2026-07-01T10:10:00Z,2026-07-01T12:00:00Z,resolved,true,still-bad,",
            "I3,api,2026-07-01T09:50:00Z,2026-07-01T12:00:00Z,resolved,true,api-bad,",
            "I4,docs,2026-07-01T11:20:00Z,2026-07-01T12:00:00Z,resolved,true,docs,",
        ]);
    history.july();
    assert_eq!(fixes(&history), ["still-bad", "good", "api-good"]);
}

#[test]
fn marks_come_first_and_may_be_on_the_pull_requests_of_a_deployment() {
    let config = "[rework]\nlabels = [\"hotfix\"]\nbranches = [\"hotfix/*\"]\ntitles = [\"(?i)^revert\"]\n\
                  refs = [\"fix-*\"]\ntasks = [\"deploy:fix\"]\n";
    let deployed = |id: &str, sha: &str, r#ref: &str, task: &str, day: u32| {
        let at = format!("2026-07-{day:02}T09:00:00Z");
        format!("{id},acme/web,production,{sha},{ref},{task},success,{at},{at}")
    };
    let rows = [
        deployed("first", "c1", "main", "deploy", 1),
        deployed("label", "c2", "main", "deploy", 2),
        deployed("branch", "c3", "main", "deploy", 3),
        deployed("title", "c4", "main", "deploy", 4),
        deployed("plain", "c5", "main", "deploy", 5),
        deployed("ref", "c5", "fix-1", "deploy", 6),
        deployed("task", "c5", "main", "Deploy:Fix", 7),
        deployed("back", "c4", "main", "deploy", 8),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let commits = ["c1,,", "c2,c1,", "c3,c2,", "c4,c3,", "c5,c4,"];
    let commits: Vec<String> = commits.iter().map(|row| format!("{row}2026-07-01T08:00:00Z")).collect();
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let history = History::new(config)
        .with("deployments", DEPLOYMENTS, &rows)
        .commits(&commits)
        .with(
            "pull-requests",
            "repo,number,title,labels,head_ref,opened_at,merged_at,merge_sha",
            &[
                "acme/web,2,Faster,Docs;HOTFIX,feature/a,2026-07-01T08:00:00Z,2026-07-01T08:30:00Z,c2",
                "acme/web,3,Faster,,Hotfix/b,2026-07-01T08:00:00Z,2026-07-01T08:30:00Z,c3",
                "acme/web,4,\"Revert \"\"Faster\"\"\",,feature/c,2026-07-01T08:00:00Z,2026-07-01T08:30:00Z,c4",
                "acme/web,5,Do not revert,hotfixes,feature/hotfix/d,2026-07-01T08:00:00Z,2026-07-01T08:30:00Z,c5",
            ],
        )
        .incidents(&[]);
    let report = history.july();
    let said = |id: &str| (id.to_owned(), "rework".to_owned());
    let mut wanted: Vec<(String, String)> = ["label", "branch", "title", "ref", "task"].map(said).into();
    wanted.push(("back".into(), "rollback".into()));
    assert_eq!(rework(&history), wanted);
    assert_eq!(figure(&report, "all", "rework_rate.by_rule"), &json!({"rework": 5, "fix": 0, "rollback": 1}));
    let text = finding(&report, "rework-by-rule").expect("raised");
    assert!(text.contains("75.0 %") && text.contains("12.5 % without the marked ones"), "{text}");
    assert!(history.place.read("reports/2026-07/index.html").contains("<td>partly a proxy"), "the page says so");
}

#[test]
fn a_window_that_ends_before_the_fix_does_not_know_it_and_published_days_stay() {
    let history = history("", &[("bad", "01T08:50", "01T09:00"), ("fix", "03T10:00", "03T10:10")])
        .incidents(&["I,web,2026-07-01T09:30:00Z,2026-07-04T12:00:00Z,resolved,true,bad,"]);
    history.july();
    let text = history.place.read("reports/2026-07/daily.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let at = header.iter().position(|it| it == "rework_deployments").expect("a column");
    let all: Vec<String> = reader
        .records()
        .map(|row| row.expect("a row"))
        .filter(|row| &row[1] == "all")
        .map(|row| row[at].into())
        .collect();
    assert_eq!(all[..4], ["0", "0", "1", "1"]);
    assert_eq!(&header[header.len() - 2], "rework_deployments");
    assert_eq!(&header[header.len() - 1], "rework_rate");
}

#[test]
fn without_incidents_there_is_no_rework_rate_but_marked_deployments_are_rework() {
    let config = "[rework]\nrefs = [\"main\"]\n";
    let report = |history: &History| figure(&history.july(), "all", "rework_rate").clone();
    let unread = history(config, &[("a", "01T08:50", "01T09:00")]);
    let found = report(&unread);
    assert_eq!((&found["ratio"], &found["no_data"]["code"]), (&Value::Null, &json!("no-incident-source")));
    assert_eq!(unread.cell("deployments.csv", "a", "rework"), "true");
    let silent = history("", &[("a", "01T08:50", "01T09:00")]);
    assert_eq!(report(&silent)["ratio"], Value::Null);
    assert_eq!(silent.cell("deployments.csv", "a", "rework"), "");
    let read = history("", &[("a", "01T08:50", "01T09:00")]).incidents(&[]);
    assert_eq!(report(&read)["ratio"], json!(0.0));
    assert_eq!(read.cell("deployments.csv", "a", "rework"), "false");
}

#[test]
fn a_gate_takes_the_rework_rate_by_its_short_name() {
    let history = history("", &[("bad", "01T08:50", "01T09:00"), ("fix", "01T10:00", "01T10:10")])
        .incidents(&["I,web,2026-07-01T09:30:00Z,2026-07-01T12:00:00Z,resolved,true,bad,"]);
    let frame = ["-q", "report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--fail-if"];
    for (gate, code) in [("rework > 40%", 10), ("rework_rate > 60%", 0)] {
        let run = history.place.run([&frame[..], &[gate]].concat());
        assert_eq!(run.code, code, "{gate}: {}", run.stderr);
    }
}

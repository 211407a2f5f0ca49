//! Findings: each is raised by a small history, and not by a similar one without the problem.

use super::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place};

/// Reports July 2026 of some files and returns the ids of its findings.
fn raised(config: &str, deployments: &str, commits: Option<&str>, incidents: Option<&str>) -> Vec<String> {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", deployments);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    if let Some(commits) = commits {
        place.write("c.csv", commits).done(["import", "commits", "c.csv"]);
    }
    if let Some(incidents) = incidents {
        place.write("i.csv", incidents).done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    }
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"]);
    let findings = place.read("reports/2026-07/findings.csv");
    findings.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
}

const WEB: &str = "[[service]]\nname = \"web\"\nrepos = [\"acme/web\"]\n";

/// So many deployments of one service, each of its own revision.
fn many(count: u32) -> String {
    let header = DEPLOYMENTS.lines().next().expect("a header").to_owned();
    let row = |id: u32| {
        let day = id % 30 + 1;
        format!(
            "{id},acme/web,production,s{id},success,2026-07-{day:02}T09:00:00Z,2026-07-{day:02}T09:05:00Z,2026-10-01T00:00:00Z"
        )
    };
    [header].into_iter().chain((1..=count).map(row)).collect::<Vec<_>>().join("\n")
}

fn is_raised(found: &[String], id: &str) -> bool {
    found.iter().any(|finding| finding == id)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_finding_is_raised_by_what_it_is_about_and_by_nothing_else() {
    let plain = raised(WEB, DEPLOYMENTS, Some(COMMITS), Some(INCIDENTS));
    for id in ["open-incidents", "unmapped-incidents", "small-sample"] {
        assert!(is_raised(&plain, id), "{id}: {plain:?}");
    }
    for id in [
        "no-incident-source",
        "unknown-commits",
        "unmapped-repos",
        "redeploys",
        "rollbacks",
        "negative-lead-time",
        "incomplete-coverage",
    ] {
        assert!(!is_raised(&plain, id), "{id}: {plain:?}");
    }
    let mapped = INCIDENTS.replace(
        "elsewhere,P2,high,triggered,2026-07-16T09:35:00Z,,,",
        "web,P2,high,resolved,2026-07-16T09:35:00Z,,2026-07-16T10:00:00Z,",
    );
    let mapped = raised(WEB, DEPLOYMENTS, Some(COMMITS), Some(&mapped));
    assert!(!is_raised(&mapped, "open-incidents") && !is_raised(&mapped, "unmapped-incidents"), "{mapped:?}");

    assert!(is_raised(&raised(WEB, DEPLOYMENTS, Some(COMMITS), None), "no-incident-source"));
    assert!(is_raised(&raised(WEB, DEPLOYMENTS, None, None), "unknown-commits"));
    let elsewhere = "[[service]]\nname = \"web\"\nrepos = [\"acme/other\"]\n";
    assert!(is_raised(&raised(elsewhere, DEPLOYMENTS, None, None), "unmapped-repos"));
    let again = DEPLOYMENTS.replace("production,bbbbbbb2", "production,aaaaaaa1");
    assert!(is_raised(&raised(WEB, &again, Some(COMMITS), None), "redeploys"));
    let back = DEPLOYMENTS.replace("5,acme/web,production,ccccccc3", "5,acme/web,production,aaaaaaa1");
    assert!(is_raised(&raised(WEB, &back, Some(COMMITS), None), "rollbacks"));
    let ahead = COMMITS.replace("2026-07-14T09:05:00Z", "2026-07-16T09:05:00Z");
    assert!(is_raised(&raised(WEB, DEPLOYMENTS, Some(&ahead), None), "negative-lead-time"));
}

#[test]
fn no_failure_is_suspicious_from_twenty_deployments_on_and_a_sample_small_below() {
    let none = INCIDENTS.lines().next().expect("a header");
    let nineteen = raised(WEB, &many(19), None, Some(none));
    assert!(is_raised(&nineteen, "small-sample") && !is_raised(&nineteen, "zero-change-failure-rate"), "{nineteen:?}");
    let twenty = raised(WEB, &many(20), None, Some(none));
    assert!(!is_raised(&twenty, "small-sample") && is_raised(&twenty, "zero-change-failure-rate"), "{twenty:?}");
}

#[test]
fn a_span_that_was_not_read_is_an_error_that_names_the_repo() {
    let place = Place::new();
    place.write("dora.toml", WEB).write("d.csv", DEPLOYMENTS);
    place.done(["import", "deployments", "d.csv"]);
    let run = place.done(["report", "-q", "--period", "2026-Q3", "--as-of", "2026-10-01T00:00:00Z"]);
    assert!(place.read("reports/2026-Q3/findings.csv").contains("incomplete-coverage,error,all"));
    assert!(run.stderr.contains("acme/web") && run.stderr.contains("--covers"), "said even when quiet: {}", run.stderr);
}

/// The findings of a period of files that are imported as they stand, as `audit` gives them.
fn audited(config: &str, period: &str, files: &[(&str, &str)]) -> Vec<(String, String)> {
    let place = Place::new();
    place.write("dora.toml", config);
    for (table, text) in files {
        place.write("rows.csv", text);
        let covers = ["--covers", "2026-06-01..2026-10-01"];
        let covers = if ["deployments", "incidents"].contains(table) { &covers[..] } else { &[] };
        place.done([&["import", table, "rows.csv"], covers].concat());
    }
    let run = place.run(["audit", "--format", "json", "--period", period, "--as-of", "2026-10-01T00:00:00Z"]);
    let found: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let text = |finding: &serde_json::Value, key: &str| finding[key].as_str().expect("text").to_owned();
    let all = found.as_array().expect("findings");
    all.iter().map(|finding| (text(finding, "id"), text(finding, "message") + " " + &text(finding, "advice"))).collect()
}

fn said(found: &[(String, String)], id: &str) -> Option<String> {
    found.iter().find(|finding| finding.0 == id).map(|finding| finding.1.clone())
}

/// Three months of deployments, one each third day, and the incidents of every `nth`.
fn quarter(nth: usize, title: &str) -> (String, String) {
    let days = (7..=9).flat_map(|month| (1..=30).step_by(3).map(move |day| format!("2026-{month:02}-{day:02}")));
    let (mut deployments, mut incidents) = (Vec::new(), Vec::new());
    for (at, day) in days.enumerate() {
        deployments.push(format!("{at},acme/web,production,s{at},success,{day}T09:00:00Z,{day}T09:05:00Z\n"));
        if at % nth == 0 {
            incidents.push(format!("{at},{title},web,{day}T10:00:00Z,{day}T11:00:00Z,true\n"));
        }
    }
    let deployments = "id,repo,environment,sha,status,created_at,finished_at\n".to_owned() + &deployments.concat();
    let incidents = "id,title,service_keys,opened_at,resolved_at,caused_by_deploy\n".to_owned() + &incidents.concat();
    (deployments, incidents)
}

#[test]
fn proxies_for_deployments_are_reported_and_real_deployments_are_not() {
    let rows = |id: &str, task: &str| {
        format!(
            "id,repo,environment,sha,status,created_at,finished_at,task\n\
             {id},acme/web,production,s1,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z,{task}\n"
        )
    };
    let id = "commits-counted-as-deployments";
    let merges = rows("pull-request-7", "merged-pull-request");
    let text = said(&audited(WEB, "2026-07", &[("deployments", &merges)]), id).expect("raised");
    assert!(text.starts_with("1 ") && text.contains("merged pull request"), "{text}");
    assert_eq!(said(&audited(WEB, "2026-07", &[("deployments", &rows("7", "deploy"))]), id), None);
}

#[test]
fn failures_linked_only_by_time_are_reported_with_the_rates_with_and_without_them() {
    let files = [("deployments", DEPLOYMENTS), ("incidents", INCIDENTS)];
    let id = "alerts-counted-as-failures";
    let text = said(&audited(WEB, "2026-07", &files), id).expect("raised");
    assert!(text.starts_with("1 of 1 failures") && text.contains("33.3 % with them and 0.0 % without"), "{text}");
    let explicit = format!("[incidents]\nattribution = \"explicit\"\n{WEB}");
    assert_eq!(said(&audited(&explicit, "2026-07", &files), id), None);
}

#[test]
fn a_feed_with_only_the_highest_priority_lacks_partial_outages() {
    let rows = |priority: &str| {
        let header = "id,title,service_keys,priority,opened_at,resolved_at\n".to_owned();
        let row = |at: u32| {
            let priority = if at == 1 { priority } else { "P1" };
            format!("{at},down,web,{priority},2026-07-{at:02}T10:00:00Z,2026-07-{at:02}T11:00:00Z\n")
        };
        header + &(1..=6).map(row).collect::<String>()
    };
    let id = "partial-outages-missing";
    let of = |priority: &str, period: &str| {
        said(&audited(WEB, period, &[("deployments", DEPLOYMENTS), ("incidents", &rows(priority))]), id)
    };
    assert!(of("P1", "2026-Q3").expect("raised").starts_with("All 6 incidents with a priority in 92 days"));
    assert_eq!(of("P2", "2026-Q3"), None, "one lesser incident is enough");
    assert_eq!(of("P1", "2026-07"), None, "a month says nothing");
}

#[test]
fn misleading_environment_names_are_reported_with_both_sets_of_figures() {
    let id = "non-production-counted";
    let files = [("deployments", DEPLOYMENTS)];
    assert_eq!(said(&audited(WEB, "2026-07", &files), id), None);
    let all = format!("[deployments]\nenvironments = [\"*\"]\n{WEB}");
    let text = said(&audited(&all, "2026-07", &files), id).expect("raised");
    assert!(
        text.contains("1 deployment went to") && text.contains("staging (1). Without them: deployments 3"),
        "{text}"
    );
    let none = format!("[deployments]\nenvironments = [\"live\"]\n{WEB}");
    let text = said(&audited(&none, "2026-07", &files), id).expect("raised");
    assert!(text.contains("production (3)") && text.contains("deployments 3 in place of none"), "{text}");
}

#[test]
fn a_clock_that_starts_at_the_pull_request_is_compared_where_it_is_known() {
    let commits = COMMITS.replace("2026-07-14T10:00:00Z,,", "2026-07-14T10:00:00Z,4,");
    let pulls =
        "repo,number,opened_at,merged_at,merge_sha\nacme/web,4,2026-07-15T03:05:00Z,2026-07-15T08:00:00Z,bbbbbbb2\n";
    let id = "lead-time-from-pull-request";
    let with = [("deployments", DEPLOYMENTS), ("commits", &commits), ("pull-requests", pulls)];
    let text = said(&audited(WEB, "2026-07", &with), id).expect("raised");
    assert!(
        text.contains("the opening of the 1 pull request")
            && text.contains("would be 6.0 h. From the first commit of each deployment, it is 1.5 d"),
        "{text}"
    );
    assert_eq!(said(&audited(WEB, "2026-07", &with[..2]), id), None);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn sustained_failures_are_listed_by_class_with_an_experiment_for_each() {
    let id = "sustained-change-failure-rate";
    let found = |nth: usize, title: &str| {
        let (deployments, incidents) = quarter(nth, title);
        said(&audited(WEB, "2026-Q3", &[("deployments", &deployments), ("incidents", &incidents)]), id)
    };
    let text = found(5, "Postgres: too many connections").expect("raised");
    assert!(text.contains("20.0 %") && text.contains("5 database connections"), "{text}");
    assert!(text.contains("latency or partition between application and database"), "{text}");
    assert!(found(5, "OOMKilled").expect("raised").contains("memory stress at peak load"));
    assert!(found(5, "upstream timeout").expect("raised").contains("slow upstream responses"));
    assert!(found(5, "broken button").expect("raised").contains("5 other"));
    assert_eq!(found(10, "OOMKilled"), None, "a tenth is not above a tenth");
}

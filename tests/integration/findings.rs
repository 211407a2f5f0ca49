//! Findings: each raised by a small history, and not by the one beside it.

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

//! Incidents of GitLab: which issues they are, and what of them is asked again.

use dora_report::domain::event::Table;

use super::rest::Issue;
use super::scene::Scene;
use crate::github::shapes::even;
use crate::github::world::{DAY, HOUR, NEW_YEAR, Seconds, World};
use crate::support::DOCTOR;

fn issue(project: &str, iid: u64, opened: Seconds) -> Issue {
    Issue {
        project: project.into(),
        iid,
        kind: "incident",
        severity: "HIGH",
        labels: Vec::new(),
        opened,
        closed: Some(opened + HOUR),
    }
}

fn scene(keys: &str, issues: Vec<Issue>) -> Scene {
    let world = World::of([even("acme/web", 20, 2), even("acme/shop/api", 20, 2)]);
    let scene = Scene::new(world, &format!("groups = [\"acme\"]\n[gitlab_incidents]\n{keys}"));
    scene.server.state(|state| state.issues = issues);
    scene
}

/// A column of `incidents.csv`, by id.
fn column(scene: &Scene, period: &str, name: &str) -> Vec<(String, String)> {
    let report = scene.report(period);
    let mut reader = csv::Reader::from_reader(report.table("incidents").as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let at = |name: &str| headers.iter().position(|own| own == name).expect("a column of this name");
    let (id, wanted) = (at("id"), at(name));
    reader.records().map(|row| row.expect("a row")).map(|row| (row[id].to_owned(), row[wanted].to_owned())).collect()
}

fn pairs(list: &[(u64, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(iid, cell)| ((900_000 + iid).to_string(), (*cell).to_owned())).collect()
}

#[test]
fn incidents_belong_to_their_project_and_last_from_opening_to_closing() {
    let at = NEW_YEAR + 40 * DAY;
    let mut caused = issue("acme/shop/api", 2, at + DAY);
    caused.labels = vec!["caused-by-deploy"];
    let mut ticket = issue("acme/web", 3, at + 2 * DAY);
    ticket.kind = "issue";
    let open = Issue { closed: None, ..issue("acme/web", 4, at + 3 * DAY) };
    let scene = scene("", vec![issue("acme/web", 1, at), caused, ticket, open]);
    scene.fetched(&["--strict"]);
    let services = [(1, "acme/web"), (2, "acme/shop/api"), (4, "acme/web")];
    assert_eq!(column(&scene, "2025-02", "service"), pairs(&services));
    assert_eq!(column(&scene, "2025-02", "time_to_restore_seconds"), pairs(&[(1, "3600"), (2, "3600"), (4, "")]));
    assert_eq!(column(&scene, "2025-02", "attribution"), pairs(&[(1, "none"), (2, "explicit"), (4, "none")]));
    for project in ["acme/web", "acme/shop/api"] {
        assert_eq!(scene.covered("incidents", "gitlab-incidents", project).len(), 1, "{project}");
    }
}

#[test]
fn issues_with_a_configured_label_are_incidents_too() {
    let at = NEW_YEAR + 40 * DAY;
    let labelled = |iid, label| Issue { kind: "issue", labels: vec![label], ..issue("acme/web", iid, at) };
    let scene =
        scene("labels = [\"outage\"]", vec![issue("acme/web", 1, at), labelled(2, "outage"), labelled(3, "bug")]);
    scene.fetched(&["--strict"]);
    assert_eq!(column(&scene, "2025-02", "status"), pairs(&[(1, "closed"), (2, "closed")]));
}

#[test]
fn an_incident_that_is_closed_later_is_seen_and_one_that_is_gone_is_marked() {
    let at = NEW_YEAR + 40 * DAY;
    let open = |iid| Issue { closed: None, ..issue("acme/web", iid, at) };
    let scene = scene("", vec![open(1), open(2), issue("acme/web", 3, at)]);
    scene.fetched(&["--strict"]);
    scene.server.state(|state| {
        state.issues.retain(|issue| issue.iid != 2);
        state.issues[0].closed = Some(at + 5 * HOUR);
    });
    scene.fetched(&["--strict"]);
    assert_eq!(column(&scene, "2025-02", "status"), pairs(&[(1, "closed"), (2, "gone"), (3, "closed")]));
}

#[allow(clippy::disallowed_methods, reason = "the program reads the clock too")]
fn three_days_ago() -> Seconds {
    chrono::Utc::now().timestamp() - 3 * DAY
}

/// The states of all incidents in the dataset.
fn states(scene: &Scene) -> Vec<String> {
    let frame = scene.rows(Table::Incidents);
    let states = frame.column("status").and_then(|column| column.str().cloned()).expect("text");
    states.iter().map(|state| state.expect("a state").to_owned()).collect()
}

#[test]
fn a_closed_incident_that_loses_its_type_or_label_is_no_longer_one() {
    let at = three_days_ago();
    let labelled = Issue { kind: "issue", labels: vec!["outage"], ..issue("acme/web", 2, at + HOUR) };
    let issues = vec![issue("acme/web", 1, at), labelled, issue("acme/web", 3, at + 2 * HOUR)];
    let scene = scene("labels = [\"outage\"]", issues);
    scene.fetched(&["--strict"]);
    assert_eq!(states(&scene), ["closed", "closed", "closed"]);
    scene.server.state(|state| {
        state.issues[0].kind = "issue";
        state.issues[1].labels.clear();
    });
    scene.fetched(&["--strict"]);
    assert_eq!(states(&scene), ["gone", "gone", "closed"]);
}

#[test]
fn incidents_by_a_label_that_is_no_longer_configured_are_no_longer_incidents_however_old() {
    let at = NEW_YEAR + 40 * DAY;
    let labelled = |iid, label| Issue { kind: "issue", labels: vec![label], ..issue("acme/web", iid, at) };
    let scene = scene("labels = [\"outage\", \"bug\"]", vec![labelled(1, "outage"), labelled(2, "bug")]);
    scene.fetched(&["--strict"]);
    assert_eq!(states(&scene), ["closed", "closed"]);
    scene.configure("groups = [\"acme\"]\n[gitlab_incidents]\nlabels = [\"outage\"]");
    scene.fetched(&["--strict"]);
    assert_eq!(states(&scene), ["closed", "gone"]);
    scene.server.state(|state| state.issues[0].labels.clear());
    scene.fetched(&["--strict"]);
    assert_eq!(states(&scene), ["closed", "gone"], "closed long ago: only --full reads it again");
    scene.fetched(&["--strict", "--full"]);
    assert_eq!(states(&scene), ["gone", "gone"]);
}

#[test]
fn a_project_whose_issues_are_not_shown_makes_the_figures_missing_and_not_zero() {
    let scene = scene("", vec![issue("acme/web", 1, NEW_YEAR + 40 * DAY)]);
    scene.server.state(|state| state.refused = vec![("acme/shop/api", "issues")]);
    let run = scene.fetch(&["--strict"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(scene.covered("incidents", "gitlab-incidents", "acme/shop/api").is_empty());
    let report = scene.report("2025-02");
    assert!(report.metric("acme/shop/api", "change_failure_rate")["ratio"].is_null(), "no data is not 0");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_group_that_cannot_be_listed_keeps_its_coverage_and_makes_the_figures_missing_and_not_zero() {
    let world = World::of([even("acme/web", 20, 2), even("shop/api", 20, 2)]);
    let scene = Scene::new(world, "groups = [\"acme\", \"shop\"]\n[gitlab_incidents]\n");
    let rate = |scene: &Scene| scene.report("2025-02").metric("shop/api", "change_failure_rate")["ratio"].clone();
    scene.fetched(&["--strict"]);
    let before = scene.covered("incidents", "gitlab-incidents", "shop/api");
    assert_eq!((before.len(), rate(&scene).is_null()), (1, false));
    scene.server.state(|state| state.refused = vec![("shop", "projects")]);
    let run = scene.fetch(&["--strict"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert_eq!(scene.scopes("incidents", "gitlab-incidents"), ["acme/web", "shop/*", "shop/api"]);
    assert_eq!(scene.covered("incidents", "gitlab-incidents", "shop/api"), before, "what was read stays");
    assert!(rate(&scene).is_null(), "no data is not 0");
    scene.server.state(|state| state.refused.clear());
    scene.fetched(&["--strict"]);
    assert_eq!(scene.scopes("incidents", "gitlab-incidents"), ["acme/web", "shop/api"]);
    assert!(!rate(&scene).is_null(), "everything is read");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn projects_that_the_first_run_leaves_out_make_the_figures_missing_and_not_zero() {
    let scene = scene("", vec![issue("acme/shop/api", 1, NEW_YEAR + 40 * DAY)]);
    let rate = |scene: &Scene| scene.report("2025-02").metric("acme/web", "change_failure_rate")["ratio"].clone();
    scene.fetched(&["--strict", "--repo", "acme/web"]);
    assert_eq!(scene.scopes("incidents", "gitlab-incidents"), ["acme/shop/api", "acme/web"]);
    assert!(rate(&scene).is_null(), "no data is not 0");
    scene.fetched(&["--strict"]);
    assert!(!rate(&scene).is_null(), "everything is read");
    let before = scene.covered("incidents", "gitlab-incidents", "acme/shop/api");
    scene.fetched(&["--strict", "--repo", "acme/web"]);
    assert_eq!(scene.covered("incidents", "gitlab-incidents", "acme/shop/api"), before, "what was read stays");
    assert!(!rate(&scene).is_null(), "everything was read before");
}

#[test]
fn more_incidents_than_a_page_are_all_read() {
    let issues = (0..250).map(|nth| issue("acme/web", nth, NEW_YEAR + HOUR * Seconds::try_from(nth).expect("few")));
    let scene = scene("", issues.collect());
    scene.fetched(&["--strict"]);
    assert_eq!(column(&scene, "2025-01", "status").len(), 250);
    let asked = scene.server.requests();
    scene.fetched(&["--strict"]);
    assert!(scene.server.requests() - asked <= 8, "nothing new is read");
}

#[test]
fn doctor_counts_incidents_by_a_label_too_and_says_which_projects_it_did_not_check() {
    let at = three_days_ago();
    let labelled = Issue { kind: "issue", labels: vec!["outage"], ..issue("acme/00", 2, at) };
    let both = Issue { labels: vec!["outage"], ..issue("acme/00", 1, at) };
    let names: Vec<String> = (0..22).map(|number| format!("acme/{number:02}")).collect();
    let world = World::of(names.iter().map(|name| even(name, 1, 2)));
    let scene = Scene::new(world, "groups = [\"acme\"]\n[gitlab_incidents]\nlabels = [\"outage\"]");
    scene.server.state(|state| state.issues = vec![both, labelled]);
    let run = scene.run(&DOCTOR).checks();
    for words in ["of the newest 2 incidents", "the issues of 2 projects were not checked, only those of the first 20"]
    {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
}

#[test]
fn incidents_need_the_section_of_the_projects_and_doctor_checks_both_sections() {
    let scene = scene("", vec![]);
    let run = scene.run(&DOCTOR).checks();
    assert_eq!(run.code, 0, "{}", run.stdout);
    for section in ["gitlab:", "gitlab_incidents:"] {
        assert!(run.stdout.contains(section), "{}", run.stdout);
    }
    let run = crate::support::Run::of(scene.command(&["fetch"]).env_remove("GITLAB_TOKEN").output().expect("it runs"));
    assert_eq!((run.code, run.stderr.matches("with `token_env` in [gitlab]\n").count()), (3, 2), "{}", run.stderr);
    scene.place.write("dora.toml", "[gitlab_incidents]\n");
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("reads the incidents of the projects of [gitlab]"), "{}", run.stderr);
}

//! A clock that was ahead, here or on the machine that wrote a file, does not block later rows.

use dora_report::domain::batch::Batch;
use dora_report::domain::coverage::Coverage;
use dora_report::domain::event::{Deployment, Incident, Rows, Table};
use dora_report::domain::time::{Span, Timestamp};
use dora_report::store::{Dataset, Writer};

use crate::support::{Place, Run};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// A source whose incidents were imported.
const IMPORTED: &str = "statuspage";

/// A dataset as a clock of the year 2031 left it: a deployment and an incident, and all of it covered until then.
fn left_by_a_clock_of_2031(place: &Place) {
    left_by_a_clock_of(place, "2031-01-01T00:00:00Z", "pagerduty");
}

/// The same of any instant, the incidents read from this source.
fn left_by_a_clock_of(place: &Place, ahead: &str, incidents: &str) {
    let ahead = at(ahead);
    let deployment = Deployment {
        source: "file".into(),
        id: "1".into(),
        repo: "acme/web".into(),
        environment: Some("production".into()),
        sha: Some("a1".into()),
        status: "failure".into(),
        created_at: at("2025-03-01T00:00:00Z"),
        finished_at: Some(at("2025-03-01T00:05:00Z")),
        observed_at: ahead,
        ..Deployment::default()
    };
    let incident = Incident {
        source: "file".into(),
        id: "i".into(),
        status: Some("open".into()),
        opened_at: at("2025-03-02T00:00:00Z"),
        observed_at: ahead,
        ..Incident::default()
    };
    let spans = vec![Span { from: at("2025-01-01T00:00:00Z"), to: ahead }];
    let covered = |table, source: &str, scope: &str| Coverage {
        table,
        source: source.into(),
        scope: scope.into(),
        spans: spans.clone(),
    };
    let covered = [covered(Table::Deployments, "github", "acme/web"), covered(Table::Incidents, incidents, "*")];
    let mut writer = Writer::lock(&place.path("data"), "a clock of 2031", ahead).expect("the lock");
    writer.write(vec![Rows::Deployments(vec![deployment])], &covered[..1]).expect("written");
    // What no service gives was imported, and an import records its time zone.
    let zone = (incidents == IMPORTED).then_some("UTC");
    let batch = Batch::from_rows(&Rows::Incidents(vec![incident]));
    writer.write_batch(&batch, batch.index(), &covered[1..], zone).expect("written");
}

fn import(place: &Place, table: &str, text: &str) -> Run {
    place.write("rows.csv", text);
    let run = place.run(["import", table, "rows.csv"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

const DEPLOYMENT: &str = "id,repo,environment,sha,status,created_at,finished_at\n\
                          1,acme/web,production,a1,success,2025-03-01T00:00:00Z,2025-03-01T00:05:00Z\n";

/// Where what is covered of a source ends; none where nothing is.
fn end_of_coverage(place: &Place, source: &str) -> Option<Timestamp> {
    let dataset = Dataset::open(&place.path("data")).expect("a dataset");
    let entry = dataset.coverage().iter().find(|entry| entry.source == source)?;
    Some(entry.spans.last()?.to)
}

#[test]
fn rows_written_with_a_clock_of_2031_are_replaced_and_read_again() {
    let place = Place::new();
    left_by_a_clock_of_2031(&place);
    let run = import(&place, "deployments", DEPLOYMENT);
    assert!(run.stderr.contains("2031-01-01T00:00:00Z, which is in the future"), "{}", run.stderr);
    let dataset = Dataset::open(&place.path("data")).expect("a dataset");
    let known = dataset.known("file", "file", &|_| true).expect("rows");
    assert!(known["acme/web"].deployments[0].succeeded, "the later row counts");
    drop(dataset);
    // When a service was read by that clock is not known.
    assert_eq!(end_of_coverage(&place, "github"), None);
    assert_eq!(end_of_coverage(&place, "pagerduty"), None);
    assert!(!import(&place, "deployments", DEPLOYMENT).stderr.contains("is in the future"), "it is said once");
}

#[test]
fn a_row_observed_in_the_future_gives_way_to_one_observed_before_it_was_imported() {
    let place = Place::new();
    let head = "id,service_keys,opened_at,resolved_at,status,observed_at\n";
    let row = |end: &str, status: &str, seen: &str| format!("{head}i,web,2025-03-02T00:00:00Z,{end},{status},{seen}\n");
    import(&place, "incidents", &row("", "open", "2031-01-01T00:00:00Z"));
    import(&place, "incidents", &row("2025-03-02T01:00:00Z", "resolved", "2025-03-03T00:00:00Z"));
    let dataset = Dataset::open(&place.path("data")).expect("a dataset");
    let known = dataset.known_incidents("file", |_| Timestamp(i64::MIN)).expect("rows");
    assert_eq!(known.unsettled[0].resolved_at, Some(at("2025-03-02T01:00:00Z")));
}

#[test]
fn future_days_are_not_covered() {
    let place = Place::new();
    place.write("rows.csv", DEPLOYMENT);
    let run = place.run(["import", "deployments", "rows.csv", "--covers", "2025-01-01..2099-01-01"]);
    assert!(run.stderr.contains("coverage ends today instead"), "{}", run.stderr);
    let run = place.run(["import", "deployments", "rows.csv", "--covers", "2098-01-01..2099-01-01"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(end_of_coverage(&place, "file").expect("a span") < at("2098-01-01T00:00:00Z"));
}

#[test]
fn an_import_that_a_clock_of_2031_covered_ends_now() {
    let place = Place::new();
    left_by_a_clock_of(&place, "2031-01-01T00:00:00Z", IMPORTED);
    import(&place, "deployments", DEPLOYMENT);
    let end = end_of_coverage(&place, IMPORTED).expect("a span");
    assert!(end > at("2026-01-01T00:00:00Z") && end < at("2030-01-01T00:00:00Z"), "{end}");
}

#[test]
fn a_clock_that_is_behind_removes_no_import_and_a_few_minutes_remove_nothing() {
    let covered = at("2026-07-01T12:00:00Z");
    for (now, github) in [("2020-01-01T00:00:00Z", None), ("2026-07-01T11:45:00Z", Some(at("2026-07-01T11:45:00Z")))] {
        let place = Place::new();
        left_by_a_clock_of(&place, &covered.to_rfc3339(), IMPORTED);
        drop(Writer::lock(&place.path("data"), "a clock behind", at(now)).expect("the lock"));
        assert_eq!(end_of_coverage(&place, "github"), github, "{now}");
        assert_eq!(end_of_coverage(&place, IMPORTED), Some(covered), "{now}");
    }
}

#[test]
fn an_import_stays_one_under_the_new_name_of_its_repo() {
    let place = Place::new();
    import(&place, "deployments", DEPLOYMENT);
    let mut writer = Writer::lock(&place.path("data"), "a test", at("2026-01-01T00:00:00Z")).expect("the lock");
    writer.rename("acme/web", "acme/site").expect("renamed");
    let text = std::fs::read_to_string(place.path("data/coverage.json")).expect("coverage");
    assert!(text.contains("acme/site") && text.contains("\"zone\": \"UTC\""), "{text}");
}

#[test]
fn where_everything_is_replaced_a_row_counts_whenever_the_one_before_was_observed() {
    let place = Place::new();
    let row = |status: &str, seen: &str| {
        let (id, repo, seen) = ("1".into(), "acme/web".into(), at(seen));
        let status = status.into();
        vec![Rows::Deployments(vec![Deployment { id, repo, status, observed_at: seen, ..Deployment::default() }])]
    };
    let status = || {
        let dataset = Dataset::open(&place.path("data")).expect("a dataset");
        let known = dataset.known("", "", &|_| true).expect("rows");
        known["acme/web"].deployments[0].succeeded
    };
    let mut writer = Writer::lock(&place.path("data"), "a test", at("2026-01-01T00:00:00Z")).expect("the lock");
    writer.write(row("failure", "2025-06-02T00:00:00Z"), &[]).expect("written");
    writer.write(row("success", "2025-06-01T00:00:00Z"), &[]).expect("written");
    assert!(!status(), "the row observed later stands");
    writer.replace_all();
    writer.write(row("success", "2025-06-01T00:00:00Z"), &[]).expect("written");
    assert!(status());
}

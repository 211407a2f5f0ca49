//! Verdicts and references that are set weeks after the incident, and lists with entries that are null or without a date.

use serde_json::json;

use super::scene::Scene;
use super::server::Fault;
use super::world::{DAY, World, now};

/// A hundred old incidents and one that gets its verdict late, all older than the span that each run reads again.
fn world(age: i64) -> World {
    let mut world = World::new();
    world.fields = vec!["caused_by_deploy".into(), "deployment".into()];
    world.incident(now() - age * DAY);
    world
}

/// Verdict and reference of the only incident, as the dataset has them.
pub(super) fn verdict(scene: &Scene, source: &str) -> (Option<bool>, Option<String>) {
    let dataset = dora_report::store::Dataset::open(&scene.place.path("data")).expect("a dataset");
    let known = dataset.known_incidents(source, |_| dora_report::domain::time::Timestamp(0)).expect("rows");
    let row = known.unsettled.into_iter().next().expect("a row");
    (row.caused_by_deploy, row.deployment_ref)
}

#[test]
fn a_custom_field_set_weeks_later_arrives_with_the_next_run_and_is_not_requested_again() {
    let scene = Scene::pagerduty(world(60), "");
    scene.fetched(&[]);
    let covered = scene.covered("pagerduty", "*");
    scene.server.state(|state| state.world.made[0].fields.push(("caused_by_deploy".into(), json!(true))));
    scene.fetched(&[]);
    assert_eq!(verdict(&scene, "pagerduty").0, Some(true));
    assert_eq!(scene.covered("pagerduty", "*").len(), covered.len());
    assert_eq!(scene.server.asked("/incidents/Q"), 2, "once per run");
    scene.fetched(&[]);
    assert_eq!(scene.server.asked("/incidents/Q"), 2, "it has its verdict");
}

#[test]
fn a_reference_set_weeks_later_arrives_although_the_verdict_was_there() {
    let mut world = world(60);
    world.made[0].fields.push(("caused_by_deploy".into(), json!(true)));
    let scene = Scene::pagerduty(world, "deployment_ref = { custom_field = \"deployment\" }\n");
    scene.fetched(&[]);
    scene.server.state(|state| state.world.made[0].fields.push(("deployment".into(), json!("77"))));
    scene.fetched(&[]);
    assert_eq!(verdict(&scene, "pagerduty"), (Some(true), Some("77".into())));
}

#[test]
fn a_tag_set_weeks_later_is_read_from_the_list_of_opsgenie() {
    let scene = Scene::opsgenie(world(60), "");
    scene.fetched(&[]);
    scene.server.state(|state| state.world.made[0].tags.push("caused-by-deploy".into()));
    scene.fetched(&[]);
    assert_eq!(verdict(&scene, "opsgenie").0, Some(true));
    assert_eq!(scene.server.asked("/v1/incidents/"), 0, "the list is enough");
}

#[test]
fn an_incident_older_than_verdict_days_needs_a_full_fetch() {
    let scene = Scene::pagerduty(world(60), "[incidents]\nverdict_days = 30\n");
    scene.fetched(&[]);
    scene.server.state(|state| state.world.made[0].fields.push(("caused_by_deploy".into(), json!(true))));
    scene.fetched(&[]);
    assert_eq!(verdict(&scene, "pagerduty").0, None);
    scene.fetched(&["--full"]);
    assert_eq!(verdict(&scene, "pagerduty").0, Some(true));
}

#[test]
fn null_entries_and_incidents_without_a_date_are_skipped_and_counted() {
    let body = json!({"more": false, "incidents": [
        null,
        {"id": "Q1", "status": "resolved", "created_at": "0001-01-01T00:00:00Z"},
        {"id": "Q2", "status": "resolved", "created_at": "2025-03-01T00:00:00Z", "resolved_at": "1970-01-01T00:00:00Z",
         "teams": [null], "acknowledgements": [null]},
    ]});
    let mut empty = World::new();
    empty.fields.clear();
    let scene = Scene::pagerduty(empty, "");
    scene.server.fault(6, Fault::Reply(200, Vec::new(), body.to_string()));
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("2 entries"), "{}", run.stderr);
    assert_eq!(scene.column("2025-03", "resolved_at"), [("Q2".to_owned(), String::new())]);

    let body =
        json!({"data": [null, {"id": "a", "status": "open", "createdAt": "1970-01-01T00:00:00Z"}], "paging": {}});
    let scene = Scene::opsgenie(World::new(), "");
    scene.server.fault(3, Fault::Reply(200, Vec::new(), body.to_string()));
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("2 entries"), "{}", run.stderr);

    let alerts = json!({"data": [null, {"id": "a", "status": "open", "createdAt": null}], "paging": {}});
    let scene = Scene::opsgenie(World::new(), "read = [\"alerts\"]\n");
    scene.server.fault(3, Fault::Reply(200, Vec::new(), alerts.to_string()));
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("2 entries"), "{}", run.stderr);
}

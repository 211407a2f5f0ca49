//! Verdicts and deployment references by each rule, and that the rule is stored; merged incidents; mapping to services.

use serde_json::json;

use super::scene::Scene;
use super::world::{DAY, HOUR, Made, NEW_YEAR, World};

const MARCH: &str = "2025-03";
const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

/// Id, verdict, reference and tags.
type Stored = (String, Option<bool>, Option<String>, Vec<String>);

/// The incidents as the dataset has them.
fn stored(scene: &Scene) -> Vec<Stored> {
    let dataset = dora_report::store::Dataset::open(&scene.place.path("data")).expect("a dataset");
    let known = dataset.known_incidents("pagerduty", |_| dora_report::domain::time::Timestamp(0)).expect("rows");
    let rows = known.unsettled.into_iter();
    rows.map(|row| (row.id, row.caused_by_deploy, row.deployment_ref, row.tags)).collect()
}

fn world(change: impl Fn(usize, &mut Made)) -> World {
    let mut world = World::new();
    world.fields = vec!["caused_by_deploy".into(), "deployment".into()];
    for nth in 0..4 {
        change(nth, world.incident(MARCH_1 + i64::try_from(nth).expect("few") * DAY));
    }
    world
}

#[test]
fn a_custom_field_is_read_as_yes_no_or_missing() {
    let scene = Scene::pagerduty(
        world(|nth, made| {
            let values = [json!(true), json!("no"), json!(null)];
            if let Some(value) = values.get(nth) {
                made.fields.push(("caused_by_deploy".into(), value.clone()));
            }
            made.fields.push(("deployment".into(), json!(if nth == 0 { "3881429895" } else { "" })));
        }),
        "deployment_ref = { custom_field = \"deployment\" }\n",
    );
    scene.fetched(&[]);
    let rows = stored(&scene);
    assert_eq!(rows.iter().map(|row| row.1).collect::<Vec<_>>(), [Some(true), Some(false), None, None]);
    assert_eq!(rows[0].2.as_deref(), Some("3881429895"));
    assert_eq!(rows[0].3, ["caused-by-deploy:custom-field", "deployment-ref:custom-field"]);
    assert_eq!(rows[2].3, Vec::<String>::new());
}

#[test]
fn without_such_a_field_in_the_account_no_incident_is_asked_for_it() {
    let mut world = world(|_, _| {});
    world.fields.clear();
    let scene = Scene::pagerduty(world, "");
    scene.fetched(&[]);
    assert_eq!(scene.server.asked("/incidents/Q"), 0);
}

#[test]
fn titles_notes_and_change_events_are_read_by_their_rules() {
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let scene = Scene::pagerduty(
        world(|nth, made| match nth {
            0 => made.title = "Rollout broke checkout".into(),
            1 => made.notes = vec!["looking".into(), "rolled out sha 0a1b2c3d, then it broke".into()],
            2 => {
                made.changes = vec![json!({"correlation_reason": {"reason": "related_service"},
                    "links": [{"href": format!("https://git/commit/{sha}")}]})];
            }
            _ => {}
        }),
        "caused_by_deploy = { title = '(?i)rollout' }\ndeployment_ref = { note = 'sha ([0-9a-f]{7,40})' }\n\
         change_events = true\n",
    );
    scene.fetched(&[]);
    let rows = stored(&scene);
    assert_eq!((rows[0].1, rows[1].1), (Some(true), None), "absent, not false");
    assert_eq!((rows[1].2.as_deref(), rows[2].2.as_deref()), (Some("0a1b2c3d"), Some(sha)));
    assert_eq!(rows[2].3, ["deployment-ref:change-event:related_service"]);
}

#[test]
fn acknowledgements_are_read_from_the_log_only_where_asked_for() {
    let made = || world(|_, made| made.acknowledged = Some(made.created + HOUR / 2));
    for (more, asked) in [("", 0), ("acknowledgements = true\n", 4)] {
        let scene = Scene::pagerduty(made(), more);
        scene.fetched(&[]);
        let logs = scene.server.state(|state| state.log.iter().filter(|it| it.contains("/log_entries")).count());
        assert_eq!(logs, asked);
        let cells = scene.column(MARCH, "acknowledged_at");
        assert_eq!(cells.iter().filter(|(_, cell)| !cell.is_empty()).count(), asked, "{cells:?}");
    }
}

#[test]
fn a_merged_incident_is_left_out_and_names_of_priorities_have_an_order() {
    let mut world = world(|nth, made| {
        made.merged = nth == 0;
        made.priority = Some(["Critical", "Major", "Minor", "Minor"][nth].into());
    });
    world.priorities = ["Critical", "Major", "Minor"].map(str::to_owned).into();
    let scene = Scene::pagerduty(world, "[incidents]\nmin_priority = \"P2\"\n");
    scene.fetched(&[]);
    let reasons = scene.column(MARCH, "reason");
    let reasons: Vec<&str> = reasons.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(reasons, ["merged", "unmapped", "priority", "priority"]);
}

#[test]
fn services_mapped_to_several_to_none_or_by_name_are_distinguished() {
    let mut world = World::new();
    for (nth, (id, name)) in [("P1", "Checkout"), ("P2", "Web"), ("P3", "Search"), ("P4", "Billing")].iter().enumerate()
    {
        let made = world.incident(MARCH_1 + i64::try_from(nth).expect("few") * HOUR);
        made.service = ((*id).to_owned(), (*name).to_owned());
    }
    let scene = Scene::pagerduty(
        world,
        "[[service]]\nname = \"pay\"\nrepos = [\"a/pay\"]\npagerduty = [\"P1\", \"P2\"]\n\
         [[service]]\nname = \"web\"\nrepos = [\"a/web\"]\npagerduty = [\"Web\"]\n\
         [[service]]\nname = \"search\"\nrepos = [\"a/search\"]\n",
    );
    scene.fetched(&[]);
    let services = scene.column(MARCH, "service").into_iter().map(|(_, cell)| cell).collect::<Vec<_>>();
    let reasons = scene.column(MARCH, "reason").into_iter().map(|(_, cell)| cell).collect::<Vec<_>>();
    assert_eq!(services, ["pay", "pay;web", "search", ""]);
    assert_eq!(reasons, ["", "", "equal-name", "unmapped"]);
}

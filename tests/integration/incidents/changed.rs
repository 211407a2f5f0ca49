//! A fetch ends cleanly for every reply of an incident service.

use super::jsm;
use super::scene::Scene;
use super::world::{DAY, HOUR, NEW_YEAR, World};
use crate::changed_replies::{Changes, ends_well, seeds};

fn world() -> World {
    let mut world = World::new();
    for nth in 0..120 {
        let made = world.incident(NEW_YEAR + nth * DAY);
        made.alert = nth % 2 == 0;
        made.acknowledged = Some(made.created + HOUR / 2);
        made.priority = Some(format!("P{}", nth % 5 + 1));
        made.tags = vec!["caused-by-deploy".into()];
        made.notes = vec!["caused by deploy".into()];
    }
    world
}

fn fetches_end_well(sections: &str) {
    for seed in seeds() {
        let scene = Scene::new(world(), sections);
        let mut changes = Changes::new(seed);
        let alter = move |value: &mut serde_json::Value| changes.alter(value);
        scene.server.state(|state| state.edit = Some(Box::new(alter)));
        let run = scene.fetch(&["--deadline", "8s", "--max-wait", "1s"]);
        ends_well(&scene.place, &run, scene.server.requests(), &format!("{sections}, seed {seed}"));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_ends_cleanly_for_any_reply_of_pagerduty() {
    fetches_end_well("[pagerduty]\napi_url = \"URL\"\ncaused_by_deploy = { note = \"deploy\" }\n");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_ends_cleanly_for_any_reply_of_opsgenie() {
    fetches_end_well("[opsgenie]\napi_url = \"URL\"\nread = [\"incidents\", \"alerts\"]\n");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_ends_cleanly_for_any_reply_of_jira_service_management() {
    fetches_end_well(jsm::SECTION);
}

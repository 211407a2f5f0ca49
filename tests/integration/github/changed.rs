//! A fetch ends cleanly for every reply of GitHub.

use super::fault::{Effect, Fault};
use super::scene::Scene;
use super::server::Request;
use super::shapes::{even, every_shape};
use super::world::World;
use crate::changed_replies::{Changes, ends_well, seeds};

fn fetches_end_well(keys: &str) {
    for seed in seeds() {
        let scene = Scene::new(World::of([every_shape("acme/web"), even("acme/api", 8, 2)]), keys);
        let mut changes = Changes::new(seed);
        let alter = move |value: &mut serde_json::Value| changes.alter(value);
        scene.server.fault(Fault::when(usize::MAX, |_: &Request| true, Effect::Edit(Box::new(alter))));
        let run = scene.fetch(&["--deadline", "8s", "--max-wait", "1s"]);
        ends_well(&scene.place, &run, scene.server.log().len(), &format!("{keys}, seed {seed}"));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_of_deployments_ends_cleanly_for_any_reply() {
    fetches_end_well("repos = [\"acme/web\", \"acme/api\"]");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_of_an_organisation_with_workflow_runs_ends_cleanly_for_any_reply() {
    fetches_end_well("org = \"acme\"\ndeployments_from = \"workflow-runs\"");
}

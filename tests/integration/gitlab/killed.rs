//! A fetch of GitLab that is killed at any request and started again ends with the rows of one that was not.

use super::scene::Scene;
use super::server::Fault;
use crate::github::scene::SINCE;
use crate::github::shapes::{even, every_shape};
use crate::github::world::World;

const KEYS: &str = "projects = [\"acme/web\", \"acme/api\"]\nconcurrency = 1";

#[test]
fn killed_at_any_request_and_started_again_a_fetch_gives_the_same_rows() {
    let world = World::of([even("acme/web", 120, 3), every_shape("acme/api")]);
    let whole = Scene::new(world.clone(), KEYS);
    whole.fetched(&["--strict"]);
    let requests = whole.server.requests();
    assert!(requests > 15, "{requests} requests");
    for number in 1..=requests {
        let scene = Scene::new(world.clone(), KEYS);
        scene.server.fault(number, Fault::Hold);
        let mut child = scene.command(&["fetch", "--since", SINCE]).spawn().expect("the program starts");
        scene.server.wait_held();
        // SIGKILL.
        child.kill().expect("the program can be killed");
        child.wait().expect("the program ends");
        scene.fetched(&["--strict"]);
        scene.has_the_rows_of(&whole, &format!("killed at request {number}"));
        assert_eq!(scene.covered("deployments", "gitlab", "acme/web").len(), 1);
    }
}

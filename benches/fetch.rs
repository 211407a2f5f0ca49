//! How long a fetch of 200 repos takes with 100 ms to every answer, against the time that its requests take if they are
//! spread evenly over what may be in flight: the ratio should stay below 1.5. The server is the made-up GitHub of the
//! tests, on this machine; the program is run as a whole.

#![expect(clippy::expect_used, dead_code, reason = "it borrows the tests' server, and not all of it")]
#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench prints its figures")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]

use std::time::Duration;

#[path = "../tests/integration/support.rs"]
mod support;
#[path = "../tests/integration/vendors.rs"]
mod vendors;
#[path = "../tests/integration/wire.rs"]
mod wire;

#[path = "../tests/integration/github"]
mod github {
    mod execute;
    mod fault;
    mod graphql;
    mod rest;
    mod scene;
    mod schema;
    mod server;
    mod shapes;
    mod tables;
    mod world;

    use std::time::{Duration, Instant};

    /// Fetches so many repos, and then what is new of them.
    pub(super) fn fetch(repos: usize, latency: Duration, concurrency: usize) {
        let world = world::World::of((0..repos).map(|nth| shapes::even(&format!("acme/repo-{nth:03}"), 12, 3)));
        let scene = scene::Scene::new(world, &format!("org = \"acme\"\nconcurrency = {concurrency}"));
        scene.server.state(|state| state.latency = latency);
        for what in ["first", "again"] {
            let (asked, began) = (scene.server.requests(), Instant::now());
            scene.fetched(&[]);
            let (wall, requests) = (began.elapsed().as_secs_f64(), scene.server.requests() - asked);
            let even = latency.as_secs_f64() * requests as f64 / concurrency as f64;
            println!("{what}: {requests} requests in {wall:.2} s, {:.2} of an even spread", wall / even);
        }
    }
}

fn main() {
    // `cargo test --benches` asks for nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        (0..5).for_each(|_| github::fetch(200, Duration::from_millis(100), 8));
    }
}

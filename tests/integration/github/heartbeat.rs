//! `run --ping-url` and `--heartbeat-file`: what a monitor gets, and that it never changes how a run ends.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use super::scene::{SINCE, Scene};
use super::shapes::even;
use super::world::World;
use crate::proxy::{Proxy, Step};
use crate::support::{Run, free_port};

const SECRET: &str = "s3cret-5bf66975";

fn scene() -> Scene {
    Scene::repos(World::of([even("acme/web", 20, 1)]), &["acme/web"])
}

/// Runs `run` with these flags; the secret part of the address is never in the output.
fn run(scene: &Scene, flags: &[&str]) -> Run {
    let arguments = [&["run", "--since", SINCE, "--period", "2025-Q2"], flags].concat();
    let mut command = scene.command(&arguments);
    let run = Run::of(command.output().expect("the program runs"));
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(SECRET), "{}", run.stderr);
    run
}

fn asked(monitor: &Proxy) -> Vec<(String, String)> {
    monitor.seen().into_iter().map(|(method, path, _)| (method, path)).collect()
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_success_pings_the_address_and_a_failure_appends_the_exit_code() {
    let (scene, monitor) = (scene(), Proxy::new(None, &[]));
    let url = format!("{}/{SECRET}", monitor.url);
    let done = run(&scene, &["--ping-url", &url]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert_eq!(run(&scene, &["--ping-url", &url, "--fail-if", "deployment_frequency < 1000"]).code, 10);
    scene.server.state(|state| state.tokens.clear());
    assert_eq!(run(&scene, &["--ping-url", &url]).code, 3);
    scene.place.write("dora.toml", "[reprot]\n");
    let refused = run(&scene, &["--ping-url", &url]);
    assert!(refused.code == 2 && refused.stderr.contains("reprot"), "{}", refused.stderr);
    let paths = ["", "/10", "/3", "/2"].map(|end| ("GET".to_owned(), format!("/{SECRET}{end}")));
    assert_eq!(asked(&monitor), paths);
}

#[test]
fn the_address_may_come_from_a_variable() {
    let (scene, monitor) = (scene(), Proxy::new(None, &[]));
    let flags = ["run", "--since", SINCE, "--period", "2025-Q2", "--ping-url-env", "PING"];
    let mut command = scene.command(&flags);
    let done = Run::of(command.env("PING", format!("{}/{SECRET}\n", monitor.url)).output().expect("the program runs"));
    assert_eq!((done.code, done.stderr.as_str(), monitor.requests()), (0, "", 1));
    let unset = scene.run(&flags);
    assert!(unset.code == 2 && unset.stderr.contains("PING is not set"), "{}", unset.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_ping_that_fails_is_a_warning_that_names_the_host_alone() {
    let scene = scene();
    let refusing = Proxy::new(None, &[Step::Answer(404, None, "not found")]);
    for (url, words) in [
        (format!("{}/{SECRET}", refusing.url), "it answered 404"),
        (format!("http://127.0.0.1:{}/{SECRET}", free_port()), "cannot be reached"),
    ] {
        let done = run(&scene, &["--ping-url", &url]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stderr.starts_with("warning: the ping to 127.0.0.1 failed: "), "{}", done.stderr);
        assert!(done.stderr.contains(words), "{}", done.stderr);
    }
    for url in [SECRET.to_owned(), format!("http://watch.example/{SECRET}")] {
        let refused = run(&scene, &["--ping-url", &url]);
        assert!(refused.code == 2 && refused.stderr.contains("--ping-url: "), "{}", refused.stderr);
    }
}

#[test]
fn a_success_replaces_the_heartbeat_file_and_a_failure_leaves_it() {
    let scene = scene();
    let flags = ["--heartbeat-file", "heartbeat.json"];
    assert_eq!(run(&scene, &flags).code, 0);
    let text = scene.place.read("heartbeat.json");
    let beat: Value = serde_json::from_str(&text).expect("JSON");
    assert!(beat["exit_code"] == 0 && beat["time"].is_string(), "{beat}");
    let covered = scene.covered("acme/web");
    assert_eq!(beat["covered_until"]["github"], covered.last().expect("covered").1.as_str(), "{beat}");
    let mode = std::fs::metadata(scene.place.path("heartbeat.json")).expect("a file").permissions().mode();
    assert_ne!(mode & 0o044, 0, "another user may read it: {mode:o}");
    scene.server.state(|state| state.tokens.clear());
    assert_eq!(run(&scene, &flags).code, 3);
    assert_eq!(scene.place.read("heartbeat.json"), text);
    let refused = run(&scene, &["--heartbeat-file", "absent/heartbeat.json"]);
    assert!(refused.code == 2 && refused.stderr.contains("absent/heartbeat.json"), "{}", refused.stderr);
}

#[test]
fn a_heartbeat_replaces_no_file_of_anything_else_and_a_variable_that_is_an_address_is_not_printed() {
    let scene = scene();
    scene.place.write("note.txt", "mine");
    std::os::unix::fs::symlink("note.txt", scene.place.path("link")).expect("a link");
    for file in ["dora.toml", "note.txt", "link", "/dev/null", "."] {
        let before = scene.place.read("dora.toml");
        let refused = run(&scene, &["--heartbeat-file", file]);
        assert!(refused.code == 2 && refused.stderr.contains("name another file"), "{file}: {}", refused.stderr);
        assert_eq!((scene.place.read("dora.toml"), scene.place.read("note.txt")), (before, "mine".into()), "{file}");
    }
    let refused = run(&scene, &["--ping-url-env", &format!("https://watch.example/{SECRET}")]);
    assert!(
        refused.code == 2 && refused.stderr.contains("not the name of an environment variable"),
        "{}",
        refused.stderr
    );
}

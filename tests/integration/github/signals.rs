//! SIGTERM and SIGINT: a command ends within five seconds, says so in one sentence, and the next run continues.

use std::fs::File;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::fault::{Effect, Fault};
use super::log::{line, lines};
use super::scene::{SINCE, Scene};
use super::shapes::even;
use super::world::World;
use crate::proxy::{Proxy, Step};
use crate::support::Run;

fn scene() -> Scene {
    Scene::repos(World::of([even("acme/web", 300, 2)]), &["acme/web"])
}

#[expect(clippy::disallowed_methods, reason = "a test of how long a command takes to end")]
fn clock() -> Instant {
    Instant::now()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
}

/// Sends a signal and waits for the end, which comes within five seconds.
fn ended_by(child: Child, name: &str) -> Run {
    let began = clock();
    signal(&child, name);
    let run = Run::of(child.wait_with_output().expect("the program ends"));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    run
}

/// Expects one error, that of the signal.
fn says_so(run: &Run, name: &str) {
    let errors: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    let wanted = format!(
        "error: interrupted by {name}: everything written so far is complete; run the same command again to continue"
    );
    assert_eq!(errors, [wanted], "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_interrupted_fetch_or_run_keeps_its_data_and_the_next_one_continues() {
    let whole = scene();
    whole.fetched(&[]);
    let whole_requests = whole.server.requests();
    let wanted = whole.report("2025-Q2");
    for (arguments, name, code, said) in [
        (&["fetch", "--since", SINCE][..], "TERM", 143, "SIGTERM"),
        (&["fetch", "--since", SINCE], "INT", 130, "SIGINT (Ctrl-C)"),
        (&["run", "--since", SINCE, "--period", "2025-Q1"], "TERM", 143, "SIGTERM"),
        (&["run", "--since", SINCE, "--period", "2025-Q1"], "INT", 130, "SIGINT (Ctrl-C)"),
    ] {
        let scene = scene();
        scene.server.fault(Fault::at(6, Effect::Hold));
        let child = scene.command(arguments).spawn().expect("the program starts");
        scene.server.wait_held();
        let run = ended_by(child, name);
        assert_eq!(run.code, code, "{}", run.stderr);
        says_so(&run, said);
        assert!(!scene.place.path("reports").exists(), "{arguments:?}");
        assert_eq!(scene.place.read("data/lock"), "", "the lock is released");
        let left = scene.place.files("data").into_iter().map(|(path, _)| path.display().to_string());
        assert_eq!(left.filter(|path| path.contains(".tmp") || path.contains("pending")).count(), 0);
        let before = scene.server.requests();
        scene.fetched(&["--strict"]);
        assert!(scene.server.requests() - before < whole_requests, "it continues");
        scene.report("2025-Q2").is_identical_to(&wanted);
    }
}

#[test]
fn the_log_of_an_interrupted_run_ends_as_every_log_does() {
    let scene = scene();
    scene.server.fault(Fault::at(6, Effect::Hold));
    let child = scene.command(&["run", "--since", SINCE, "--log-format", "json"]).spawn().expect("the program starts");
    scene.server.wait_held();
    let run = ended_by(child, "TERM");
    let lines = lines(&run);
    assert_eq!((run.code, &line(&lines, "interrupted")["level"]), (143, &"error".into()));
    assert_eq!(line(&lines, "scope_failed")["repo"], "acme/web");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn push_and_remote_write_end_at_a_signal_too() {
    let scene = scene();
    scene.fetched(&[]);
    for (section, arguments) in [
        ("[pushgateway]\nurl = \"URL\"\n", &["push"][..]),
        ("[remote_write]\nurl = \"URL/api/v1/write\"\n", &["backfill", "remote-write"]),
    ] {
        for (name, code, said) in [("TERM", 143, "SIGTERM"), ("INT", 130, "SIGINT (Ctrl-C)")] {
            let server = Proxy::new(None, &[const { Step::Hold }; 12]);
            scene.place.write("dora.toml", &section.replace("URL", &server.url));
            let arguments = [arguments, &["--as-of", "2026-01-01T00:00:00Z"]].concat();
            let child = scene.command(&arguments).spawn().expect("the program starts");
            server.held();
            let run = ended_by(child, name);
            assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
            says_so(&run, said);
        }
    }
}

/// A run that waits for a lock, which no signal breaks off, and the lock.
fn stuck() -> (Scene, File, Child) {
    let scene = scene();
    scene.fetched(&[]);
    let lock = File::open(scene.place.path("data/readers.lock")).expect("the lock");
    lock.lock().expect("locked");
    scene.server.state(|state| state.world.repo_mut("acme/web").name.push_str("-site"));
    let child = scene.command(&["run", "--since", SINCE, "--period", "2025-Q1"]).spawn().expect("the program starts");
    // It has begun to wait where it has asked for no page for a while.
    let mut seen = (0, 0);
    while seen.1 < 5 {
        sleep(Duration::from_millis(100));
        let requests = scene.server.requests();
        seen = if requests == seen.0 { (requests, seen.1 + 1) } else { (requests, 0) };
    }
    (scene, lock, child)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_command_that_cannot_be_interrupted_still_ends_within_five_seconds() {
    let (_scene, _lock, child) = stuck();
    let run = ended_by(child, "TERM");
    assert_eq!(run.code, 143, "{}", run.stderr);
    says_so(&run, "SIGTERM");
}

#[test]
fn a_second_signal_ends_a_command_at_once() {
    let (_scene, _lock, child) = stuck();
    signal(&child, "TERM");
    sleep(Duration::from_millis(300));
    let began = clock();
    let run = ended_by(child, "INT");
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(run.code, 130, "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_request_that_was_under_way_while_the_machine_slept_times_out_and_is_sent_again() {
    let scene = scene();
    scene.server.fault(Fault::at(6, Effect::Hold));
    let arguments = ["fetch", "--since", SINCE, "--strict", "--timeout", "1s"];
    let child = scene.command(&arguments).spawn().expect("the program starts");
    scene.server.wait_held();
    signal(&child, "STOP");
    sleep(Duration::from_millis(1_200));
    signal(&child, "CONT");
    let run = Run::of(child.wait_with_output().expect("the program ends"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!scene.covered("acme/web").is_empty(), "{}", run.stderr);
}

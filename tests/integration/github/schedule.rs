//! Scheduled runs: overlapping runs, wrong clocks, a service that is down for a day, an expiring token.

use super::daily::{Machine, SINCE, Services, are_the_same, morning};
use super::fault::{Effect, Fault, gateway};
use super::log::{line, lines};
use super::scene::Scene;
use super::shapes::even;
use super::world::World;
use crate::support::DOCTOR;

const RUN: [&str; 3] = ["run", "--since", SINCE];

/// The report of a machine that was switched on for the first time after so many days.
fn wanted(services: &Services, days: i64) -> Machine {
    let machine = Machine::new(services);
    machine.well(&morning(days), &RUN);
    machine
}

#[test]
fn a_period_that_is_not_valid_is_refused_before_anything_is_asked() {
    let scene = Scene::repos(World::of([even("acme/web", 4, 1)]), &["acme/web"]);
    let run = scene.run(&[&RUN[..], &["--period", "2026-Q9"]].concat());
    assert_eq!((run.code, scene.server.log().len()), (2, 0), "{}", run.stderr);
    assert!(run.stderr.contains("`2026-Q9` is not a valid period"), "{}", run.stderr);
    assert!(!scene.place.path("data").exists(), "nothing is begun");
}

#[test]
fn a_run_that_starts_while_another_holds_the_dataset_ends_with_2_and_names_the_process() {
    let mut services = Services::start();
    services.grow(30);
    let machine = Machine::new(&services);
    services.github.fault(Fault::at(3, Effect::Hold));
    let mut first = machine.spawn(&morning(30), &RUN);
    services.github.wait_held();
    let second = machine.run(&morning(30), &[&RUN[..], &["--log-format", "json"]].concat());
    assert_eq!(second.code, 2, "{}", second.stderr);
    let lines = lines(&second);
    assert!(lines[lines.len() - 1]["duration_ms"].as_u64().is_some_and(|took| took < 5_000), "{}", second.stderr);
    let said = line(&lines, "dataset_locked")["message"].as_str().expect("a message");
    assert!(said.contains(&format!("process {}", first.id())), "{said}");
    first.kill().expect("the program is there");
    first.wait().expect("the program ends");
    machine.well(&morning(30), &RUN);
    are_the_same(&machine.reports(), &wanted(&services, 30).reports(), "after the first was killed");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_clock_that_was_ahead_or_behind_causes_a_warning_and_no_loss() {
    let mut services = Services::start();
    for (wrong, after) in [(morning(2_000), 41), (morning(20), 41)] {
        let machine = Machine::new(&services);
        services.grow(40);
        machine.well(&morning(40), &RUN);
        let run = machine.run(&wrong, &RUN);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let is_behind = wrong < morning(40);
        assert_eq!(run.stderr.contains("correct this machine's clock"), is_behind, "{}", run.stderr);
        services.grow(after);
        let run = machine.run(&morning(after), &RUN);
        assert_eq!((run.code, run.stderr.contains("which is in the future")), (0, !is_behind), "{}", run.stderr);
        std::fs::remove_dir_all(machine.place.path("reports")).expect("removed");
        machine.well(&morning(after), &RUN);
        are_the_same(&machine.reports(), &wanted(&services, after).reports(), &wrong);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_run_after_a_day_on_which_a_service_was_down_fills_the_gap() {
    let mut services = Services::start();
    services.grow(30);
    let machine = Machine::new(&services);
    machine.well(&morning(30), &RUN);
    services.grow(31);
    services.github.fault(Fault::when(usize::MAX, |_| true, gateway(503)));
    let run = machine.run(&morning(31), &[&RUN[..], &["--deadline", "3s"]].concat());
    assert_eq!(run.code, 4, "{}", run.stderr);
    services.github.state(|state| state.faults.clear());
    services.grow(32);
    std::fs::remove_dir_all(machine.place.path("reports")).expect("removed");
    machine.well(&morning(32), &RUN);
    are_the_same(&machine.reports(), &wanted(&services, 32).reports(), "the day after");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_token_that_expires_within_two_weeks_is_reported_once_with_date_and_days_left() {
    let scene = Scene::repos(World::of([even("acme/web", 20, 1)]), &["acme/web"]);
    let end = |text: &str| vec![("github-authentication-token-expiration".to_owned(), text.to_owned())];
    scene.server.fault(Fault::when(usize::MAX, |_| true, Effect::Headers(end("2026-01-08 12:00:00 UTC"))));
    let at = |now: &str, arguments: &[&str]| {
        let mut command = scene.command(arguments);
        command.env("DORA_REPORT_TEST_CLOCK", now);
        crate::support::Run::of(command.output().expect("the program runs"))
    };
    for arguments in [&["fetch", "--since", SINCE][..], &RUN] {
        let early = at("2025-12-24T00:00:00Z", arguments);
        assert!(early.code == 0 && !early.stderr.contains("2026-01-08"), "{}", early.stderr);
        let late = at("2026-01-01T00:00:00Z", arguments);
        let said = late
            .stderr
            .matches("GITHUB_TOKEN: GitHub accepts this token until 2026-01-08T12:00:00Z, which is in 7 days");
        assert!(late.code == 0 && said.count() == 1, "{}", late.stderr);
    }
    let log = at("2026-01-01T00:00:00Z", &[&RUN[..], &["--log-format", "json"]].concat());
    let lines = lines(&log);
    let said = line(&lines, "token_expires");
    assert_eq!((&said["expires_at"], &said["days_left"]), (&"2026-01-08T12:00:00Z".into(), &7.into()));
    let doctor = at("2026-01-01T00:00:00Z", &DOCTOR).checks();
    assert!(doctor.stdout.contains("warn token: GITHUB_TOKEN: GitHub accepts"), "{}", doctor.stdout);
    let doctor = at("2025-12-01T00:00:00Z", &DOCTOR).checks();
    assert!(doctor.stdout.contains("ok   token: GitHub accepts it until 2026-01-08"), "{}", doctor.stdout);
}

//! `run`, killed at any instant and started again, ends with the report of a run that was never killed, byte for byte.

use std::thread::sleep;
use std::time::Instant;

use super::daily::{Machine, SINCE, Services, are_the_same, morning};
use crate::random::uniform;
use crate::support::say;

const DAYS: i64 = 90;

/// How many kills came when.
#[derive(Debug, Default)]
struct Kills {
    /// Before the end of the run.
    midway: usize,
    /// After the first rows were written.
    with_rows: usize,
    /// After the writing of the report had begun.
    with_report: usize,
}

/// Kills at so many random instants.
fn killed(times: usize) -> Kills {
    let mut services = Services::start();
    services.grow(DAYS);
    let (now, as_of) = (morning(DAYS), morning(DAYS));
    let arguments = ["run", "--since", SINCE, "--period", "2025-02", "--as-of", &as_of];
    let whole = Machine::new(&services);
    let began = clock();
    whole.well(&now, &arguments);
    let mut length = began.elapsed();
    let wanted = whole.reports();
    let mut random = uniform(20_251_128);
    let mut kills = Kills::default();
    for nth in 0..times {
        let machine = Machine::new(&services);
        let mut child = machine.spawn(&now, &arguments);
        let pause = length.mul_f64(random());
        sleep(pause);
        kills.midway += usize::from(child.try_wait().expect("a state").is_none());
        // SIGKILL.
        child.kill().expect("the program can be killed");
        child.wait().expect("the program ends");
        kills.with_rows += usize::from(machine.place.path("data/deployments").exists());
        kills.with_report += usize::from(machine.place.path("reports").exists());
        let began = clock();
        machine.well(&now, &arguments);
        // A machine may be busy with other work: the last whole run says best how long the next one takes.
        length = began.elapsed();
        are_the_same(&machine.reports(), &wanted, &format!("kill {nth} after {pause:?}"));
    }
    kills
}

#[expect(clippy::disallowed_methods, reason = "a test that kills at instants of a run")]
fn clock() -> Instant {
    Instant::now()
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_ten_random_instants_and_started_again_a_run_gives_the_same_bytes() {
    let kills = killed(10);
    assert!(kills.midway >= 5, "too few kills came before the end: {kills:?}");
}

#[test]
#[ignore = "takes minutes: cargo nextest run --run-ignored only killed_at_a_hundred"]
fn killed_at_a_hundred_random_instants_and_started_again_a_run_gives_the_same_bytes() {
    let began = clock();
    let kills = killed(100);
    say(&format!("of 100 kills: {kills:?}; {:?} in all", began.elapsed()));
    assert!(kills.midway >= 60, "too few kills came before the end: {kills:?}");
}

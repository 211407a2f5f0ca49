//! A year of `run`s on a schedule against a world that grows, with faults: at its end the report has the bytes, and the
//! dataset the rows, of one fetch of the whole year.
//!
//! Reports are equal byte for byte. Rows are equal but for `observed_at`, which says when each was read.

use dora_report::domain::event::Table;
use dora_report::store::Dataset;
use polars::prelude::{DataFrame, IntoLazy as _, SortMultipleOptions};

use super::daily::{Machine, SINCE, Services, are_the_same, morning};
use super::fault::{Effect, Fault, gateway, secondary};
use crate::incidents::server::Fault as Trouble;
use crate::support::say;

/// A small report: the one that is compared is made at the end.
const RUN: [&str; 9] = ["run", "--since", SINCE, "--period", "last-week", "--compare", "none", "--format", "csv"];

/// What goes wrong on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bad {
    /// GitHub asks to come back in a second.
    TooMany,
    /// GitHub's gateway fails twice.
    Gateway,
    /// A reply ends in the middle.
    Cut,
    /// A reply of GitHub never comes.
    Silence,
    /// The run is killed.
    Kill,
    /// PagerDuty refuses everything.
    Down,
}

const EVERY_BAD: [Bad; 6] = [Bad::TooMany, Bad::Gateway, Bad::Cut, Bad::Silence, Bad::Kill, Bad::Down];

/// One run: after how many days, how many requests it took, and whether something went wrong.
struct Day {
    days: i64,
    requests: usize,
    is_bad: bool,
}

/// Lets the schedule run on these mornings, something wrong on each `nth` of them, and compares the end with one fetch.
fn schedule(mornings: &[i64], nth: usize) -> Vec<Day> {
    let mut services = Services::start();
    let machine = Machine::new(&services);
    let mut log = Vec::new();
    let mut bad = EVERY_BAD.iter().cycle();
    for (index, &days) in mornings.iter().enumerate() {
        services.grow(days);
        let goes_wrong = index % nth == nth - 1 && index + 1 < mornings.len();
        let before = services.requests();
        let what = if goes_wrong { bad.next() } else { None };
        match what {
            Some(&what) => run_badly(&machine, &services, days, what),
            None => machine.well(&morning(days), &RUN),
        }
        log.push(Day { days, requests: services.requests() - before, is_bad: what.is_some() });
    }
    let end = morning(*mornings.last().expect("a morning"));
    let clean = Machine::new(&services);
    let fetched = clean.run(&end, &["fetch", "--since", SINCE]);
    assert_eq!(fetched.code, 0, "{}", fetched.stderr);
    let report = ["report", "-q", "--as-of", &end, "--period", "2025-01..2026-01"];
    for machine in [&machine, &clean] {
        if machine.place.path("reports").exists() {
            std::fs::remove_dir_all(machine.place.path("reports")).expect("removed");
        }
        let run = machine.run(&end, &report);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    are_the_same(&machine.reports(), &clean.reports(), "the schedule and one fetch");
    for table in Table::ALL {
        assert!(rows(&machine, table).equals_missing(&rows(&clean, table)), "{table:?}");
    }
    log
}

fn run_badly(machine: &Machine, services: &Services, days: i64, what: Bad) {
    let (now, arguments) = (morning(days), [&RUN[..], &["--timeout", "1s"]].concat());
    let next = services.github.requests() + 2;
    let fault = |fault: Fault| services.github.state(|state| state.faults = vec![fault]);
    match what {
        Bad::TooMany => fault(Fault::at(next, secondary(429, Some(1)))),
        Bad::Gateway => fault(Fault::when(2, move |request| request.number >= next, gateway(502))),
        Bad::Cut => {
            fault(Fault::at(next, Effect::CutBody));
            services.pagerduty.fault(services.pagerduty.requests() + 2, Trouble::Cut);
        }
        Bad::Silence | Bad::Kill => fault(Fault::at(next, Effect::Hold)),
        Bad::Down => services.pagerduty.state(|state| state.revoked = true),
    }
    if what == Bad::Kill {
        let mut child = machine.spawn(&now, &arguments);
        services.github.wait_held();
        child.kill().expect("the program is there");
        child.wait().expect("the program ends");
    } else {
        let run = machine.run(&now, &arguments);
        let wanted = if what == Bad::Down { 3 } else { 0 };
        assert_eq!(run.code, wanted, "{what:?} on day {days}: {}", run.stderr);
    }
    services.github.state(|state| state.faults.clear());
    services.pagerduty.state(|state| state.revoked = false);
}

/// The rows of a table without the instants at which they were read, in an order of their own.
fn rows(machine: &Machine, table: Table) -> DataFrame {
    let dataset = Dataset::open(&machine.place.path("data")).expect("a dataset");
    let frame = dataset.read(table, &|rows| rows).expect("rows").drop("observed_at").expect("the column");
    assert!(frame.height() > 0, "{table:?} has rows");
    let keys: Vec<&str> = ["source", "repo", "id", "sha", "number", "opened_at"]
        .into_iter()
        .filter(|name| frame.column(name).is_ok())
        .collect();
    frame.clone().lazy().sort(keys, SortMultipleOptions::default()).collect().expect("sorted")
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn runs_around_each_month_end_of_a_year_end_with_the_report_and_rows_of_one_fetch() {
    // The first morning after each month, and of every third month the one before; the runs in between were missed.
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut end = 0;
    let mut mornings = Vec::new();
    for (month, length) in lengths.into_iter().enumerate() {
        end += length;
        mornings.extend((month % 3 == 0).then_some(end - 1));
        mornings.push(end);
    }
    let log = schedule(&mornings, 3);
    assert_eq!(log.iter().filter(|day| day.is_bad).count(), 5);
}

#[test]
#[ignore = "takes minutes: cargo nextest run --run-ignored only twelve_months_of_daily_runs"]
fn twelve_months_of_daily_runs_end_with_the_report_and_rows_of_one_fetch_and_ask_no_more_in_the_last_month() {
    let mornings: Vec<i64> = (1..=365).collect();
    let log = schedule(&mornings, 10);
    let mean = |from: i64, to: i64| {
        let days: Vec<usize> =
            log.iter().filter(|day| !day.is_bad && (from..to).contains(&day.days)).map(|day| day.requests).collect();
        f64::from(u32::try_from(days.iter().sum::<usize>()).expect("few"))
            / f64::from(u32::try_from(days.len()).expect("few"))
    };
    let (first, last) = (mean(2, 32), mean(335, 366));
    let bad = log.iter().filter(|day| day.is_bad).count();
    say(&format!(
        "requests a day: {first:.1} in the first month, {last:.1} in the last; something went wrong on {bad} days"
    ));
    assert!(last <= 1.5 * first, "{last:.1} requests a day in the last month, {first:.1} in the first");
}

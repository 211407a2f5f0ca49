//! How long a command waits for a silent service, its messages meanwhile, and its exit.

use std::process::Stdio;

use crate::proxy::{Proxy, Step};
use crate::support::{COMMITS, DEPLOYMENTS, DOCTOR, Place, Run};

const HOLD: [Step; 12] = [const { Step::Hold }; 12];

/// A dataset with history, and every service configured at a server that never answers.
fn place(sections: &[&str], url: &str) -> Place {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS);
    let text: String = sections
        .iter()
        .map(|section| match *section {
            "github" => format!("[github]\napi_url = \"{url}\"\nrepos = [\"acme/web\"]\n"),
            "remote_write" => format!("[remote_write]\nurl = \"{url}/api/v1/write\"\n"),
            "pushgateway" => format!("[pushgateway]\nurl = \"{url}\"\n"),
            service => format!("[{service}]\napi_url = \"{url}\"\n"),
        })
        .collect();
    place.write("dora.toml", &text);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place
}

fn run(place: &Place, arguments: &[&str]) -> Run {
    let mut command = place.command(arguments);
    for variable in ["GITHUB_TOKEN", "PAGERDUTY_TOKEN", "OPSGENIE_API_KEY"] {
        command.env(variable, "token0123456789");
    }
    Run::of(command.stdin(Stdio::null()).output().expect("the program runs"))
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_command_that_talks_to_a_service_ends_with_4_at_its_deadline() {
    for (section, arguments) in [
        ("github", &["fetch"][..]),
        ("pagerduty", &["fetch"]),
        ("opsgenie", &["run", "--as-of", "2026-10-01T00:00:00Z"]),
        ("github", &["run", "--as-of", "2026-10-01T00:00:00Z"]),
        ("github", &DOCTOR),
        ("pushgateway", &["push", "--as-of", "2026-10-01T00:00:00Z"]),
        ("remote_write", &["backfill", "remote-write", "--as-of", "2026-10-01T00:00:00Z"]),
    ] {
        let proxy = Proxy::new(None, &HOLD);
        let place = place(&[section], &proxy.url);
        let run = run(&place, &[arguments, &["--deadline", "1s"]].concat());
        let said = format!("{}{}", run.stdout, run.stderr);
        assert_eq!(run.code, 4, "{arguments:?}: {said}");
        assert!(said.contains("the --deadline passed"), "{arguments:?}: {said}");
        if arguments[0] == "run" {
            assert!(place.path("reports").is_dir(), "the report is written: {said}");
        }
    }
}

#[test]
fn a_server_that_never_answers_ends_the_run_after_the_timeout() {
    let proxy = Proxy::new(None, &HOLD);
    let place = place(&["pagerduty"], &proxy.url);
    let run = run(&place, &["run", "--timeout", "1s", "--max-wait", "1s", "--as-of", "2026-10-01T00:00:00Z"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("no complete reply within 1 s"), "{}", run.stderr);
    assert!(proxy.requests() <= 2, "{} requests", proxy.requests());
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn run_without_a_terminal_names_the_host_and_the_end_of_a_wait_after_five_seconds() {
    let proxy = Proxy::new(None, &HOLD);
    let place = place(&["github"], &proxy.url);
    let run = run(&place, &["run", "--deadline", "6s", "--as-of", "2026-10-01T00:00:00Z"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let host = proxy.url.trim_start_matches("http://");
    assert!(run.stderr.contains(&format!("warning: {host}: no answer yet; waiting until ")), "{}", run.stderr);
}

#[test]
fn a_zero_or_invalid_duration_is_refused() {
    let place = Place::new();
    for flags in [["--timeout", "0s"], ["--deadline", "0m"], ["--timeout", "soon"]] {
        let run = place.run([&["fetch"], &flags[..]].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
}

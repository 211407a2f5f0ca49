//! Every documented exit code, read from the process; and that `fetch`, `run` and `doctor` give the same one.

use std::net::TcpListener;
use std::process::Stdio;

use crate::proxy::{Proxy, Step};
use crate::support::{DEPLOYMENTS, DOCTOR, Place, Run};

const AS_OF: [&str; 4] = ["--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

fn place(config: &str) -> Place {
    let place = Place::new();
    place.write("dora.toml", config).write("d.csv", DEPLOYMENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn run(place: &Place, arguments: &[&str]) -> Run {
    let mut command = place.command(arguments);
    command.env("GITHUB_TOKEN", "token0123456789").env("PAGERDUTY_TOKEN", "token0123456789");
    Run::of(command.stdin(Stdio::null()).output().expect("the program runs"))
}

/// An address without a listener.
fn nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    format!("http://{port}")
}

#[test]
fn the_process_returns_each_exit_code_that_needs_no_service() {
    let place = place("");
    let report = |flags: &[&str]| run(&place, &[&["report"], &AS_OF[..], flags].concat()).code;
    assert_eq!(report(&[]), 0);
    let early = ["report", "--strict", "--period", "2025-Q1", "--as-of", "2026-10-01T00:00:00Z"];
    assert_eq!(run(&place, &early).code, 5, "nothing was read of that quarter");
    assert_eq!(report(&["--fail-if", "deployment_frequency < 1000"]), 10);
    assert_eq!(run(&place, &["report", "--period", "x"]).code, 2);
    assert_eq!(run(&place, &["report", "--data", "elsewhere"]).code, 2);
    assert_eq!(run(&place, &["no-such-command"]).code, 2);
    assert_eq!(run(&place, &["import", "deployments", "absent.csv"]).code, 4);
    assert_eq!(run(&place, &["audit", "--period", "2020-01", "--as-of", "2026-10-01T00:00:00Z"]).code, 5);
    place.write("data/deployments/month=2026-07/part.parquet", "damaged");
    assert_eq!(report(&[]), 1);
    assert_eq!(run(&place, &["--version"]).code, 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_unreadable_source_gives_the_same_code_in_fetch_run_and_doctor() {
    let section = |name: &str, url: &str| {
        let repos = if name == "github" { "repos = [\"acme/web\"]\n" } else { "" };
        format!("[{name}]\napi_url = \"{url}\"\n{repos}")
    };
    let proxy = Proxy::new(None, &[const { Step::Answer(401, None, "{\"message\":\"Bad credentials\"}") }; 80]);
    let (refuses, gone) = (&proxy.url, &nobody());
    let cases = [
        (section("github", refuses) + &section("pagerduty", gone), 3),
        (section("github", gone) + &section("pagerduty", refuses), 3),
        (section("github", gone), 4),
        (section("pagerduty", gone), 4),
    ];
    // Side by side: each waits before it tries again.
    std::thread::scope(|scope| {
        for (config, code) in &cases {
            for arguments in [&["fetch"][..], &[&["run"], &AS_OF[..]].concat(), &DOCTOR[..]] {
                let arguments = arguments.to_vec();
                scope.spawn(move || {
                    let run = run(&place(config), &arguments);
                    assert_eq!(run.code, *code, "{arguments:?} {config}: {}{}", run.stdout, run.stderr);
                });
            }
        }
    });
}

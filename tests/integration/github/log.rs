//! `--log-format json`: every line on standard error is one JSON object, and the last one says how the command ended.

use std::process::Stdio;

use serde_json::Value;

use super::scene::Scene;
use super::shapes::even;
use super::world::World;
use crate::support::{DEPLOYMENTS, Place, Run};

/// The lines of a log. Each has the keys that every line has, and `end` is the last and says the exit code.
pub(super) fn lines(run: &Run) -> Vec<Value> {
    let lines = run.stderr.lines().map(serde_json::from_str);
    let lines: Vec<Value> = lines.collect::<Result<_, _>>().unwrap_or_else(|_| panic!("not JSON: {}", run.stderr));
    for line in &lines {
        for key in ["time", "level", "event", "message"] {
            assert!(line[key].is_string(), "{key} is missing: {line}");
        }
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    }
    let ends = lines.iter().filter(|line| line["event"] == "end").count();
    let last = lines.last().expect("a last line");
    assert!(ends == 1 && last["event"] == "end", "{}", run.stderr);
    assert_eq!(last["exit_code"], run.code, "{}", run.stderr);
    assert!(last["duration_ms"].is_u64(), "{last}");
    lines
}

/// The line of an event.
pub(super) fn line<'l>(lines: &'l [Value], event: &str) -> &'l Value {
    lines.iter().find(|line| line["event"] == event).unwrap_or_else(|| panic!("no {event}: {lines:#?}"))
}

#[test]
fn a_run_logs_what_it_read_and_wrote_with_counts() {
    let scene = Scene::repos(World::of([even("acme/web", 20, 1)]), &["acme/web"]);
    let run = scene.run(&["run", "--since", "2025-01-01", "--period", "2025-Q2", "--log-format", "json"]);
    let lines = lines(&run);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    let read = line(&lines, "scope_read");
    assert_eq!((&read["source"], &read["repo"], &read["new"]), (&"github".into(), &"acme/web".into(), &40.into()));
    assert!(line(&lines, "source_read")["requests"].as_u64().is_some_and(|count| count > 0));
    assert_eq!(line(&lines, "report_written")["period"], "2025-Q2");
    let quiet = scene.run(&["run", "--since", "2025-01-01", "--period", "2025-Q2", "--log-format", "json", "-q"]);
    assert!(!quiet.stderr.contains("\"info\",\"message\":\"acme/web"), "{}", quiet.stderr);
}

#[test]
fn what_goes_wrong_has_an_event_of_its_own_and_the_same_exit_code_as_in_text() {
    let scene = Scene::repos(World::of([even("acme/web", 20, 1)]), &["acme/web", "acme/gone"]);
    let run = scene.run(&["fetch", "--log-format", "json", "--strict"]);
    let failed = lines(&run);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert_eq!(line(&failed, "scope_failed")["repo"], "acme/gone");
    scene.server.state(|state| state.tokens.clear());
    let run = scene.run(&["fetch", "--log-format=json"]);
    assert_eq!(line(&lines(&run), "credentials_error")["source"], "github");
    assert_eq!(run.code, 3);
}

#[test]
fn usage_errors_and_errors_of_the_config_are_json_too() {
    let place = Place::new();
    for arguments in [
        &["--log-format", "json", "no-such-command"][..],
        &["fetch", "--log-format=json", "--max-wait", "soon"],
        &["report", "--log-format", "json", "--config", "absent.toml"],
        &["run", "--log-format", "json", "--ping-url", "hush"],
        &["--log-format", "json"],
    ] {
        let run = place.run(arguments);
        let lines = lines(&run);
        assert_eq!((run.code, lines.len()), (2, 2), "{arguments:?}: {}", run.stderr);
        assert_eq!(lines[0]["event"], "usage_error", "{}", run.stderr);
        assert!(!run.stderr.contains("hush"), "{}", run.stderr);
    }
    place.write("dora.toml", "[reprot]\n");
    let run = place.run(["report", "--log-format", "json"]);
    assert_eq!(line(&lines(&run), "usage_error")["level"], "error");
    // Help is data.
    let run = place.run(["--log-format", "json", "--help"]);
    assert_eq!((run.code, lines(&run).len()), (0, 1));
    assert!(run.stdout.contains("Usage: dora-report"), "{}", run.stdout);
}

#[test]
fn a_defect_of_the_program_is_a_line_of_json_and_exit_code_1() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.write("data/deployments/month=2026-07/part.parquet", "damaged");
    let mut command = place.command(["report", "--as-of", "2026-10-01T00:00:00Z", "--log-format", "json"]);
    // Polars then panics where it would give back an error.
    command.env("POLARS_PANIC_ON_ERR", "1").stdin(Stdio::null());
    let run = Run::of(command.output().expect("the program runs"));
    let lines = lines(&run);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(line(&lines, "panic")["message"].as_str().is_some_and(|text| text.contains("please report it")));
}

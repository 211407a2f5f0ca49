//! Label values that a text could break on, through `promtool` and through a strict parser of OpenMetrics.

use std::fmt::Write as _;
use std::process::Command;

use super::installed;
use super::server::Server;
use crate::python::{has_packages, python};
use crate::support::{DEPLOYMENTS, Place};

/// What a service and its team are called.
const NAMES: [&str; 7] =
    ["a \"b\" c", "back\\slash\\", "two\nlines", "acme/web", "{x=\"1\"} 1 2", "# EOF", "\u{202e}naïve 🚀\t"];

/// Prints the parser's reading: a line of JSON per sample.
const PARSE: &str = "
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
for family in parse(sys.stdin.buffer.read().decode()):
    for sample in family.samples:
        print(json.dumps([sample.name, sample.labels, sample.value, float(sample.timestamp)]))
";

fn place() -> Place {
    let place = Place::new();
    let mut config = String::new();
    let mut rows = DEPLOYMENTS.lines().next().expect("a header").to_owned() + "\n";
    for (nth, name) in NAMES.iter().enumerate() {
        let name = serde_json::Value::from(*name);
        let _ = writeln!(config, "[[service]]\nname = {name}\nteam = {name}\nrepos = [\"acme/r{nth}\"]");
        let _ = writeln!(
            rows,
            "{nth},acme/r{nth},production,{nth}aaaaaa,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00.{nth}00Z,2026-08-01T00:00:00Z"
        );
    }
    place.write("dora.toml", &config).write("d.csv", &rows);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-05-01..2026-08-01"]);
    place
}

const BACKFILL: [&str; 5] = ["backfill", "openmetrics", "history.om", "--as-of", "2026-08-01T00:00:00Z"];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_strict_parser_reads_every_label_back() {
    if !has_packages("prometheus_client") {
        return;
    }
    let place = place();
    place.done(BACKFILL);
    let text = std::fs::File::open(place.path("history.om")).expect("the text");
    let read: Vec<serde_json::Value> =
        python(&place, PARSE, [""; 0], text).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for (nth, name) in NAMES.iter().enumerate() {
        let own = read
            .iter()
            .find(|it| it[0] == "dora_deployment_timestamp" && it[1]["service"] == *name && it[1]["team"] == *name);
        let at = own.unwrap_or_else(|| panic!("{name:?}"))[3].as_f64().expect("a time");
        let wanted = 1_782_896_700.0 + f64::from(u8::try_from(nth).expect("few")) / 10.0;
        assert!((at - wanted).abs() < 1e-6, "{name:?}: {at}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_file_is_written_through_links_and_into_pipes_and_nowhere_else() {
    let place = place();
    place.write("kept.om", "old");
    std::os::unix::fs::symlink("kept.om", place.path("link.om")).expect("a link");
    place.done(["backfill", "openmetrics", "link.om"]);
    assert!(place.path("link.om").is_symlink() && place.read("kept.om").ends_with("# EOF\n"));
    std::os::unix::fs::symlink("new.om", place.path("early.om")).expect("a link");
    place.done(["backfill", "openmetrics", "early.om"]);
    assert!(place.path("early.om").is_symlink() && place.read("new.om").ends_with("# EOF\n"));
    let run = place.run(["backfill", "openmetrics", "/dev/stdout"]);
    assert!(run.stdout.ends_with("# EOF\n"), "{}", run.stderr);
    for (path, code) in [("/nonexistent/x.om", 2), ("data", 2), ("/dev/full", 1)] {
        let run = place.run(["backfill", "openmetrics", path]);
        assert_eq!(run.code, code, "{path}: {}", run.stderr);
        assert!(run.stderr.contains(path) && run.stderr.contains("cannot be written"), "{}", run.stderr);
    }
    let empty = Place::new();
    empty.write("none.csv", "id,service_keys,opened_at,resolved_at\n").done(["import", "incidents", "none.csv"]);
    let run = empty.run(["backfill", "openmetrics", "x.om"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("nothing was read yet") && !empty.path("x.om").exists(), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn promtool_and_a_server_read_every_label_back() {
    if !installed(&["promtool", "prometheus", "curl"]) {
        return;
    }
    let place = place();
    place.done(BACKFILL);
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"])
        .args([place.path("history.om"), place.path("tsdb")])
        .output()
        .expect("promtool");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Server::prometheus(&place, "tsdb", "global: {}\n");
    let mut found: Vec<String> = server
        .answers("count_over_time(dora_deployment_timestamp{scope=\"service\"}[20y])", None)
        .into_iter()
        .map(|(_, service, _)| service)
        .collect();
    found.sort();
    let mut wanted = NAMES.map(str::to_owned);
    wanted.sort();
    assert_eq!(found, wanted);
}

//! The history in a real Prometheus: what its HTTP API answers is the report's figure.
#![expect(clippy::cast_precision_loss, reason = "seconds of this century")]

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::support::{Place, skip};

/// Kind and name of a group, and its value.
type Answer = (String, String, f64);

/// A Prometheus on a free port of this machine, killed when it is dropped.
struct Prometheus {
    child: Child,
    base: String,
}

impl Prometheus {
    /// Starts one over a data directory.
    fn start(place: &Place, data: &str) -> Option<Self> {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
        place.write("prometheus.yml", "global: {}\n");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", place.path("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", place.path(data).display()))
            .arg("--storage.tsdb.retention.time=100y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Self { child, base: format!("http://127.0.0.1:{port}") };
        for _ in 0..200 {
            if server.get("/-/ready").is_some_and(|text| text.contains("Ready")) {
                return Some(server);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("Prometheus did not become ready");
    }

    fn get(&self, path: &str) -> Option<String> {
        let run =
            Command::new("curl").args(["-sS", "-G", "--max-time", "20"]).arg(format!("{}{path}", self.base)).output();
        run.ok().filter(|run| run.status.success()).map(|run| String::from_utf8_lossy(&run.stdout).into_owned())
    }

    /// The values of an instant query by kind and name of the group.
    fn query(&self, expression: &str, at: f64) -> Vec<Answer> {
        let run = Command::new("curl")
            .args(["-sS", "-G", "--max-time", "20", "--data-urlencode"])
            .arg(format!("query={expression}"))
            .args(["--data-urlencode", &format!("time={at:.3}")])
            .arg(format!("{}/api/v1/query", self.base))
            .output()
            .expect("curl");
        let reply: Value = serde_json::from_slice(&run.stdout).expect("JSON");
        assert_eq!(reply["status"], "success", "{reply}");
        let label = |it: &Value, name: &str| it["metric"][name].as_str().unwrap_or_default().to_owned();
        let value = |it: &Value| it["value"][1].as_str().and_then(|text| text.parse().ok()).expect("a number");
        let all = reply["data"]["result"].as_array().expect("a vector");
        let name = |it: &Value, scope: &str| if scope == "all" { "all".to_owned() } else { label(it, scope) };
        let one = |it: &Value| {
            let scope = label(it, "scope");
            (scope.clone(), name(it, &scope), value(it))
        };
        all.iter().map(one).collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Each rule's name and expression.
fn records(rules: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- record: ") {
            found.push((name.to_owned(), String::new()));
        }
        let is_text = line.starts_with("          ");
        inside = line.trim() == "expr: |-" || (inside && is_text);
        if let Some((_, text)) = found.last_mut().filter(|_| inside && is_text) {
            *text += line;
        }
        if line.contains("- alert:") {
            break;
        }
    }
    found
}

fn installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// The bundled organisation, read and reported in UTC over 92 days.
fn organisation() -> Place {
    let place = Place::new();
    let config =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/demo/dora.toml")).expect("a config");
    let utc = config.lines().filter(|line| !line.starts_with("timezone")).collect::<Vec<_>>().join("\n");
    place.write("dora.toml", &utc);
    for table in ["deployments", "commits", "pull-requests", "incidents"] {
        let file = format!("{}/data/demo/{table}.csv", env!("CARGO_MANIFEST_DIR"));
        let covers = ["--covers", "2025-09-01..2026-10-01"];
        let covers = if ["deployments", "incidents"].contains(&table) { &covers[..] } else { &[] };
        place.done([&["import", table, file.as_str()], covers].concat());
    }
    place.done(["report", "--period", "2026-Q3", "--as-of", "2026-10-01T00:00:00Z"]);
    place
}

#[test]
fn the_recorded_figures_of_a_quarter_are_those_of_the_report() {
    if !installed("promtool") || !installed("prometheus") || !installed("curl") {
        return skip("prometheus, promtool or curl is not installed");
    }
    let place = organisation();
    place.done(["backfill", "openmetrics", "history.om", "--as-of", "2026-10-01T00:00:00Z"]);
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"])
        .args([place.path("history.om"), place.path("tsdb")])
        .output()
        .expect("promtool");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Prometheus::start(&place, "tsdb").expect("Prometheus");
    let rules = place.run(["rules", "--for", "events"]).stdout;
    let rules = records(&rules);
    assert_eq!(rules.len(), 4, "{rules:?}");

    let daily = place.read("reports/2026-Q3/daily.csv");
    let mut rows = csv::Reader::from_reader(daily.as_bytes());
    let head = rows.headers().expect("a header").clone();
    let (mut compared, mut known_later) = (0, 0);
    let mut answers: BTreeMap<(String, String), Vec<Answer>> = BTreeMap::new();
    for row in rows.records().map(|row| row.expect("a row")) {
        let cell = |name: &str| &row[head.iter().position(|own| own == name).expect(name)];
        let date: chrono::NaiveDate = cell("date").parse().expect("a day");
        let midnight = date.succ_opt().expect("a day").and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp();
        for (name, expression) in &rules {
            let answered = answers
                .entry((date.to_string(), name.clone()))
                .or_insert_with(|| server.query(expression, midnight as f64 - 0.001));
            let own = answered.iter().find(|it| it.0 == cell("group_kind") && it.1 == cell("group"));
            let (theirs, number) = (own.map(|it| it.2), |name: &str| cell(name).parse::<f64>().ok());
            let ours = match name.as_str() {
                "dora:deployment_frequency:rate30d" => number("deployments_per_day"),
                "dora:lead_time_seconds:p50" => number("lead_time_p50_seconds"),
                "dora:mttr_seconds:p50" => number("time_to_restore_p50_seconds"),
                _ => number("change_failure_rate").map(|ratio| ratio * 100.0),
            };
            let is_same = match (ours, theirs) {
                (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * ours.abs().max(1.0),
                (None, None) => true,
                _ => false,
            };
            // The one figure that differs by nature: PromQL counts a failure when it became known.
            if !is_same && name == "dora:change_failure_rate:ratio30d" {
                known_later += 1;
                continue;
            }
            assert!(is_same, "{name} of {row:?}: the report has {ours:?}, Prometheus {theirs:?}");
            compared += 1;
        }
    }
    assert!(compared > 92 * 4 * 6, "{compared}");
    assert!(known_later * 20 < compared, "{known_later} of {compared} failure rates differ");
}

#[test]
fn promtool_accepts_the_rules_of_every_edition() {
    if !installed("promtool") {
        return skip("promtool is not installed");
    }
    for edition in ["handbook", "dora-2019", "dora-2024", "none"] {
        let place = Place::new();
        place.write(
            "dora.toml",
            &format!(
                "[report]\nbands = \"{edition}\"\n[pushgateway]\nurl = \"http://x\"\njob = \"our: 'job' #\\\"1\"\n"
            ),
        );
        for input in ["events", "pushgateway"] {
            let rules = place.run(["rules", "--for", input]);
            assert_eq!(rules.code, 0, "{}", rules.stderr);
            place.write("rules.yml", &rules.stdout);
            let checked = Command::new("promtool").arg("check").arg("rules").arg(place.path("rules.yml")).output();
            let checked = checked.expect("promtool");
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(checked.status.success(), "{edition}, {input}: {said}\n{}", rules.stdout);
        }
    }
}

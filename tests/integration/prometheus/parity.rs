//! The recorded series of a history, by file or by remote write, are the report's figures to the last digits.
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "seconds of this century")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use chrono::{DateTime, Days, NaiveDate};

use super::installed;
use super::rules::records;
use super::scene::{Row, Scene};
use super::server::{ANY_AGE, Server};

const SERVERS: [&str; 3] = ["promtool", "prometheus", "curl"];

#[test]
#[ignore = "slow: .ci/run runs it"]
fn blocks_of_the_organisation_give_the_reports_figures() {
    if installed(&SERVERS) {
        through_blocks(&Scene::organisation(), true);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn blocks_of_gov_uk_give_the_reports_figures() {
    if installed(&SERVERS)
        && let Some(scene) = Scene::govuk()
    {
        through_blocks(&scene, false);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn remote_writes_of_the_organisation_give_the_reports_figures() {
    if installed(&SERVERS) {
        through_remote_write(&Scene::organisation(), true);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn remote_writes_of_gov_uk_give_the_reports_figures() {
    if installed(&SERVERS)
        && let Some(scene) = Scene::govuk()
    {
        through_remote_write(&scene, false);
    }
}

fn through_blocks(scene: &Scene, has_incidents: bool) {
    scene.place.done(["backfill", "openmetrics", "history.om", "--as-of", scene.as_of]);
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"])
        .args([scene.place.path("history.om"), scene.place.path("tsdb")])
        .output()
        .expect("promtool");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    compare(scene, &Server::prometheus(&scene.place, "tsdb", "global: {}\n"), has_incidents);
}

fn through_remote_write(scene: &Scene, has_incidents: bool) {
    let server = Server::prometheus(&scene.place, "tsdb", ANY_AGE);
    scene.configure(&format!("[remote_write]\nurl = \"{}/api/v1/write\"", server.url));
    let run = scene.place.done(["backfill", "remote-write", "--as-of", scene.as_of]);
    assert!(run.stderr.contains("out_of_order_time_window"), "it says what the server needs: {}", run.stderr);
    compare(scene, &server, has_incidents);
}

/// The name of a group: its kind and its name.
type Name = (String, String);

/// Holds every recorded value of every day and group to the report.
fn compare(scene: &Scene, server: &Server, has_incidents: bool) {
    let rules = scene.place.done(["rules", "--for", "events"]).stdout;
    let rules = records(&rules);
    assert_eq!(rules.len(), 5, "{rules:?}");
    let days = scene.table(scene.days.0, "daily.csv");
    let (known, rework) = (Known::failures(scene), Known::rework(scene));
    let end = |date: &str| -> i64 {
        let date: NaiveDate = date.parse().expect("a day");
        (date + Days::new(1)).and_hms_opt(0, 0, 0).expect("midnight").and_utc().timestamp()
    };
    let first = end(&days[0]["date"]) as f64 - 0.001;
    let last = end(&days[days.len() - 1]["date"]) as f64 - 0.001;
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, expression) in &rules {
        let theirs: BTreeMap<(i64, Name), f64> = server
            .days(expression, first, last)
            .into_iter()
            .map(|(at, (kind, group, value))| ((at.ceil() as i64, (kind, group)), value))
            .collect();
        for row in &days {
            let key = (end(&row["date"]), (row["group_kind"].clone(), row["group"].clone()));
            let number = |column: &str| row[column].parse::<f64>().ok();
            let ours = match name.as_str() {
                "dora:deployment_frequency:rate30d" => number("deployments_per_day"),
                "dora:lead_time_seconds:p50" => number("lead_time_p50_seconds"),
                "dora:mttr_seconds:p50" => number("time_to_restore_p50_seconds"),
                "dora:rework_rate:ratio30d" => rework.rate(row, key.0),
                // The one figure that differs by nature: PromQL counts a failure when it became known.
                _ => known.rate(row, key.0),
            };
            let theirs = theirs.get(&key).copied();
            let is_same = match (ours, theirs) {
                (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9 * ours.abs().max(1.0),
                (None, None) => true,
                _ => false,
            };
            assert!(is_same, "{name} of {row:?}: the report has {ours:?}, Prometheus {theirs:?}");
            *compared.entry(name).or_default() += usize::from(ours.is_some());
        }
    }
    let dates: BTreeSet<&String> = days.iter().map(|row| &row["date"]).collect();
    assert!(dates.len() >= 60, "{} days", dates.len());
    let enough = if has_incidents { 5 } else { 2 };
    assert!(compared.values().filter(|&&n| n >= 200).count() >= enough, "{compared:?}");
}

/// Deployments that failed or are rework: whose each is and when it counts, from the report's own tables of events.
struct Known(Vec<(Row, i64)>);

impl Known {
    /// Rework counts when it finishes.
    fn rework(scene: &Scene) -> Self {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_millis();
        let deployments = scene.table("2026-01-01", "deployments.csv");
        let rework = deployments.into_iter().filter(|row| row["rework"] == "true");
        Self(rework.map(|row| (row.clone(), at(&row["finished_at"]))).collect())
    }

    /// A failure counts when it became known.
    fn failures(scene: &Scene) -> Self {
        let incidents = scene.table("2026-01-01", "incidents.csv");
        let deployments = scene.table("2026-01-01", "deployments.csv");
        let at = |text: &str| DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_millis();
        let opened: BTreeMap<&str, i64> =
            incidents.iter().map(|row| (row["id"].as_str(), at(&row["opened_at"]))).collect();
        let failed = deployments.iter().filter(|row| row["failed"] == "true");
        Self(
            failed
                .map(|row| {
                    let finished = at(&row["finished_at"]);
                    let known = row["failed_by"].split(';').map(|id| opened[id].max(finished)).min();
                    (row.clone(), known.expect("a cause"))
                })
                .collect(),
        )
    }

    /// Those of the 30 days before an instant, in percent of the report's deployments.
    fn rate(&self, row: &Row, end: i64) -> Option<f64> {
        let deployments: f64 = row["deployments"].parse().ok().filter(|&n| n > 0.0)?;
        let own = |it: &Row| match row["group_kind"].as_str() {
            "all" => true,
            kind => it[kind] == row["group"],
        };
        let window = (end - 30 * 86_400) * 1_000..end * 1_000;
        let failed = self.0.iter().filter(|(it, known)| own(it) && window.contains(known)).count();
        // Where incidents were not read the report has no rate, and Prometheus may have none either.
        row["change_failure_rate"].parse::<f64>().ok()?;
        Some(100.0 * failed as f64 / deployments)
    }
}

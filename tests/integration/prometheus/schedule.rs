//! Scheduled runs over several days without `--as-of`: figures stay complete, and late events are sent.

use super::installed;
use super::server::{ANY_AGE, Answer, Server};
use crate::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place};

const RATE: &str = "dora:change_failure_rate:ratio30d";
const FREQUENCY: &str = "dora:deployment_frequency:rate30d";

struct Schedule {
    place: Place,
    server: Server,
    rules: Vec<(String, String)>,
}

impl Schedule {
    fn new() -> Self {
        let place = Place::new();
        let server = Server::prometheus(&place, "tsdb", ANY_AGE);
        place.write("dora.toml", &format!("[remote_write]\nurl = \"{}/api/v1/write\"\n", server.url));
        place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
        place.done(["import", "commits", "c.csv"]);
        let rules = super::rules::records(&place.done(["rules", "--for", "events"]).stdout);
        Self { place, server, rules }
    }

    /// What a day brings: the tables are complete up to its end.
    fn day(&self, tables: &[&str], until: &str) {
        for table in tables {
            let file = format!("{}.csv", &table[..1]);
            self.place.done(["import", table, &file, "--covers", &format!("2026-06-01..{until}")]);
        }
        self.place.done(["backfill", "remote-write", "--since-last"]);
    }

    /// What a rule records at an instant, for all.
    fn recorded(&self, rule: &str, at: &str) -> Option<f64> {
        let at = chrono::DateTime::parse_from_rfc3339(at).expect("an instant").timestamp();
        let (_, expression) = self.rules.iter().find(|(name, _)| name == rule).expect("a rule");
        #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
        let answers = self.server.answers(expression, Some(at as f64 - 0.001));
        answers.iter().find(|(kind, ..): &&Answer| kind == "all").map(|(.., value)| *value)
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn day_after_day_the_figures_stay_and_without_incidents_no_rate_is_made_up() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let schedule = Schedule::new();
    for until in ["2026-07-23", "2026-07-24", "2026-07-25"] {
        schedule.day(&["deployments"], until);
        let end = format!("{until}T00:00:00Z");
        assert_eq!(schedule.recorded(FREQUENCY, &end), Some(3.0 / 30.0), "{until}");
        assert_eq!(schedule.recorded(RATE, &end), None, "{until}");
    }
    // Within the day, and when nobody has written for a week.
    assert_eq!(schedule.recorded(RATE, "2026-07-22T12:00:00Z"), None);
    assert_eq!(schedule.recorded(RATE, "2026-08-01T00:00:00Z"), None);
    // Before the window was complete.
    assert_eq!(schedule.recorded(FREQUENCY, "2026-06-20T00:00:00Z"), None);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn incidents_that_are_read_later_bring_their_rate_for_the_past_as_well() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let schedule = Schedule::new();
    schedule.day(&["deployments"], "2026-07-24");
    assert_eq!(schedule.recorded(RATE, "2026-07-24T00:00:00Z"), None);
    schedule.day(&["deployments", "incidents"], "2026-07-25");
    for at in ["2026-07-23T00:00:00Z", "2026-07-24T00:00:00Z", "2026-07-25T00:00:00Z"] {
        let rate = schedule.recorded(RATE, at).expect("a rate");
        assert!((rate - 100.0 / 3.0).abs() < 1e-9, "{at}: {rate}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_history_sent_from_a_day_on_has_no_figure_that_would_be_too_low() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let schedule = Schedule::new();
    let covers = ["--covers", "2026-05-01..2026-08-20"];
    schedule.place.done([&["import", "deployments", "d.csv"], &covers[..]].concat());
    schedule.place.done(["backfill", "remote-write", "--since", "2026-07-10"]);
    assert_eq!(schedule.recorded(FREQUENCY, "2026-07-23T00:00:00Z"), None, "that of the 1st was not sent");
    assert_eq!(schedule.recorded(FREQUENCY, "2026-08-12T00:00:00Z"), Some(2.0 / 30.0));
    schedule.place.done(["backfill", "remote-write", "--since-last"]);
    assert_eq!(schedule.recorded(FREQUENCY, "2026-07-23T00:00:00Z"), Some(3.0 / 30.0), "now all is there");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn what_was_imported_as_blocks_is_what_the_server_has_before_a_day() {
    if !installed(&["promtool", "prometheus", "curl"]) {
        return;
    }
    let mut schedule = Schedule::new();
    let import = |until: &str| {
        let covers = format!("2026-05-01..{until}");
        schedule.place.done(["import", "deployments", "d.csv", "--covers", covers.as_str()]);
    };
    import("2026-07-20");
    schedule.place.done(["backfill", "openmetrics", "h.om"]);
    let made = std::process::Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h"])
        .args([schedule.place.path("h.om"), schedule.place.path("blocks")])
        .status();
    assert!(made.expect("promtool").success());
    import("2026-07-25");
    schedule.server = Server::prometheus(&schedule.place, "blocks", ANY_AGE);
    let section = format!("[remote_write]\nurl = \"{}/api/v1/write\"\n", schedule.server.url);
    schedule.place.write("dora.toml", &section);
    schedule.place.done(["backfill", "remote-write", "--since", "2026-07-18"]);
    assert_eq!(schedule.recorded(FREQUENCY, "2026-07-24T00:00:00Z"), Some(3.0 / 30.0));
    assert_eq!(schedule.recorded(FREQUENCY, "2026-07-20T00:00:00Z"), Some(2.0 / 30.0));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_service_that_is_new_sends_itself_and_a_server_that_takes_little_gets_what_it_takes() {
    if !installed(&["prometheus", "curl"]) {
        return;
    }
    let schedule = Schedule::new();
    schedule.day(&["deployments"], "2026-08-01");
    let again = schedule.place.done(["backfill", "remote-write", "--since-last"]).stderr;
    assert!(again.contains(": 0 samples sent"), "{again}");
    let narrow = Server::prometheus(&schedule.place, "narrow", "storage: {tsdb: {out_of_order_time_window: 60d}}\n");
    schedule.place.write("dora.toml", &format!("[remote_write]\nurl = \"{}/api/v1/write\"\n", narrow.url));
    let run = schedule.place.done(["backfill", "remote-write", "--since-last", "-v"]);
    assert!(run.stderr.contains("older than what the server takes"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_push_is_of_the_last_instant_that_was_read() {
    if !installed(&["prometheus-pushgateway", "curl"]) {
        return;
    }
    let gateway = Server::pushgateway();
    let place = Place::new();
    place.write("dora.toml", &format!("[pushgateway]\nurl = \"{}\"\n[report]\nwindow_days = 7\n", gateway.url));
    place.write("d.csv", DEPLOYMENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-07-25"]);
    place.done(["push"]);
    let exposed = gateway.get("/metrics", &[]).expect("metrics");
    for line in [
        "dora_deployments{env=\"production\",instance=\"\",job=\"dora\",scope=\"all\",window=\"30d\"} 3\n",
        "dora_deployment_frequency_per_day{env=\"production\",instance=\"\",job=\"dora\",scope=\"all\"} 0.1\n",
        "dora_report_as_of_timestamp_seconds{env=\"production\",instance=\"\",job=\"dora\",scope=\"all\"} 1.7849376e+09\n",
    ] {
        assert!(exposed.contains(line), "{line}: {exposed}");
    }
    let run = place.run(["push", "--as-of", "2190-01-01T00:00:00Z"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("lies in the future"), "{}", run.stderr);
}

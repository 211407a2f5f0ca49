//! `run`, `doctor` of the incident services, and OpsGenie's and Jira Service Management's lists.

use serde_json::json;

use super::scene::Scene;
use super::world::{DAY, HOUR, MINUTE, NEW_YEAR, World, now};
use crate::proxy::{Proxy, Step};
use crate::support::DOCTOR;

const MARCH: &str = "2025-03";
const MARCH_1: i64 = NEW_YEAR + 59 * DAY;

pub(super) fn alerts(count: i64, from: i64, apart: i64) -> World {
    let mut world = World::new();
    for nth in 0..count {
        let made = world.incident(from + nth * apart);
        made.alert = true;
        made.id = format!("a-{nth:06}");
        made.priority = Some("P3".into());
    }
    world
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn alerts_end_by_their_report_and_are_read_beyond_twenty_thousand() {
    let scene = Scene::opsgenie(alerts(20_500, MARCH_1, 2 * MINUTE), "read = [\"alerts\"]\n");
    scene.fetched(&[]);
    assert_eq!(scene.incidents(MARCH).len(), 20_500);
    let restored = scene.column(MARCH, "time_to_restore_seconds");
    assert!(restored.iter().all(|(_, seconds)| seconds == "3600"));
}

#[test]
fn incidents_and_alerts_are_covered_each_for_itself_and_properties_are_flags() {
    let mut world = alerts(3, MARCH_1, DAY);
    world.made[0].fields = vec![("caused_by_deploy".into(), json!("true")), ("deployment".into(), json!("77"))];
    let made = world.incident(MARCH_1 + 10 * DAY);
    made.impact = Some(MARCH_1 + 10 * DAY - 3 * HOUR);
    made.fields = vec![("caused_by_deploy".into(), json!("no"))];
    let more = "read = [\"incidents\", \"alerts\"]\ncaused_by_deploy = { property = \"caused_by_deploy\" }\n\
                deployment_ref = { property = \"deployment\" }\n";
    let scene = Scene::opsgenie(world, more);
    scene.fetched(&[]);
    for scope in ["incidents", "alerts"] {
        assert_eq!(scene.covered("opsgenie", scope).len(), 1, "{scope}");
    }
    let restored = scene.column(MARCH, "time_to_restore_seconds");
    assert_eq!(restored.last().expect("a row").1, (4 * 3_600).to_string(), "from the beginning of the impact");
    let details = scene.server.state(|state| state.log.iter().filter(|it| it.starts_with("/v2/alerts/a-")).count());
    assert_eq!(details, 3, "only because a rule needs them");
}

#[test]
fn without_a_rule_for_them_no_details_are_asked_for() {
    let scene = Scene::opsgenie(alerts(3, MARCH_1, DAY), "read = [\"alerts\"]\n");
    scene.fetched(&[]);
    assert_eq!(scene.server.asked("/v2/alerts/"), 0);
}

/// A deployment of the service `shop`.
fn deployed(scene: &Scene) {
    let csv = "id,repo,environment,sha,status,created_at,finished_at\n1,a/shop,production,x,success,2025-03-02T00:00:00Z,2025-03-02T00:00:00Z\n";
    scene.place.write("d.csv", csv).done(["import", "deployments", "d.csv", "--covers", "2024-01-01..2026-01-01"]);
}

#[test]
fn run_fetches_and_reports_and_says_nothing() {
    let mut world = World::new();
    world.incident(MARCH_1);
    let scene =
        Scene::pagerduty(world, "[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\npagerduty = [\"Checkout\"]\n");
    deployed(&scene);
    let run = scene.run(&["run", "--since", "2025-01-01", "--period", MARCH, "--as-of", "2026-01-01T00:00:00Z"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    assert!(scene.place.path("reports/2025-03/index.html").exists());
    scene.server.state(|state| state.revoked = true);
    let run = scene.run(&["run", "--period", MARCH]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("PAGERDUTY_TOKEN"), "{}", run.stderr);
}

#[test]
fn run_pushes_where_a_gateway_is_configured_and_reports_whatever_becomes_of_it() {
    let gateway = Proxy::new(None, &[]);
    let section = |url: &str| format!("[pagerduty]\napi_url = \"URL\"\n[pushgateway]\nurl = \"{url}\"\n");
    let shop = "[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\n";
    let scene = Scene::new(World::new(), &(section(&gateway.url) + shop));
    deployed(&scene);
    let command = ["run", "--since", "2025-01-01", "--period", MARCH, "--as-of", "2026-01-01T00:00:00Z"];
    let run = scene.run(&command);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""));
    let mut seen = gateway.seen();
    // Groups are pushed side by side.
    seen.sort();
    assert_eq!((seen.len(), seen[0].0.as_str(), seen[0].1.as_str()), (2, "PUT", "/metrics/job/dora/scope/all"));
    assert!(
        seen[0].2.contains("dora_report_as_of_timestamp_seconds{env=\"production\"} 1767225600\n"),
        "{}",
        seen[0].2
    );
    assert!(seen[0].2.contains("dora_open_incidents{env=\"production\"} 0\n"), "{}", seen[0].2);

    let refusing = Proxy::new(None, &[Step::Answer(400, None, "no")]);
    scene.configure(&(section(&refusing.url) + shop));
    std::fs::remove_dir_all(scene.place.path("reports")).expect("removed");
    let run = scene.run(&command);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("pushgateway"), "{}", run.stderr);
    assert!(scene.place.path("reports/2025-03/index.html").exists());
}

#[test]
fn doctor_names_services_their_owners_and_how_many_incidents_are_flagged() {
    let now = now();
    let mut world = World::new();
    world.services.push(("PLOST".into(), "Lost".into()));
    world.incident(now - DAY).title = "after a deploy".into();
    world.incident(now - 2 * DAY);
    let sections = "[pagerduty]\napi_url = \"URL\"\ncaused_by_deploy = { title = \"deploy\" }\n[opsgenie]\napi_url = \"URL\"\n\
                    [[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\npagerduty = [\"PCHECK\"]\n";
    let scene = Scene::new(world, sections);
    let run = scene.run(&DOCTOR).checks();
    assert_eq!(run.code, 0, "{}", run.stdout);
    for words in [
        "ok   pagerduty: http://127.0.0.1:",
        "Checkout (PCHECK) → shop",
        "of no service: Lost (PLOST)",
        "of the newest 2 incidents of the last 30 days 1 say whether a deployment caused them",
        "shuts down on 2027-04-05",
        "ok   opsgenie: ",
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    scene.server.state(|state| state.revoked = true);
    let run = scene.run(&DOCTOR).checks();
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert!(run.stdout.contains("fail pagerduty: PAGERDUTY_TOKEN"), "{}", run.stdout);
}

#[test]
fn doctor_reports_what_was_read_and_what_was_not() {
    let scene = Scene::pagerduty(World::new(), "");
    scene.server.state(|state| state.revoked = true);
    assert_eq!(scene.fetch(&[]).code, 3);
    let run = scene.run(&DOCTOR).checks();
    assert!(run.stdout.contains("warn incidents: no source was read yet"), "{}", run.stdout);
    scene.server.state(|state| state.revoked = false);
    scene.fetched(&[]);
    let run = scene.run(&DOCTOR).checks();
    assert!(run.stdout.contains("ok   incidents: 0 from pagerduty"), "{}", run.stdout);
    assert!(!run.stdout.contains("interrupted"), "{}", run.stdout);
}

#[test]
fn the_summary_counts_what_each_scope_brought_and_nothing_twice() {
    let mut world = World::new();
    world.services.push(("PWEB".into(), "Web".into()));
    for nth in 0..150 {
        let made = world.incident(MARCH_1 + nth * HOUR);
        if nth % 3 == 0 {
            made.service = ("PWEB".into(), "Web".into());
        }
    }
    for nth in 0..7 {
        world.incident(MARCH_1 + nth * HOUR).alert = true;
    }
    let more =
        "services = [\"Checkout\", \"Web\"]\n[opsgenie]\napi_url = \"URL\"\nread = [\"incidents\", \"alerts\"]\n";
    let scene = Scene::pagerduty(world, more);
    let run = scene.fetched(&["--strict"]);
    let row = |source: &str, scope: &str| {
        let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut rows = run.stderr.lines().map(cells);
        rows.find(|row| row.len() > 4 && row[0] == source && row[1] == scope).expect("a row")[2..5].join(" ")
    };
    // New, changed and read.
    assert_eq!(row("pagerduty", "Checkout"), "100 0 100", "{}", run.stderr);
    assert_eq!(row("pagerduty", "Web"), "50 0 50");
    assert_eq!((row("opsgenie", "incidents"), row("opsgenie", "alerts")), ("150 0 150".into(), "7 0 7".into()));
    assert!(!run.stderr.contains("rows new"), "{}", run.stderr);
}

//! The list of troubles that every described service goes through.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{ALL, StandIn, days_since};
use crate::changed_replies::{Changes, ends_well, seeds};
use crate::incidents::late::verdict;
use crate::incidents::scene::{SINCE, Scene};
use crate::incidents::server::{Fault, KEY};
use crate::incidents::world::{DAY, HOUR, MINUTE, NEW_YEAR, World, now};
use crate::support::DOCTOR;

/// A report also shows the window before its period: these are the incidents of the whole year.
const YEAR: &str = "2025-01-30..2026-01-01";
/// Every 14 hours, nearly a year long.
const INCIDENTS: usize = 620;

fn world() -> World {
    let mut world = World::new();
    for nth in 0..620 {
        let made = world.incident(NEW_YEAR + nth * 14 * HOUR);
        made.priority = Some(format!("P{}", nth % 5 + 1));
    }
    world.made[400].ended = None;
    world
}

/// The ids of all incidents that began in the year.
fn expected(scene: &Scene) -> BTreeSet<String> {
    scene.server.state(|state| {
        let inside = |at: i64| (NEW_YEAR..NEW_YEAR + 365 * DAY).contains(&at);
        state.world.made.iter().filter(|made| inside(made.created)).map(|made| made.id.clone()).collect()
    })
}

/// Checks all services side by side: the program spends most of these tests waiting.
fn all_at_once(check: impl Fn(&'static StandIn) + Sync) {
    let check = &check;
    std::thread::scope(|scope| {
        for it in ALL {
            scope.spawn(move || check(it));
        }
    });
}

/// The rows without the port of the server, which is another one each time.
fn without_ports(scene: &Scene, period: &str) -> Vec<Vec<(String, String)>> {
    let mut rows = scene.incidents(period);
    for (_, cell) in rows.iter_mut().flatten() {
        *cell = cell.replace(&scene.server.url(), "http://host");
    }
    rows
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_whole_history_is_read_once_with_as_few_requests_as_pages_allow() {
    for it in ALL {
        let scene = it.scene(world(), "");
        scene.fetched(&["--strict"]);
        let rows = scene.column(YEAR, "opened_at");
        let ids: BTreeSet<String> = rows.iter().map(|(id, _)| id.clone()).collect();
        assert_eq!((rows.len(), &ids), (ids.len(), &expected(&scene)), "{}: none twice, none missing", it.source);
        assert!(scene.column(YEAR, "source").iter().all(|(_, source)| source == it.source));
        let most = it.most_requests(INCIDENTS, days_since(NEW_YEAR));
        let requests = scene.server.requests();
        assert!(requests <= most, "{}: {requests} requests of {most}", it.source);
        let [(from, _)] = &scene.covered(it.source, "*")[..] else { panic!("{}: one span", it.source) };
        assert!(from.starts_with("2025-01-01"), "{}: {from}", it.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_second_run_reads_two_weeks_and_asks_for_what_was_open() {
    // What shows no single incidents is read whole each time.
    for it in ALL.into_iter().filter(|it| it.shows_one) {
        let mut world = world();
        world.incident(now() - 40 * DAY).ended = None;
        world.incident(now() - 30 * DAY).ended = None;
        world.incident(now() - 3 * DAY).ended = None;
        let scene = it.scene(world, "[incidents]\nverdict_days = 0\n");
        scene.fetched(&["--strict"]);
        let before = scene.server.requests();
        let (late, deleted) = scene.server.state(|state| {
            let late = state.world.made.len() - 3;
            state.world.made[late].ended = Some(now() - DAY);
            let deleted = state.world.made.remove(late + 1);
            (state.world.made[late].id.clone(), deleted.id)
        });
        scene.fetched(&["--strict"]);
        // One page of two weeks, and the three that were open and older; a page more where a window ends.
        let requests = scene.server.requests() - before;
        assert!(requests <= 5 + it.before, "{}: {requests} requests", it.source);
        let cell = |name: &str, id: &str| {
            let period = "2026-01-01..2027-01-01";
            let rows = scene.place.path("reports");
            let _ = std::fs::remove_dir_all(rows);
            scene.place.done(["report", "--format", "csv", "--compare", "none", "--period", period]);
            let files = scene.place.files("reports");
            let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("incidents.csv")).expect("the table");
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let at = reader.headers().expect("a header").iter().position(|head| head == name).expect("a column");
            let row = reader.records().map(|row| row.expect("a row")).find(|row| &row[1] == id).expect("an incident");
            row[at].to_owned()
        };
        assert_ne!(cell("resolved_at", &late), "", "{}: a late resolution arrives", it.source);
        assert_eq!(cell("status", &deleted), "gone", "{}: one that was deleted is kept", it.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn limits_failures_and_broken_bodies_are_waited_out_and_each_costs_one_request() {
    all_at_once(|it| {
        let whole = it.scene(world(), "");
        whole.fetched(&["--strict"]);
        let (wanted, requests) = (without_ports(&whole, YEAR), whole.server.requests());
        let limit = || Fault::Reply(429, vec![("retry-after", "1".into())], "{\"message\": \"slow down\"}".into());
        let half = || Fault::Reply(200, Vec::new(), it.list(&[json!({"id": "Q1"})])[..12].to_owned());
        for fault in [limit(), Fault::Reply(503, Vec::new(), "<html>".into()), half(), Fault::Cut] {
            let scene = it.scene(world(), "");
            scene.server.fault(2, fault);
            let run = scene.fetched(&["--strict"]);
            assert_eq!(without_ports(&scene, YEAR), wanted, "{}", it.source);
            assert_eq!(scene.server.requests(), requests + 1, "{}: {}", it.source, run.stderr);
        }
    });
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_service_that_stays_broken_claims_no_coverage_and_the_next_run_is_complete() {
    all_at_once(|it| {
        let scene = it.scene(world(), "");
        for number in 2..60 {
            scene.server.fault(number, Fault::Reply(500, Vec::new(), "oops".into()));
        }
        let run = scene.fetch(&[]);
        assert_eq!(run.code, 4, "{}: {}", it.source, run.stderr);
        assert!(scene.covered(it.source, "*").is_empty(), "{}", it.source);
        scene.server.state(|state| state.faults.clear());
        scene.fetched(&["--strict"]);
        assert_eq!(scene.column(YEAR, "opened_at").len(), expected(&scene).len(), "{}", it.source);
    });
}

#[test]
fn a_revoked_key_ends_with_3_and_is_named_by_its_variable_alone() {
    for it in ALL {
        let scene = it.scene(world(), "");
        scene.server.fault(2, Fault::Revoke);
        let run = scene.fetch(&["-vvv"]);
        assert_eq!(run.code, 3, "{}: {}", it.source, run.stderr);
        assert!(run.stderr.contains(it.variable), "{}: {}", it.source, run.stderr);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(KEY), "{}", it.source);
        assert!(scene.covered(it.source, "*").is_empty(), "{}", it.source);
        let missing = scene.command(&["fetch"]).env_remove(it.variable).output().expect("the program runs");
        assert_eq!(missing.status.code(), Some(3), "{}", it.source);
        assert!(String::from_utf8_lossy(&missing.stderr).contains(it.variable), "{}", it.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn nulls_and_undated_entries_are_counted_and_unknown_statuses_are_kept() {
    for it in ALL {
        let mut world = World::new();
        let made = (it.shown)(world.incident(NEW_YEAR + 59 * DAY));
        let undated = Changed(made.clone()).without_dates();
        let strange = Changed(made).with_unknown_status();
        let scene = it.scene(World::new(), "");
        // Lists in windows: the first is that of January.
        scene.server.fault(1 + it.before, Fault::Reply(200, Vec::new(), it.list(&[Value::Null, undated, strange])));
        let run = scene.fetched(&["--strict"]);
        assert!(run.stderr.contains("2 entries"), "{}: {}", it.source, run.stderr);
        if it.window_days != 30 {
            let rows = scene.column("2025-03", "status");
            assert_eq!(rows, [("Q000000".to_owned(), "of next year".to_owned())], "{}", it.source);
            let resolved = scene.column("2025-03", "resolved_at");
            assert_eq!(resolved[0].1, "", "{}: an unknown status is not over", it.source);
        }
    }
}

/// An entry of any service, changed.
struct Changed(Value);

impl Changed {
    fn without_dates(self) -> Value {
        let text = self.0.to_string().replace("2025-03-01", "0001-01-01").replace("1740787200", "0");
        serde_json::from_str(&text).expect("JSON")
    }

    fn with_unknown_status(self) -> Value {
        let text = self.0.to_string();
        let known =
            ["\"category\":\"closed\"", "\"status\":\"resolved\"", "\"state\":\"resolved\"", "\"key\":\"done\""];
        let text = known.iter().fold(text, |text, known| {
            let (key, _) = known.split_once(':').expect("a pair");
            text.replace(known, &format!("{key}:\"of next year\""))
        });
        let text = text.replace("{\"display_value\":\"Resolved\",\"value\":\"6\"}", "{\"value\":\"of next year\"}");
        serde_json::from_str(&text).expect("JSON")
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_any_request_the_rerun_ends_with_the_same_dataset() {
    for it in ALL {
        let whole = it.scene(world(), "");
        whole.fetched(&[]);
        let wanted = without_ports(&whole, YEAR);
        let requests = whole.server.requests();
        let step = requests.div_ceil(4).max(1);
        for number in (1..=requests).step_by(step) {
            let scene = it.scene(world(), "");
            scene.server.fault(number, Fault::Hold);
            let mut child = scene.command(&["fetch", "--since", SINCE]).spawn().expect("the program runs");
            scene.server.held();
            child.kill().expect("killed");
            child.wait().expect("ended");
            scene.fetched(&[]);
            assert_eq!(without_ports(&scene, YEAR), wanted, "{} killed at request {number}", it.source);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_interrupted_fetch_resumes_after_the_complete_part() {
    for it in ALL.into_iter().filter(|it| it.resumes) {
        let mut world = World::new();
        for nth in 0..2_500 {
            world.incident(NEW_YEAR + nth * 3 * HOUR);
        }
        let whole = it.scene(world.clone(), "");
        whole.fetched(&[]);
        let requests = whole.server.requests();
        let scene = it.scene(world, "");
        scene.server.fault(requests / 2, Fault::Revoke);
        assert_eq!(scene.fetch(&[]).code, 3, "{}", it.source);
        scene.server.state(|state| state.revoked = false);
        let before = scene.server.requests();
        scene.fetched(&[]);
        let again = scene.server.requests() - before;
        assert!(again <= requests / 2 + 5, "{}: {again} of {requests} requests", it.source);
        assert_eq!(without_ports(&scene, YEAR), without_ports(&whole, YEAR), "{}", it.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn no_run_sends_more_requests_than_a_dry_run_states() {
    for it in ALL {
        let scene = it.scene(world(), "");
        for again in [false, true] {
            let before = scene.server.requests();
            let run = scene.fetched(&["--dry-run"]);
            let total = run.stdout.lines().find(|line| line.starts_with("total")).expect("a total").to_owned();
            let numbers: Vec<usize> = total.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let (incidents, most) = (numbers[numbers.len() - 3], numbers[numbers.len() - 2]);
            let asked = scene.server.requests() - before;
            assert!(incidents >= INCIDENTS && asked <= 30, "{}: {incidents} by {asked} requests", it.source);
            assert_eq!(scene.place.path("data").exists(), again, "{}: nothing is stored", it.source);
            scene.fetched(&["--strict"]);
            let used = scene.server.requests() - before - asked;
            assert!(used <= most, "{}: {used} of {most}", it.source);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_tag_or_a_field_set_weeks_later_arrives_with_the_next_run() {
    for it in ALL {
        let field = |key: &str, name: &str| format!("{key} = {{ custom_field = \"{}{name}\" }}\n", it.field_prefix);
        let by_field = field("caused_by_deploy", "u_cause") + &field("deployment_ref", "u_sha");
        let mut world = World::new();
        world.incident(now() - 60 * DAY);
        let scene = it.scene(world, &by_field);
        scene.fetched(&["--strict"]);
        assert_eq!(verdict(&scene, it.source), (None, None), "{}", it.source);
        scene.server.state(|state| {
            state.world.made[0].fields = vec![("u_cause".into(), json!("yes")), ("u_sha".into(), json!("0a1b2c3d"))];
        });
        scene.fetched(&["--strict"]);
        assert_eq!(verdict(&scene, it.source), (Some(true), Some("0a1b2c3d".into())), "{}", it.source);
    }
    // Records of ServiceNow have no tags.
    for it in ALL.into_iter().filter(|it| it.source != "servicenow") {
        let mut world = World::new();
        world.incident(now() - 60 * DAY).tags = vec!["caused-by-deploy".into()];
        let scene = it.scene(world, "");
        scene.fetched(&["--strict"]);
        assert_eq!(verdict(&scene, it.source), (Some(true), None), "{}", it.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn doctor_says_whether_the_key_is_right_and_what_the_newest_incidents_name() {
    let service = "[[service]]\nname = \"shop\"\nrepos = [\"a/shop\"]\nincidents = [\"Checkout\", \"PCHECK\", \"OPS\", \"Operations\"]\n";
    for it in ALL {
        let mut world = World::new();
        for nth in 0..3 {
            world.incident(now() - 2 * DAY + nth * MINUTE).fields = vec![("u_cause".into(), json!("no"))];
        }
        let cause = format!("caused_by_deploy = {{ custom_field = \"{}u_cause\" }}\n", it.field_prefix);
        let scene = it.scene(world, &(cause + service));
        let run = scene.run(&DOCTOR).checks();
        for words in [
            "accepts the key in ",
            "Checkout (Checkout) → shop",
            "of the newest 3 incidents of the last 30 days 3 say whether a deployment caused them",
        ] {
            assert!(run.stdout.contains(words), "{}: {words}: {}", it.source, run.stdout);
        }
        scene.server.state(|state| state.revoked = true);
        let run = scene.run(&DOCTOR).checks();
        assert_eq!(run.code, 3, "{}: {}", it.source, run.stdout);
        assert!(run.stdout.contains(it.variable), "{}: {}", it.source, run.stdout);
    }
}

fn ends_well_of(it: &'static StandIn) {
    for seed in seeds() {
        let mut world = World::new();
        for nth in 0..120 {
            let made = world.incident(NEW_YEAR + nth * DAY);
            made.priority = Some("P2".into());
            made.tags = vec!["caused-by-deploy".into()];
        }
        let scene = it.scene(world, "");
        let mut changes = Changes::new(seed);
        scene.server.state(|state| state.edit = Some(Box::new(move |value: &mut Value| changes.alter(value))));
        let run = scene.fetch(&["--deadline", "8s", "--max-wait", "1s"]);
        ends_well(&scene.place, &run, scene.server.requests(), &format!("{}, seed {seed}", it.source));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_fetch_ends_cleanly_for_any_reply() {
    ALL.into_iter().for_each(ends_well_of);
}

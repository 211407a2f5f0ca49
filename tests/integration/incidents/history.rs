//! Whole histories of PagerDuty: windows, caps, time zones, what is new, what is late, and what disappears.

use std::collections::BTreeSet;

use super::scene::Scene;
use super::server::Fault;
use super::world::{DAY, HOUR, MINUTE, NEW_YEAR, World, iso, now};

const YEAR: &str = "2025";

#[test]
fn a_year_and_more_is_read_over_windows_and_nothing_is_lost_or_doubled_at_their_edges() {
    let mut world = World::new();
    // Some at the very edges of windows of 180 days, some a millisecond beside them.
    for edge in [0, 180, 360] {
        for beside in [-1, 0, 1, 999, 1_000, 1_001] {
            world.incident(NEW_YEAR + edge * DAY + beside);
            world.incident(NEW_YEAR + edge * DAY - 1_000 + beside);
        }
    }
    for nth in 0..400 {
        world.incident(NEW_YEAR + nth * DAY + 7 * HOUR);
    }
    world.made.sort_by_key(|made| made.created);
    let scene = Scene::pagerduty(world, "");
    scene.fetched(&[]);
    let wanted: BTreeSet<String> = scene.server.state(|state| {
        let inside = |at: i64| (NEW_YEAR..NEW_YEAR + 365 * DAY).contains(&at);
        state.world.made.iter().filter(|made| inside(made.created)).map(|made| made.id.clone()).collect()
    });
    let rows = scene.column("2025-01-30..2026-01-01", "opened_at");
    let found: BTreeSet<String> = rows.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(rows.len(), found.len(), "none twice");
    assert_eq!(found, wanted);
    let [(from, to)] = &scene.covered("pagerduty", "*")[..] else { panic!("one span") };
    assert!(from.starts_with("2025-01-01") && to.as_str() > "2026-01-01", "{from}..{to}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn more_incidents_than_one_request_shows_are_all_read() {
    let mut world = World::new();
    for nth in 0..11_000 {
        world.incident(NEW_YEAR + 60 * DAY + nth * 4 * MINUTE / 2);
    }
    let scene = Scene::pagerduty(world, "");
    scene.fetched(&[]);
    assert_eq!(scene.incidents("2025-03").len(), 11_000);
    let windows = 5;
    let lookups =
        scene.server.asked("/services") + scene.server.asked("/priorities") + scene.server.asked("/incidents/");
    let requests = scene.server.requests();
    assert!(requests * 100 <= 110 * 11_000 / 100 + 100 * (windows + lookups), "{requests} requests");
}

#[test]
fn every_question_names_both_ends_and_the_zone() {
    let mut world = World::new();
    world.incident(NEW_YEAR + 40 * DAY);
    let scene = Scene::pagerduty(world, "");
    scene.fetched(&[]);
    let lists: Vec<String> = scene
        .server
        .state(|state| state.log.iter().filter(|asked| asked.starts_with("/incidents?")).cloned().collect());
    assert!(!lists.is_empty());
    for asked in lists {
        for part in ["since=", "until=", "time_zone=UTC", "sort_by=created_at%3Aasc", "Z&"] {
            assert!(asked.contains(part), "{part}: {asked}");
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_second_run_rereads_two_weeks_and_asks_for_what_was_open_before() {
    let begin = now();
    let mut world = World::new();
    for nth in 0..300 {
        world.incident(NEW_YEAR + nth * DAY);
    }
    world.incident(begin - 40 * DAY).ended = None;
    world.incident(begin - 30 * DAY).ended = None;
    world.incident(begin - 10 * DAY);
    world.incident(begin - 5 * DAY).ended = None;
    let ids: Vec<String> = world.made.iter().rev().take(4).map(|made| made.id.clone()).collect();
    let scene = Scene::pagerduty(world, "caused_by_deploy = { title = 'rollout' }\n");
    scene.fetched(&[]);
    let before = scene.server.requests();
    let (five, ten, thirty, forty) = (ids[0].clone(), ids[1].clone(), ids[2].clone(), ids[3].clone());
    scene.server.state(|state| {
        let find = |state: &mut super::server::State, id: &str| {
            state.world.made.iter().position(|made| made.id == id).expect("an incident")
        };
        // A late resolution, a late flag, one that is opened again, one that is deleted.
        let at = find(state, &forty);
        state.world.made[at].ended = Some(begin - DAY);
        let at = find(state, &ten);
        state.world.made[at].title = "bad rollout".into();
        state.world.made[at].ended = None;
        let at = find(state, &thirty);
        state.world.made.remove(at);
        let at = find(state, &five);
        state.world.made.remove(at);
    });
    let run = scene.fetched(&[]);
    assert!(scene.server.requests() - before <= 6, "{} requests", scene.server.requests() - before);
    let last = |name: &str| {
        let flags = ["report", "--format", "csv", "--compare", "none", "--period", "2025-01-01..2027-01-01"];
        scene.place.done(flags);
        let files = scene.place.files("reports");
        let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("incidents.csv")).expect("the table");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let heads = reader.headers().expect("a header").clone();
        let at = |name: &str| heads.iter().position(|own| own == name).expect("a column");
        let (id, wanted) = (at("id"), at(name));
        let rows: Vec<(String, String)> =
            reader.records().flatten().map(|row| (row[id].to_owned(), row[wanted].to_owned())).collect();
        move |wanted: &str| rows.iter().find(|(id, _)| id == wanted).expect("a row").1.clone()
    };
    assert_eq!(last("status")(&thirty), "gone", "kept and marked\n{}", run.stderr);
    assert_eq!(last("status")(&five), "gone");
    assert_eq!(last("resolved_at")(&ten), "", "it is open again");
    assert_eq!(last("resolved_at")(&forty)[..10], iso(begin - DAY)[..10]);
}

#[test]
fn incidents_made_while_pages_are_read_wait_for_the_next_run() {
    let mut world = World::new();
    for nth in 0..350 {
        world.incident(NEW_YEAR + nth * DAY / 4);
    }
    let scene = Scene::pagerduty(world, "");
    for number in [4, 5] {
        scene.server.fault(
            number,
            Fault::World(Box::new(|world| {
                for nth in 0..60 {
                    world.incident(now() + nth);
                }
            })),
        );
    }
    scene.fetched(&[]);
    assert_eq!(scene.incidents("2025-01-30..2025-05-01").len(), 350);
    scene.fetched(&[]);
    let rows = scene.place.files("data/incidents").len();
    assert!(rows >= 4, "the new ones are there after the second run");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_any_request_the_rerun_ends_with_the_same_dataset() {
    let world = || {
        let mut world = World::new();
        for nth in 0..900 {
            world.incident(NEW_YEAR + nth * 9 * HOUR);
        }
        world.incident(NEW_YEAR + 100 * DAY).ended = None;
        world
    };
    let whole = Scene::pagerduty(world(), "");
    whole.fetched(&[]);
    let wanted = whole.incidents(YEAR);
    let requests = whole.server.requests();
    for number in 1..=requests.min(20) {
        let scene = Scene::pagerduty(world(), "");
        scene.server.fault(number, Fault::Hold);
        let mut child = scene.command(&["fetch", "--since", super::scene::SINCE]).spawn().expect("the program runs");
        scene.server.held();
        child.kill().expect("killed");
        child.wait().expect("ended");
        scene.fetched(&[]);
        assert_eq!(scene.incidents(YEAR), wanted, "killed at request {number}");
    }
}

#[test]
fn an_interrupted_history_resumes_where_it_stopped() {
    let mut world = World::new();
    for nth in 0..2_000 {
        world.incident(NEW_YEAR + nth * 4 * HOUR);
    }
    let scene = Scene::pagerduty(world, "");
    scene.server.fault(18, Fault::Revoke);
    assert_eq!(scene.fetch(&[]).code, 3);
    assert!(scene.covered("pagerduty", "*").is_empty(), "nothing is claimed");
    scene.server.state(|state| state.revoked = false);
    let before = scene.server.requests();
    scene.fetched(&[]);
    assert!(scene.server.requests() - before <= 19, "{} requests", scene.server.requests() - before);
    assert_eq!(scene.incidents("2025-01-30..2025-12-01").len(), 2_000);
}

//! Where a list ends, what is deleted while it is read, and what a single incident that is not there means.

use serde_json::Value;

use super::http_incidents::{CURSOR, OFFSET};
use super::{StandIn, grafana_irm, incident_io, jira, rootly};
use crate::incidents::scene::Scene;
use crate::incidents::server::Fault;
use crate::incidents::world::{DAY, HOUR, NEW_YEAR, World, iso, now};

const YEAR: &str = "2025-01-30..2026-01-01";

fn many(count: i64) -> World {
    let mut world = World::new();
    for nth in 0..count {
        world.incident(NEW_YEAR + 40 * DAY + nth * HOUR);
    }
    world
}

/// A scene with a part of the section replaced.
fn scene(it: &'static StandIn, world: World, from: &str, to: &str) -> Scene {
    assert!(it.section.contains(from), "{from}");
    let scene = Scene::new(world, &it.section.replace(from, to));
    scene.server.state(|state| state.stand_in = Some(it));
    scene
}

/// A service, what its replies lose, and what a fetch then says.
type Loss = (&'static StandIn, fn(&mut Value), &'static str);

#[test]
fn a_full_page_without_a_next_one_is_not_the_end_of_a_list_that_has_more() {
    let lost: [Loss; 2] = [
        (&rootly::STAND_IN, |reply| reply["links"]["next"] = Value::Null, "counts more incidents than it lists"),
        (
            &jira::STAND_IN,
            |reply| drop(reply.as_object_mut().map(|reply| reply.remove("nextPageToken"))),
            "says that more rows follow, but does not name the next page",
        ),
    ];
    for (it, lose, words) in lost {
        let scene = it.scene(many(300), "");
        scene.server.state(|state| state.edit = Some(Box::new(lose)));
        let run = scene.fetch(&[]);
        assert_eq!(run.code, 4, "{}: {}", it.source, run.stderr);
        assert!(run.stderr.contains(words), "{}: {}", it.source, run.stderr);
        assert!(scene.covered(it.source, "*").is_empty(), "{}", it.source);
    }
    let scene = scene(&CURSOR, many(300), "next = \"/meta/token\"", "next = \"/token\"\npage_size = 70");
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    let words = "a full page does not say where the next one is: it has 70 rows, and `page_size` is 70";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert!(scene.covered("desk-cursor", "*").is_empty());
}

#[test]
fn a_full_page_that_has_lost_its_cursor_is_followed_by_a_request_from_its_newest_incident_on() {
    let it = &incident_io::STAND_IN;
    let scene = it.scene(many(300), "");
    let lose = |reply: &mut Value| drop(reply["pagination_meta"].as_object_mut().map(|meta| meta.remove("after")));
    scene.server.state(|state| state.edit = Some(Box::new(lose)));
    let run = scene.fetched(&["--strict"]);
    assert_eq!(scene.incidents(YEAR).len(), 300, "{}", run.stderr);
    assert!(!run.stderr.contains("than it lists"), "{}", run.stderr);
    assert_eq!(scene.server.requests(), 2, "{}", run.stderr);
}

#[test]
fn an_incident_that_is_deleted_between_two_pages_hides_no_other_one() {
    let of_pages = "paging = \"page\"\ntotal = \"/total\"";
    for scene in [
        OFFSET.scene(many(250), ""),
        scene(&OFFSET_AS_PAGES, many(250), "paging = \"offset\"\nnext = \"/more\"", of_pages),
        grafana_irm::STAND_IN.scene(many(250), ""),
    ] {
        let source = scene.server.state(|state| state.stand_in.map_or("", |it| it.source));
        let whole = scene.server.state(|state| state.world.made.len());
        // Grafana IRM is asked for 30 days at a time; the second window is the first one with incidents.
        let second_page = if source == "grafana-irm" { 3 } else { 2 };
        scene.server.fault(second_page, Fault::World(Box::new(|world| drop(world.made.pop()))));
        let run = scene.fetched(&["--strict"]);
        assert_eq!(scene.incidents(YEAR).len(), whole, "{source}: {}", run.stderr);
        assert!(!run.stderr.contains("more incidents than it lists"), "{source}: {}", run.stderr);
    }
}

/// The same list by page number, with the number of its incidents.
static OFFSET_AS_PAGES: StandIn = StandIn {
    parameters: &["limit", "page"],
    answer: |world, url| {
        let page = super::number(url, "page", 1);
        let found = super::within(world, i64::MIN, i64::MAX, false);
        let rows: Vec<Value> = found.iter().skip((page - 1) * 100).take(100).map(|made| (OFFSET.shown)(made)).collect();
        super::plain(200, serde_json::json!({"incidents": rows, "total": found.len()}))
    },
    ..OFFSET
};

#[test]
fn a_list_that_shows_fewer_incidents_than_it_counts_is_read_once_and_the_number_is_said() {
    let it = &incident_io::STAND_IN;
    let scene = it.scene(many(20), "");
    scene.server.state(|state| {
        state.edit = Some(Box::new(|reply: &mut Value| reply["pagination_meta"]["total_record_count"] = 23.into()));
    });
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("the service counts 3 more incidents than it lists"), "{}", run.stderr);
    assert_eq!(scene.server.requests(), 1, "{}", run.stderr);
    assert_eq!(scene.covered(it.source, "*").len(), 1);
}

#[test]
fn a_wrong_path_of_one_incident_does_not_make_open_incidents_gone() {
    let mut world = World::new();
    world.incident(now() - 40 * DAY).ended = None;
    world.incident(now() - 3 * DAY);
    let scene = scene(&OFFSET, world, "one = \"/incidents/{id}\"", "one = \"/incident/{id}\"");
    scene.fetched(&["--strict"]);
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("check `one` and `one_row`"), "{}", run.stderr);
    assert_eq!(statuses(&scene), ["open", "resolved"]);
}

#[test]
fn an_open_incident_that_is_not_there_is_gone_only_if_the_service_shows_another_one() {
    let mut world = World::new();
    world.incident(now() - 40 * DAY).ended = None;
    let scene = OFFSET.scene(world, "");
    scene.fetched(&["--strict"]);
    scene.server.state(|state| state.world.made.clear());
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("it stays open until a later fetch"), "{}", run.stderr);
    assert_eq!(statuses(&scene), ["open"]);
    scene.server.state(|state| state.world.incident(now() - DAY).id.insert(0, 'N'));
    scene.fetched(&["--strict"]);
    assert_eq!(statuses(&scene), ["gone", "resolved"]);
}

/// The statuses of the incidents of the last two months, by their opening.
fn statuses(scene: &Scene) -> Vec<String> {
    let _ = std::fs::remove_dir_all(scene.place.path("reports"));
    let day = |days: i64| iso(now() + days * DAY)[..10].to_owned();
    let period = format!("{}..{}", day(-60), day(1));
    scene.place.done(["report", "--format", "csv", "--compare", "none", "--period", &period]);
    let files = scene.place.files("reports");
    let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("incidents.csv")).expect("the table");
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let heads = reader.headers().expect("a header").clone();
    let at = |name: &str| heads.iter().position(|own| own == name).expect("a column");
    let (opened, status) = (at("opened_at"), at("status"));
    let rows = reader.records().map(|row| row.expect("a row"));
    let mut rows: Vec<(String, String)> = rows.map(|row| (row[opened].to_owned(), row[status].to_owned())).collect();
    rows.sort();
    rows.into_iter().map(|(_, status)| status).collect()
}

#[test]
fn an_incident_that_ends_before_it_begins_is_counted_in_a_message() {
    for it in super::ALL {
        let mut world = World::new();
        let made = world.incident(NEW_YEAR + 59 * DAY);
        (made.ended, made.impact) = (Some(made.created - HOUR), None);
        let scene = it.scene(world, "");
        let run = scene.fetched(&["--strict"]);
        let words = "1 row has an end before its start; these durations are left out with the reason `negative`";
        assert!(run.stderr.contains(words), "{}: {}", it.source, run.stderr);
    }
}

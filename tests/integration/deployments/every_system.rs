//! What holds for every system: its rows are the world's, whatever happens on the way, and nothing is covered that was not
//! read.

use std::cell::Cell;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::argocd::ARGOCD;
use super::azure_devops::AZURE_DEVOPS;
use super::buildkite::BUILDKITE;
use super::http::{BY_CURSOR, OTHERS};
use super::jenkins::JENKINS;
use super::server::{Fault, KEY, Server, System};
use super::world::{Keeps, SINCE, World};
use crate::support::{DOCTOR, Place, Run};

/// Enough for three pages.
const ROWS: usize = 250;

/// Each system, and how many requests a first and a later run take.
const SYSTEMS: [(System, usize, usize); 5] =
    [(AZURE_DEVOPS, 9, 4), (ARGOCD, 1, 1), (BUILDKITE, 5, 4), (JENKINS, 6, 4), (BY_CURSOR, 3, 1)];

struct Scene {
    /// The time of the program's clock.
    clock: Cell<&'static str>,
    place: Place,
    server: Server,
    system: System,
}

impl Scene {
    fn new(system: System, rows: usize) -> Self {
        let clock = Cell::new("2025-05-08T12:00:00Z");
        let scene = Self { clock, place: Place::new(), server: Server::start(system, World::new(rows)), system };
        scene.place.write("dora.toml", &system.section.replace("URL", &scene.server.url()));
        scene
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"] {
            command.env_remove(name);
        }
        command.env(self.system.variable, KEY).env("DORA_REPORT_TEST_CLOCK", self.clock.get());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.server.begin();
        self.going_on(arguments)
    }

    /// The same, with the faults that were asked for.
    fn going_on(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().expect("the program runs"))
    }

    fn fetched(&self) -> Run {
        let run = self.run(&["fetch", "--since", SINCE]);
        assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
        run
    }

    /// Repo and revision of every deployment that a report counts.
    fn counted(&self) -> Vec<(String, String)> {
        self.place.done(["report", "--period", "2025-01-01..2025-12-31", "--format", "csv", "--compare", "none"]);
        let files = self.place.files("reports");
        let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("deployments.csv")).expect("the table");
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let heads = reader.headers().expect("a header").clone();
        let at = |name: &str| heads.iter().position(|own| own == name).expect("a column");
        let (repo, sha, status) = (at("repo"), at("sha"), at("status"));
        let rows = reader.records().map(|row| row.expect("a row"));
        let rows = rows.filter(|row| &row[status] == "success");
        let mut rows: Vec<(String, String)> = rows.map(|row| (row[repo].to_owned(), row[sha].to_owned())).collect();
        rows.sort();
        rows
    }

    /// What should be counted.
    fn wanted(&self, world: &World) -> Vec<(String, String)> {
        let mut all: Vec<_> =
            world.succeeded().into_iter().map(|(repo, sha)| ((self.system.repo)(&repo), sha)).collect();
        all.sort();
        all
    }

    /// The repos that are covered from the first day on.
    fn covered(&self) -> Vec<String> {
        let Ok(text) = std::fs::read_to_string(self.place.path("data/coverage.json")) else { return Vec::new() };
        let entries: Value = serde_json::from_str(&text).expect("JSON");
        let is_own = |entry: &&Value| {
            assert_eq!(entry["source"], self.system.source);
            let from = entry["spans"][0][0].as_str().unwrap_or("9999");
            entry["table"] == "deployments" && from <= "2025-01-01T00:00:00Z"
        };
        let own = entries.as_array().expect("entries").iter().filter(is_own);
        own.map(|entry| entry["scope"].as_str().expect("a scope").to_owned()).collect()
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_row_of_all_pages_is_read_without_a_needless_request() {
    for (system, first, later) in SYSTEMS {
        let scene = Scene::new(system, ROWS);
        let run = scene.fetched();
        assert_eq!(scene.server.requests(), first, "{}: {}", system.source, run.stdout);
        assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{}", system.source);
        assert_eq!(scene.covered().len(), 2, "{}", system.source);
        // Two days later there are four rows more.
        scene.server.world(|world| *world = World::new(ROWS + 4));
        scene.clock.set("2025-05-10T12:00:00Z");
        scene.fetched();
        assert_eq!(scene.server.requests(), later, "{}", system.source);
        assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS + 4)), "{}", system.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn faults_during_a_fetch_do_not_change_the_rows() {
    let faults = [
        Fault::Status(429, vec![("retry-after", "1")]),
        Fault::Status(503, Vec::new()),
        Fault::Status(500, Vec::new()),
        Fault::Cut,
    ];
    for (system, first, _) in SYSTEMS {
        for (nth, fault) in faults.iter().enumerate() {
            let scene = Scene::new(system, ROWS);
            scene.server.fault(1 + nth % first, fault.clone());
            let run = scene.going_on(&["fetch", "--since", SINCE]);
            assert_eq!(run.code, 0, "{} {fault:?}: {}", system.source, run.stderr);
            assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{} {fault:?}", system.source);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_key_that_is_revoked_midway_is_named_and_a_later_run_completes_the_rows() {
    for (system, first, _) in SYSTEMS {
        let scene = Scene::new(system, ROWS);
        scene.server.fault(first, Fault::Revoke);
        let run = scene.going_on(&["fetch", "--since", SINCE]);
        assert_eq!(run.code, 3, "{}: {}", system.source, run.stderr);
        assert!(run.stderr.contains(system.variable), "{}: {}", system.source, run.stderr);
        assert!(!run.stderr.contains(KEY) && !run.stdout.contains(KEY));
        assert!(scene.covered().len() < 2, "{}", system.source);
        scene.fetched();
        assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{}", system.source);
        assert_eq!(scene.covered().len(), 2, "{}", system.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_any_request_and_started_again_nothing_is_lost_or_twice() {
    for (system, first, _) in SYSTEMS {
        for number in 1..=first {
            let scene = Scene::new(system, ROWS);
            scene.server.fault(number, Fault::Hold);
            let mut child = scene.command(&["fetch", "--since", SINCE]).spawn().expect("the program starts");
            scene.server.held();
            child.kill().expect("the program can be killed");
            child.wait().expect("the program ends");
            assert!(scene.covered().len() < 2, "{} {number}", system.source);
            scene.fetched();
            assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{} {number}", system.source);
            assert_eq!(scene.covered().len(), 2, "{} {number}", system.source);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn null_entries_are_skipped_and_counted_and_an_unknown_state_is_shown() {
    for (system, ..) in SYSTEMS {
        let scene = Scene::new(system, 20);
        scene.server.world(|world| world.has_nulls = true);
        let run = scene.fetched();
        assert!(run.stderr.contains("no start time; "), "{}: {}", system.source, run.stderr);
        assert_eq!(scene.counted(), scene.wanted(&World::new(20)), "{}", system.source);
        if system.source == "argocd" {
            // It keeps only syncs that succeeded.
            continue;
        }
        let scene = Scene::new(system, 20);
        scene.server.world(|world| world.state = Some("Ascended"));
        scene.fetched();
        let report = scene.run(&["report", "--period", "2025-01-01..2025-12-31", "--format", "json"]);
        assert!(report.stderr.to_lowercase().contains("ascended"), "{}: {}", system.source, report.stderr);
    }
}

#[test]
fn a_repo_is_not_covered_until_its_hidden_list_can_be_read() {
    for (system, ..) in SYSTEMS.into_iter().filter(|(system, ..)| !system.list_of_api.is_empty()) {
        let scene = Scene::new(system, 20);
        scene.server.deny(Some(system.list_of_api));
        let run = scene.run(&["fetch", "--since", SINCE, "--strict"]);
        assert_ne!(run.code, 0, "{}: {}", system.source, run.stdout);
        assert!(run.stderr.contains("not for you"), "{}: {}", system.source, run.stderr);
        // Rows of the other list were read.
        assert!(!run.stderr.contains("nothing that is configured exists"), "{}: {}", system.source, run.stderr);
        let api = (system.repo)("acme/api");
        assert!(!scene.covered().contains(&api), "{}: {:?}", system.source, scene.covered());
        scene.server.deny(None);
        scene.fetched();
        assert_eq!(scene.covered().len(), 2, "{}", system.source);
        assert_eq!(scene.counted(), scene.wanted(&World::new(20)), "{}", system.source);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_dry_run_shows_the_most_requests_and_doctor_shows_what_the_key_can_read() {
    for (system, first, _) in SYSTEMS {
        let scene = Scene::new(system, ROWS);
        let run = scene.run(&["fetch", "--since", SINCE, "--dry-run"]);
        assert_eq!(run.code, 0, "{}: {}", system.source, run.stderr);
        let total = run.stdout.lines().find(|line| line.starts_with("total")).expect("a total");
        let numbers: Vec<usize> = total.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert!(numbers[0] >= 208 && numbers[2] >= first, "{}: {}", system.source, run.stdout);
        assert!(!scene.place.path("data/deployments").exists());
        let doctor = scene.run(&DOCTOR).checks();
        assert!(doctor.stdout.contains("accepts the key"), "{}: {}", system.source, doctor.stdout);
        assert!(doctor.stdout.contains("fetch reads "), "{}: {}", system.source, doctor.stdout);
    }
}

#[test]
fn without_a_key_the_message_names_the_variable_and_no_request_is_sent() {
    for (system, ..) in SYSTEMS {
        let scene = Scene::new(system, 20);
        let run = Run::of(scene.command(&["fetch"]).env_remove(system.variable).output().expect("the program runs"));
        assert_eq!((run.code, scene.server.requests()), (3, 0), "{}: {}", system.source, run.stderr);
        assert!(run.stderr.contains(system.variable) && run.stderr.contains("may read deployments"), "{}", run.stderr);
    }
}

#[test]
fn a_described_list_is_read_by_each_of_the_four_readers() {
    for system in OTHERS {
        let scene = Scene::new(system, ROWS);
        scene.fetched();
        // Without a word on the next page, only an empty one is certainly the last.
        let requests = if system.section.contains("link") { 3 } else { 4 };
        assert_eq!(scene.server.requests(), requests, "{}", system.section);
        assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{}", system.section);
    }
}

#[test]
fn a_missing_list_is_an_error_and_covers_nothing() {
    let scene = Scene::new(BY_CURSOR, 20);
    let section = BY_CURSOR.section.replace("URL", &scene.server.url()).replace("/data", "/deployments");
    scene.place.write("dora.toml", &section);
    let run = scene.run(&["fetch", "--since", SINCE]);
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("there is no list at /deployments"), "{}", run.stderr);
    assert!(scene.covered().is_empty());
}

#[test]
fn nothing_is_covered_before_a_deployment_that_may_be_of_any_repo() {
    let scene = Scene::new(JENKINS, 20);
    scene.server.world(|world| world.without_repo = Some(5));
    let run = scene.fetched();
    assert!(run.stderr.contains("1 deployment does not name its repo and was skipped"), "{}", run.stderr);
    assert!(run.stderr.contains("figures begin after 2025-01-05T09:00:00"), "{}", run.stderr);
    assert!(scene.covered().is_empty());
    let coverage = scene.place.read("data/coverage.json");
    assert!(coverage.contains("2025-01-05T09:00:00.001Z"), "{coverage}");
}

#[test]
fn a_run_for_one_repo_leaves_the_others_to_the_next_run() {
    let scene = Scene::new(JENKINS, ROWS);
    let run = scene.run(&["fetch", "--since", SINCE, "--repo", "acme/web"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(scene.covered(), ["acme/web"]);
    scene.fetched();
    assert_eq!(scene.covered().len(), 2);
    assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)));
}

#[test]
fn what_a_system_has_dropped_is_not_covered_whatever_it_keeps_beside() {
    // The newest 100, which fill a page; and the newest 50 beside a build that is kept for ever.
    let cases: [(Keeps, &str); 2] = [
        (|number| number > 150, "2025-03-19T09:00:00Z"),
        (|number| number == 1 || number > 200, "2025-04-13T09:00:00Z"),
    ];
    for (keeps, begin) in cases {
        let scene = Scene::new(JENKINS, ROWS);
        scene.server.world(|world| {
            world.repos.truncate(1);
            world.keeps = keeps;
        });
        scene.fetched();
        let coverage: Value = serde_json::from_str(&scene.place.read("data/coverage.json")).expect("JSON");
        assert_eq!(coverage[0]["spans"][0][0], begin, "{coverage}");
    }
}

#[test]
fn what_succeeded_without_an_end_anywhere_is_an_error_and_no_history_without_deployments() {
    let scene = Scene::new(BY_CURSOR, 20);
    let section = BY_CURSOR.section.replace("URL", &scene.server.url()).replace("\"/ended\"", "\"/target/name/ended\"");
    scene.place.write("dora.toml", &section);
    let run = scene.run(&["fetch", "--since", SINCE]);
    assert_ne!(run.code, 0, "{}", run.stdout);
    assert!(run.stderr.contains("no deployment that succeeded has an instant at /target/name/ended"), "{}", run.stderr);
    assert!(scene.covered().is_empty());
}

/// Sections of the described system with a place or a path that is wrong, and what a fetch then says.
#[test]
fn a_wrong_place_of_the_next_page_is_refused_and_a_path_has_no_parameters() {
    for (from, to, code, words) in [
        ("next = \"/next\"", "next = \"/meta/next\"", 4, "a full page does not say where the next one is"),
        ("path = \"/cursor\"", "path = \"/cursor?state=all\"", 2, "contains `?` or `#`, which a path cannot have"),
    ] {
        let scene = Scene::new(BY_CURSOR, ROWS);
        let section = BY_CURSOR.section.replace("URL", &scene.server.url());
        assert!(section.contains(from), "{section}");
        scene.place.write("dora.toml", &section.replace(from, to));
        let run = scene.run(&["fetch", "--since", SINCE]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(scene.covered().is_empty());
    }
}

#[test]
fn a_full_last_page_without_a_next_one_is_the_end_if_the_total_says_so() {
    let absent = BY_CURSOR.section.replace("next = \"/next\"", "next = \"/meta/next\"");
    // With the ten rows of the second repo, the last page is full.
    for (section, rows) in [(absent.as_str(), 90), (OTHERS[2].section, 190)] {
        let scene = Scene::new(BY_CURSOR, rows);
        let section = section.replace("URL", &scene.server.url());
        scene.place.write("dora.toml", &section);
        let run = scene.run(&["fetch", "--since", SINCE]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(run.stderr.contains("it has 100 rows, and `page_size` is 100"), "{}", run.stderr);
        for way_out in ["total = \"/total\"\n", "page_size = 101\n"] {
            scene.place.write("dora.toml", &(section.clone() + way_out));
            let run = scene.run(&["fetch", "--since", SINCE]);
            assert_eq!(run.code, 0, "{way_out}: {}", run.stderr);
            assert_eq!(scene.counted(), scene.wanted(&World::new(rows)), "{way_out}");
        }
    }
}

#[test]
fn a_row_that_is_deleted_between_two_pages_hides_no_other_row() {
    let by_page = System { section: OTHERS[1].section, ..BY_CURSOR };
    for (system, more) in [(OTHERS[0], ""), (by_page, "total = \"/total\"\n")] {
        let scene = Scene::new(system, ROWS);
        scene.place.write("dora.toml", &(system.section.replace("URL", &scene.server.url()) + more));
        // After the first page, one of its rows goes.
        scene.server.world(|world| world.deleted_after_a_page = Some(ROWS));
        let run = scene.run(&["fetch", "--since", SINCE]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(scene.server.requests() > 4, "{}: the list is read again", system.section);
        assert_eq!(scene.counted(), scene.wanted(&World::new(ROWS)), "{}", system.section);
        assert_eq!(scene.covered().len(), 2);
    }
}

#[test]
fn rows_that_end_before_they_begin_are_counted_in_a_message() {
    for (system, ..) in SYSTEMS.into_iter().filter(|(system, ..)| system.source != "jenkins") {
        let scene = Scene::new(system, 20);
        scene.server.world(|world| {
            let row = &mut world.repos[0].rows[0];
            row.ended = row.began - chrono::Duration::hours(1);
        });
        let run = scene.fetched();
        let words = "1 row has an end before its start; these durations are left out with the reason `negative`";
        assert!(run.stderr.contains(words), "{}: {}", system.source, run.stderr);
    }
}

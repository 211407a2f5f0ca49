//! Rows with one key: refused where they are two events, brought together where they are one.

use crate::support::Place;

const HEAD: &str = "id,repo,environment,sha,status,created_at,finished_at\n";
const COVERS: [&str; 2] = ["--covers", "2026-01-01..2026-10-01"];

fn import<'a>(table: &'a str, files: &[&'a str]) -> Vec<&'a str> {
    [&["import", table], files, &COVERS].concat()
}

/// Figures of the group "all" in July 2026.
fn all(place: &Place) -> serde_json::Value {
    place.done(["-q", "report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&place.read("reports/2026-07/report.json")).expect("JSON");
    let groups = report["groups"].as_array().expect("groups");
    groups.iter().find(|group| group["kind"] == "all").expect("the whole")["metrics"].clone()
}

/// Whether a run refused a key that both places use, and stored nothing new.
fn is_refused(place: &Place, arguments: Vec<&str>, places: [&str; 2]) {
    let before = place.path("data").exists().then(|| place.files("data"));
    let run = place.run(arguments);
    assert_eq!(run.code, 4, "{}", run.stderr);
    for part in places.into_iter().chain(["--source NAME", "Nothing was stored"]) {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    let tables = |files: Vec<(std::path::PathBuf, Vec<u8>)>| {
        files
            .into_iter()
            .filter(|(path, _)| path.ends_with("part.parquet") || path.ends_with("coverage.json"))
            .collect()
    };
    let now: Vec<_> = tables(place.files("data"));
    assert_eq!(before.map_or_else(Vec::new, tables), now);
}

#[test]
fn an_id_that_two_repos_environments_or_revisions_use_is_refused_with_both_places() {
    let web = "101,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n";
    for other in [
        "101,acme/api,production,a1,success,2026-07-03T10:00:00Z,2026-07-03T10:05:00Z\n",
        "101,acme/web,staging,a1,success,2026-07-03T10:00:00Z,2026-07-03T10:05:00Z\n",
        "101,acme/web,production,b1,success,2026-07-03T10:00:00Z,2026-07-03T10:05:00Z\n",
    ] {
        let place = Place::new();
        place.write("one.csv", &format!("{HEAD}{web}{other}")).write("web.csv", &format!("{HEAD}{web}"));
        place.write("other.csv", &format!("{HEAD}{other}"));
        is_refused(&place, import("deployments", &["one.csv"]), ["one.csv:3", "one.csv:2"]);
        is_refused(&place, import("deployments", &["web.csv", "other.csv"]), ["other.csv:2", "web.csv:2"]);
        place.done(import("deployments", &["web.csv"]));
        is_refused(&place, import("deployments", &["other.csv"]), ["other.csv:2", "the dataset"]);
        place.done([&import("deployments", &["other.csv"])[..], &["--source", "jenkins"]].concat());
        place.done(import("deployments", &["web.csv"]));
    }
}

#[test]
fn case_short_shas_and_missing_values_make_no_other_deployment() {
    let place = Place::new();
    place.write(
        "d.csv",
        &format!(
            "{HEAD}1,acme/web,production,0a1b2c3d4e,pending,2026-07-01T10:00:00Z,\n\
             1,Acme/Web,Production,0A1B2C3,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n\
             1,acme/web,,,inactive,2026-07-01T10:00:00Z,\n"
        ),
    );
    let run = place.done(import("deployments", &["d.csv"]));
    assert!(run.stderr.contains("1 of them new, 2 rows merged with others of the same event"), "{}", run.stderr);
    assert_eq!(all(&place)["deployment_frequency"]["deployments"], 1);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_statuses_of_one_deployment_come_to_its_first_success_in_any_order_and_over_several_imports() {
    let row = |status: &str, created: &str, finished: &str| {
        let instant = |time: &str| if time.is_empty() { String::new() } else { format!("2026-07-01T{time}:00Z") };
        format!("7,acme/web,production,a1,{status},{},{}\n", instant(created), instant(finished))
    };
    let history = [
        row("queued", "10:00", ""),
        row("failure", "10:05", "10:05"),
        row("success", "10:20", "10:20"),
        row("inactive", "11:00", ""),
        row("success", "12:00", "12:00"),
    ];
    let explained = |place: &Place| super::reported(place, "deployments", "7");
    let forward = Place::new();
    forward.write("d.csv", &format!("{HEAD}{}", history.concat())).done(import("deployments", &["d.csv"]));
    let text = explained(&forward);
    assert!(text.contains(",success,2026-07-01T10:00:00Z,2026-07-01T10:20:00Z,"), "{text}");
    let backward = Place::new();
    let reversed: String = history.iter().rev().map(String::as_str).collect();
    backward.write("d.csv", &format!("{HEAD}{reversed}")).done(import("deployments", &["d.csv"]));
    assert_eq!(explained(&backward), text);
    let apart = Place::new();
    for (number, row) in history.iter().enumerate().take(4) {
        let name = format!("{number}.csv");
        apart.write(&name, &format!("{HEAD}{row}")).done(import("deployments", &[&name]));
    }
    assert_eq!(explained(&apart), text);
    // Once more nothing changes.
    for again in ["2.csv", "0.csv"] {
        let run = apart.done(import("deployments", &[again]));
        assert!(run.stderr.contains("0 of them new") && !run.stderr.contains("changed"), "{}", run.stderr);
    }
    apart.write("late.csv", &format!("{HEAD}{}", row("failure", "10:00", "10:30")));
    let run = apart.done(import("deployments", &["late.csv"]));
    let said = "1 deployment ends without success here, and with success in the dataset (first on line 2)";
    assert!(run.stderr.contains(said), "{}", run.stderr);
    assert_eq!(explained(&apart), text);
    // A complete row with the same status corrects the stored row.
    apart.write("right.csv", &format!("{HEAD}{}", row("success", "10:00", "10:30")));
    apart.done(import("deployments", &["right.csv"]));
    assert!(explained(&apart).contains(",success,2026-07-01T10:00:00Z,2026-07-01T10:30:00Z,"));
}

#[test]
fn incidents_that_each_team_numbers_from_1_stay_apart_whatever_their_files_are_called() {
    let head = "id,service_keys,opened_at,resolved_at,title\n";
    let web = format!(
        "{head}1,web,2026-07-01T11:30:00Z,2026-07-01T12:00:00Z,web down\n\
         2,web,2026-07-02T10:30:00Z,2026-07-02T11:00:00Z,web slow\n"
    );
    let api = format!("{head}1,api,2026-07-03T10:30:00Z,2026-07-03T12:00:00Z,api down\n");
    let deployments = format!("{HEAD}1,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n");
    for names in [["web.csv", "api.csv"], ["api.csv", "web.csv"]] {
        let place = Place::new();
        place.write("d.csv", &deployments).done(import("deployments", &["d.csv"]));
        place.write("web.csv", &web).write("api.csv", &api).write("api-again.csv", &api);
        let run = place.done(import("incidents", &names));
        assert!(run.stderr.contains("kept as `") && run.stderr.contains("--source NAME"), "{}", run.stderr);
        assert_eq!(all(&place)["time_to_restore"]["opened"], 3);
        place.done(import("incidents", &["api-again.csv"]));
        place.done(import("incidents", &["web.csv"]));
        assert_eq!(all(&place)["time_to_restore"]["opened"], 3, "imported again, nothing is counted twice");
    }
}

#[test]
fn an_incident_that_moved_to_another_service_is_an_update_and_a_number_used_again_is_refused() {
    let head = "id,service_keys,opened_at,resolved_at,title\n";
    let place = Place::new();
    place
        .write("d.csv", &format!("{HEAD}1,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n"));
    place.done(import("deployments", &["d.csv"]));
    place.write("i.csv", &format!("{head}1,web,2026-07-01T11:30:00Z,,slow\n")).done(import("incidents", &["i.csv"]));
    place.write("moved.csv", &format!("{head}1,api,2026-07-01T11:30:00Z,2026-07-01T12:00:00Z,slow\n"));
    place.done(import("incidents", &["moved.csv"]));
    assert_eq!(all(&place)["time_to_restore"]["opened"], 1);
    place.write("again.csv", &format!("{head}1,api,2026-07-09T11:30:00Z,,another one\n"));
    is_refused(&place, import("incidents", &["again.csv"]), ["again.csv:2", "the dataset"]);
    place.write("twice.csv", &format!("{head}5,api,2026-07-09T11:30:00Z,,a\n5,web,2026-07-09T11:30:00Z,,a\n"));
    is_refused(&place, import("incidents", &["twice.csv"]), ["twice.csv:3", "twice.csv:2"]);
}

#[test]
fn where_one_file_of_several_cannot_be_read_none_is_stored() {
    let place = Place::new();
    let row = |id: u32| format!("{id},acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n");
    place
        .write("good.csv", &format!("{HEAD}{}", row(1)))
        .write("bad.csv", &format!("{HEAD}{}", row(2).replace("10:05", "99:99")));
    let run = place.run(import("deployments", &["good.csv", "bad.csv"]));
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("bad.csv:2"), "{}", run.stderr);
    assert!(!place.path("data/deployments").exists() && !place.path("data/coverage.json").exists());
}

#[test]
fn a_log_of_commits_does_not_take_away_the_pull_requests_that_are_known() {
    let place = Place::new();
    let head = "repo,sha,parents,authored_at,committed_at,pull_request\n";
    let row = |pull: &str| format!("{head}acme/web,a1,,2026-06-30T10:00:00Z,2026-06-30T10:00:00Z,{pull}\n");
    place.write("known.csv", &row("12")).write("log.csv", &row(""));
    place.done(["import", "commits", "known.csv"]);
    let run = place.done(["import", "commits", "log.csv"]);
    assert!(!run.stderr.contains("changed"), "{}", run.stderr);
    let two = format!("{}acme/web,a1,b2,2026-06-30T10:00:00Z,2026-06-30T10:00:00Z,\n", row(""));
    place.write("two.csv", &two.replace("a1,,2026", "a1,c3,2026"));
    let run = place.run(["import", "commits", "two.csv"]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("two.csv:3: commit `a1` of acme/web is already used for another event at two.csv:2"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_source_names_the_rows_of_a_file_and_wins_over_its_column() {
    let place = Place::new();
    place.write(
        "d.csv",
        "id,repo,environment,sha,status,created_at,finished_at,source\n\
         1,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z,jenkins\n",
    );
    let run = place.done([&import("deployments", &["d.csv"])[..], &["--source", "ci-2"]].concat());
    assert!(
        run.stderr.contains("--source ci-2 replaces the value of the column `source`, which is `jenkins`"),
        "{}",
        run.stderr
    );
    assert!(place.read("data/coverage.json").contains("\"ci-2\""));
    let run = place.run([&import("deployments", &["d.csv"])[..], &["--source", "a b"]].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("use letters, digits, `-` and `_`"), "{}", run.stderr);
}

#[test]
fn two_successes_that_began_at_different_times_are_two_deployments() {
    let row = |day: u32, sha: &str| {
        format!("2,acme/web,production,{sha},success,2026-07-{day:02}T10:00:00Z,2026-07-{day:02}T10:05:00Z\n")
    };
    for sha in ["", "a1"] {
        let place = Place::new();
        place.write("d.csv", &format!("{HEAD}{}{}", row(1, sha), row(20, sha)));
        is_refused(&place, import("deployments", &["d.csv"]), ["d.csv:3", "d.csv:2"]);
    }
}

#[test]
fn a_whole_history_newest_first_gives_the_same_on_every_import() {
    let row = |time: &str| format!("7,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T{time}:00Z\n");
    let place = Place::new();
    place.write("d.csv", &format!("{HEAD}{}{}", row("12:00"), row("10:20")));
    for _ in 0..3 {
        place.done(import("deployments", &["d.csv"]));
        assert!(super::reported(&place, "deployments", "7").contains("2026-07-01T10:20:00Z"));
    }
}

#[test]
fn a_third_incident_with_a_number_that_two_services_use_is_not_lost() {
    let head = "id,service_keys,opened_at,resolved_at\n";
    let place = Place::new();
    place.write("a.csv", &format!("{head}1,checkout,2026-07-01T10:00:00Z,\n"));
    place.write("b.csv", &format!("{head}1,web,2026-07-02T11:00:00Z,\n1,web,2026-07-02T12:00:00Z,\n"));
    is_refused(&place, import("incidents", &["a.csv", "b.csv"]), ["b.csv:3", "b.csv:2"]);
    // A number used again, where the first was kept under its service before.
    place.write("c.csv", &format!("{head}1,web,2026-07-02T11:00:00Z,,\n").replace(",,\n", ",\n"));
    place.done(import("incidents", &["a.csv", "c.csv"]));
    place.write("d.csv", "id,service_keys,opened_at,resolved_at,title\n1,web,2026-07-09T11:00:00Z,,x\n");
    place.write("e.csv", "id,service_keys,opened_at,resolved_at,title\n1,web,2026-07-19T11:00:00Z,,y\n");
    place.done(import("incidents", &["d.csv"]));
    is_refused(&place, import("incidents", &["e.csv"]), ["e.csv:2", "the dataset"]);
    // In either order of one file.
    for rows in [
        "1,web,2026-07-03T11:00:00Z,\n1,checkout,2026-07-01T10:00:00Z,\n",
        "1,checkout,2026-07-01T10:00:00Z,\n1,web,2026-07-03T11:00:00Z,\n",
    ] {
        place.write("f.csv", &format!("{head}{rows}"));
        is_refused(&place, import("incidents", &["f.csv"]), ["f.csv:3", "f.csv:2"]);
    }
}

#[test]
fn an_incident_listed_newest_state_first_keeps_its_end() {
    let head = "id,service_keys,opened_at,resolved_at\n";
    let rows = ["1,web,2026-07-01T10:00:00Z,2026-07-01T11:00:00Z\n", "1,web,2026-07-01T10:00:00Z,\n"];
    for order in [[0, 1], [1, 0]] {
        let place = Place::new();
        place
            .write("i.csv", &format!("{head}{}{}", rows[order[0]], rows[order[1]]))
            .done(import("incidents", &["i.csv"]));
        assert!(super::reported(&place, "incidents", "1").contains("2026-07-01T11:00:00Z"));
    }
}

#[test]
fn a_shallow_log_does_not_make_a_root_of_a_commit_whose_parents_are_known() {
    let place = Place::new();
    let head = "repo,sha,parents,authored_at,committed_at\n";
    let row = |parents: &str| format!("{head}acme/web,c9,{parents},2026-06-30T10:00:00Z,2026-06-30T10:00:00Z\n");
    place.write("deep.csv", &row("c8")).write("shallow.csv", &row(""));
    place.done(["import", "commits", "deep.csv"]);
    let run = place.done(["import", "commits", "shallow.csv"]);
    assert!(!run.stderr.contains("changed"), "{}", run.stderr);
}

//! Which report replaces which, the messages for a missing dataset or figure, and how `report` prints its findings.

use serde_json::Value;

use super::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place, Run};

const JULY: [&str; 5] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

fn filled() -> Place {
    let place = Place::new();
    place.write(
        "dora.toml",
        "[[service]]\nname = \"web\"\nteam = \"store/front\"\nrepos = [\"acme/web\"]\n[[service]]\nname = \"api\"\n\
         team = \"core\"\nrepos = [\"acme/api\"]\n",
    );
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn july(place: &Place, more: &[&str]) -> Run {
    place.run([&JULY[..], more].concat())
}

fn names(place: &Place, folder: &str) -> Vec<String> {
    place.files(folder).into_iter().map(|(path, _)| path.display().to_string()).collect()
}

/// Changes something that a report is made of, and gives the flags of the next report.
type Change = fn(&Place) -> Vec<&'static str>;

const ALL: [&str; 8] = [
    "daily.csv",
    "deployments.csv",
    "findings.csv",
    "incidents.csv",
    "index.html",
    "report.json",
    "summary.csv",
    "summary.md",
];

#[test]
fn a_filtered_report_has_a_folder_of_its_own_and_is_listed() {
    let place = filled();
    assert_eq!(july(&place, &[]).code, 0);
    let whole = place.files("reports/2026-07");
    for (flags, folder) in [
        (&["--team", "core"][..], "2026-07.team-core"),
        (&["--service", "web"], "2026-07.service-web"),
        (&["--service", "WEB", "--team", "store*"], "2026-07.service-web.team-store-."),
    ] {
        let run = july(&place, flags);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let path = run.stdout.lines().next().expect("a path").to_owned();
        let own = path.strip_prefix("reports/").and_then(|path| path.strip_suffix("/index.html")).expect("a folder");
        assert!(own == folder || (folder.ends_with('.') && own.starts_with(folder)), "{own}");
        let list = place.read("reports/index.html");
        assert!(list.contains(&format!("href=\"{own}/index.html\"")), "{own}: {list}");
    }
    assert_eq!(place.files("reports/2026-07"), whole, "the report of everything is as it was");
    let one = july(&place, &["--team", "store/front"]).stdout;
    let other = july(&place, &["--team", "store?front"]).stdout;
    let folder = |said: &str| said.lines().next().expect("a path").to_owned();
    assert_ne!(folder(&one), folder(&other), "two filters, two folders");
    assert_eq!(folder(&one).matches('/').count(), 2, "the name of a team makes no folder: {one}");
}

#[test]
fn a_format_renews_its_own_files_and_keeps_the_others_of_the_same_data() {
    let place = filled();
    assert_eq!(july(&place, &["--format", "html"]).code, 0);
    let run = july(&place, &["--format", "csv"]);
    assert!(!run.stderr.contains("removed"), "{}", run.stderr);
    assert_eq!(names(&place, "reports/2026-07").len(), 6);
    assert_eq!(july(&place, &["--format", "json,md"]).code, 0);
    assert_eq!(names(&place, "reports/2026-07"), ALL);
    let before = place.files("reports/2026-07");
    assert_eq!(july(&place, &["--format", "md"]).code, 0);
    assert_eq!(place.files("reports/2026-07"), before);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn files_of_other_data_are_removed_with_a_message() {
    let change_as_of = |_: &Place| vec!["--as-of", "2026-09-30T00:00:00Z", "--format", "json"];
    let change_config = |place: &Place| {
        place.write("dora.toml", "[incidents]\nattribution = \"explicit\"\n");
        vec!["--as-of", "2026-10-01T00:00:00Z", "--format", "json"]
    };
    let change_data = |place: &Place| {
        let row = "id,repo,environment,sha,status,created_at,finished_at\n\
                   9,acme/web,production,ddddddd4,success,2026-07-28T09:00:00Z,2026-07-28T09:05:00Z\n";
        place.write("more.csv", row).done(["import", "deployments", "more.csv"]);
        vec!["--as-of", "2026-10-01T00:00:00Z", "--format", "json"]
    };
    let changes: [Change; 3] = [change_as_of, change_config, change_data];
    for change in changes {
        for written in ["html,csv,md", "html,json"] {
            let place = filled();
            assert_eq!(july(&place, &["--format", written]).code, 0);
            let flags = change(&place);
            let run = place.run([&["report", "--period", "2026-07"], &flags[..]].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            assert_eq!(names(&place, "reports/2026-07"), ["report.json"], "{written}, {flags:?}");
            assert!(run.stderr.contains("removed") && run.stderr.contains("index.html"), "{}", run.stderr);
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn pictures_are_written_where_they_are_asked_for_and_leave_with_the_data_they_show() {
    let place = filled();
    let pictures = |place: &Place| -> Vec<String> {
        let names = names(place, "reports/2026-07").into_iter();
        names.filter(|name| name.starts_with("figure-") || name.starts_with("tile-")).collect()
    };
    assert_eq!(july(&place, &["--format", "png"]).code, 0);
    let first = place.files("reports/2026-07");
    assert_eq!(pictures(&place).len(), first.len(), "nothing but pictures");
    for name in ["figure-frequency.png", "figure-lead-time.png", "tile-lead_time.png", "tile-time_to_restore.png"] {
        assert!(place.path(&format!("reports/2026-07/{name}")).is_file(), "{name}");
    }
    assert_eq!(july(&place, &["--format", "md"]).code, 0);
    let all = place.files("reports/2026-07").into_iter();
    let same: Vec<_> = all.filter(|(path, _)| path.extension().is_some_and(|it| it == "png")).collect();
    assert_eq!(same, first, "of the same data they stay");
    // Of other data they are removed, and those that the new report has no chart for do not stay behind.
    let incident = "figure-incidents.png";
    assert!(pictures(&place).iter().any(|name| name == incident));
    place.write("dora.toml", "[incidents]\nurgencies = [\"none\"]\n");
    assert_eq!(july(&place, &["--format", "png"]).code, 0);
    assert!(!pictures(&place).is_empty() && !pictures(&place).iter().any(|name| name == incident));
    let run = place.run(["report", "--period", "2026-07", "--as-of", "2026-09-30T00:00:00Z", "--format", "json"]);
    assert!(run.stderr.contains("removed") && run.stderr.contains("tile-lead_time.png"), "{}", run.stderr);
    assert_eq!(names(&place, "reports/2026-07"), ["report.json"]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_report_with_figures_is_not_replaced_by_one_without() {
    for formats in ["html", "json", "csv", "md", "xlsx", "confluence", "png", "html,json,csv,md"] {
        let place = filled();
        assert_eq!(july(&place, &["--format", formats]).code, 0);
        let before = place.files("reports");
        // An empty dataset, and one of other days.
        place.write("none.csv", INCIDENTS.lines().next().expect("a header"));
        place.done(["import", "incidents", "none.csv", "--data", "empty"]);
        let late = DEPLOYMENTS.replace("2026-07", "2026-09");
        place.write("late.csv", &late).done(["import", "deployments", "late.csv", "--data", "other"]);
        for data in ["empty", "other"] {
            let run = july(&place, &["--data", data, "--format", formats]);
            assert_eq!(run.code, 2, "{formats}, {data}: {}", run.stderr);
            let said =
                run.stderr.contains("reports/2026-07: the existing report has figures") && run.stderr.contains("--out");
            assert!(said, "{}", run.stderr);
            assert_eq!(place.files("reports"), before, "{formats}, {data}");
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_report_without_figures_may_be_replaced() {
    for formats in ["html", "json", "csv", "md", "xlsx", "confluence", "png"] {
        let place = filled();
        for _ in 0..2 {
            let run = place.run(["report", "--period", "2025-Q1", "--format", formats]);
            assert_eq!(run.code, 0, "{formats}: {}", run.stderr);
        }
    }
}

#[test]
fn a_dataset_that_is_missing_ends_each_command_that_reads_it_with_2_and_names_the_nearest() {
    let place = filled();
    std::fs::create_dir(place.path("datum")).expect("a folder");
    for command in
        [&["report"][..], &["explain", "lead_time"], &["audit"], &["backfill", "openmetrics", "history.om"], &["push"]]
    {
        for (data, problem) in [("dta", "no such folder"), ("datum", "this folder holds no dataset")] {
            place.write("dora.toml", "[pushgateway]\nurl = \"http://127.0.0.1:9\"\njob = \"dora\"\n");
            let run = place.run([command, &["--data", data]].concat());
            assert_eq!(run.code, 2, "{command:?}: {}", run.stderr);
            assert!(run.stderr.contains(problem) && run.stderr.contains("did you mean --data data?"), "{}", run.stderr);
        }
    }
    let empty = Place::new();
    let run = empty.run(["report"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("make one with `fetch` or `import`"), "{}", run.stderr);
    assert!(!empty.path("reports").exists() && !empty.path("data").exists());
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn if_history_ends_before_the_period_the_suggested_flag_works() {
    for (zone, end) in [("UTC", "2026-10-01T00:00:00Z"), ("Europe/Berlin", "2026-10-01T00:00:00+02:00")] {
        let place = Place::new();
        place.write("dora.toml", &format!("[report]\ntimezone = \"{zone}\"\n"));
        place.write("d.csv", DEPLOYMENTS).write("i.csv", INCIDENTS);
        place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
        place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
        let run = place.done(["report"]);
        assert!(run.stderr.contains(&format!("report --as-of {end} gives the figures")), "{}", run.stderr);
        let run = place.done(["report", "--as-of", end]);
        assert!(!run.stdout.contains("No figure") && !run.stderr.contains("Figures are missing"), "{}", run.stdout);
        let run = place.done(["report", "--period", "2026-07-01..2027-01-01"]);
        let wanted = format!("report --period 2026-07-01..2027-01-01 --as-of {end} gives");
        assert!(run.stderr.contains(&wanted), "{}", run.stderr);
        let run = place.done(["report", "--period", "2026-07-01..2027-01-01", "--as-of", end]);
        assert!(!run.stdout.contains("No figure"), "{}", run.stdout);
        let run = place.done(["report", "--quiet"]);
        assert!(!run.stderr.contains("Figures are missing"), "{}", run.stderr);
    }
}

#[test]
fn if_history_is_shorter_than_the_period_the_suggested_period_works() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
    for period in [&[][..], &["--period", "2026-06-15..2026-09-01"]] {
        let run = place.done([&["report"][..], period].concat());
        assert!(run.stderr.contains("report --period 2026-07-01..2026-08-01 gives"), "{}", run.stderr);
    }
    let run = place.done(["report", "--period", "2026-07-01..2026-08-01"]);
    assert!(!run.stderr.contains("Figures are missing") && run.stdout.contains("a month"), "{}", run.stdout);
}

#[test]
fn after_an_import_in_another_time_zone_the_suggested_config_line_works() {
    for (zone, from_old) in [("Europe/Berlin", "UTC"), ("America/New_York", "Asia/Tokyo")] {
        let place = Place::new();
        place.write("dora.toml", &format!("[report]\ntimezone = \"{zone}\"\n"));
        place.write("d.csv", DEPLOYMENTS).write("i.csv", INCIDENTS);
        place.done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-08-01"]);
        place.done(["import", "incidents", "i.csv", "--covers", "2026-07-01..2026-08-01"]);
        place.write("dora.toml", &format!("[report]\ntimezone = \"{from_old}\"\n"));
        let run = place.done(["report", "--period", "2026-07"]);
        assert!(
            run.stderr.contains(&format!("write timezone = \"{zone}\" under [report] in dora.toml")),
            "{}",
            run.stderr
        );
        place.write("dora.toml", &format!("[report]\ntimezone = \"{zone}\"\n"));
        let run = place.done(["report", "--period", "2026-07"]);
        assert!(!run.stdout.contains("No figure") && !run.stderr.contains("Figures are missing"), "{}", run.stderr);
    }
}

#[test]
fn coverage_without_a_time_zone_still_opens() {
    let place = filled();
    let now: Value = serde_json::from_str(&place.read("data/coverage.json")).expect("JSON");
    let mut old = now.clone();
    for entry in old.as_array_mut().expect("entries") {
        assert_eq!(entry.as_object_mut().expect("an entry").remove("zone"), Some("UTC".into()));
    }
    place.write("data/coverage.json", &old.to_string());
    assert_eq!(july(&place, &[]).code, 0);
    assert!(july(&place, &[]).stdout.contains("a month"));
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    let again: Value = serde_json::from_str(&place.read("data/coverage.json")).expect("JSON");
    assert_eq!(again[1]["zone"], "UTC");
    assert_eq!(again[0].get("zone"), None, "what was not imported again has none");
}

#[test]
fn errors_and_warnings_among_the_findings_are_printed_a_line_per_id_and_as_json_one_each() {
    let place = filled();
    let run = july(&place, &[]);
    let json = july(&place, &["--log-format", "json"]);
    let report: Value = serde_json::from_str(&place.read("reports/2026-07/report.json")).expect("JSON");
    let mut told = 0;
    for finding in report["findings"].as_array().expect("findings") {
        let severity = finding["severity"].as_str().expect("a severity");
        let id = finding["id"].as_str().expect("an id");
        let scope = finding["scope"].as_str().expect("a scope");
        let name = scope.strip_prefix("service ").unwrap_or(scope);
        let begin = format!("{severity}: {id} (");
        let lines: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with(&begin)).collect();
        assert_eq!(lines.len(), usize::from(severity != "info"), "{begin}: {}", run.stderr);
        assert!(lines.iter().all(|line| line.contains(name)), "{name}: {lines:?}");
        let begin = format!("\"message\":\"{id} ({scope}): ");
        let is_told = json.stderr.lines().any(|line| line.contains(&begin));
        assert_eq!(is_told, severity != "info", "{begin}: {}", json.stderr);
        told += usize::from(severity != "info");
    }
    assert!(told > run.stderr.lines().filter(|line| line.starts_with("warning: ")).count(), "{report}");
    let quiet = place.run(["report", "--quiet", "--period", "2025-Q1"]);
    let lines: Vec<&str> = quiet.stderr.lines().collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("error: ")), "{lines:?}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn diff_names_the_incidents_whose_verdict_moved_a_failure_rate() {
    for (verdict, wanted) in [
        (",false,,", "incident file/A: deployment 2 (window) → no deployment"),
        (",,1,", "incident file/A: deployment 2 (window) → deployment 1 (explicit)"),
    ] {
        let place = filled();
        assert_eq!(july(&place, &["--out", "before"]).code, 0);
        let late = INCIDENTS.replace("2026-07-15T10:35:00Z,,,", &format!("2026-07-15T10:35:00Z{verdict}"));
        assert_ne!(late, INCIDENTS);
        place.write("late.csv", &late);
        place.done(["import", "incidents", "late.csv", "--covers", "2026-06-01..2026-10-01"]);
        assert_eq!(july(&place, &[]).code, 0);
        let reports = ["before/2026-07/report.json", "reports/2026-07/report.json"];
        let run = place.done(["diff", reports[0], reports[1]]);
        assert!(run.stdout.contains(&format!("verdicts    {wanted}")), "{}", run.stdout);
        assert!(!run.stdout.contains("incident file/B"), "{}", run.stdout);
        let run = place.done(["diff", reports[0], reports[1], "--format", "json"]);
        let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
        let causes = found["causes"].as_array().expect("causes");
        assert!(causes.iter().any(|cause| cause["kind"] == "verdicts" && cause["what"] == wanted), "{found}");
    }
}

//! `report` and `demo`: their files and messages, especially with little or no data.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place};

const AS_OF: [&str; 2] = ["--as-of", "2026-10-01T00:00:00Z"];

fn filled() -> Place {
    let place = Place::new();
    place.write("dora.toml", "[[service]]\nname = \"web\"\nteam = \"storefront\"\nrepos = [\"acme/web\"]\n");
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", INCIDENTS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn report(place: &Place, arguments: &[&str]) -> Value {
    let run = place.done([&["report"], &AS_OF[..], arguments].concat());
    let page = run.stdout.lines().next().expect("a path").to_owned();
    serde_json::from_str(&place.read(&page.replace("index.html", "report.json"))).expect("JSON")
}

fn metric<'a>(report: &'a Value, group: &str, metric: &str) -> &'a Value {
    let groups = report["groups"].as_array().expect("groups");
    &groups.iter().find(|entry| entry["name"] == group).expect("the group")["metrics"][metric]
}

/// No figure, and a reason in its place.
fn is_missing(metric: &Value, code: &str) {
    assert_eq!(metric["no_data"]["code"], code, "{metric}");
    assert!(metric["no_data"]["message"].as_str().is_some_and(|words| words.len() > 20), "{metric}");
    for value in ["per_day", "deployments", "p50_seconds", "n", "ratio", "failed", "band"] {
        assert!(metric.get(value).is_none_or(Value::is_null), "{value}: {metric}");
    }
}

/// Nothing that reads as a number where there is none, in any file of a report.
fn says_no_nan(place: &Place) {
    for (path, bytes) in place.files("reports") {
        let text = String::from_utf8(bytes).expect("UTF-8");
        for forbidden in ["NaN", "nan,", ",inf,", "null s", "undefined"] {
            assert!(!text.contains(forbidden), "{forbidden} in {}", path.display());
        }
    }
}

#[test]
fn a_small_history_gives_the_figures_that_can_be_counted_by_hand() {
    let place = filled();
    let report = report(&place, &["--period", "2026-07"]);
    let frequency = metric(&report, "web", "deployment_frequency");
    assert_eq!(frequency["deployments"], 3, "staging and the failed attempt do not count");
    assert_eq!(frequency["days_with_deployments"], 3);
    let lead_time = metric(&report, "web", "lead_time");
    // 24 h and 48 h; the first deployment has no predecessor.
    assert_eq!((&lead_time["n"], &lead_time["p50_seconds"]), (&2.into(), &129_600.0.into()));
    assert_eq!(lead_time["reasons"]["first-deployment"], 1);
    let failure = metric(&report, "web", "change_failure_rate");
    assert_eq!(
        (&failure["failed"], &failure["deployments"], &failure["by_rule"]["window"]),
        (&1.into(), &3.into(), &1.into())
    );
    assert_eq!(metric(&report, "web", "time_to_restore")["p50_seconds"], 3600.0);
    assert_eq!(metric(&report, "web", "time_to_restore")["open"], 0);
    assert_eq!(metric(&report, "all", "time_to_restore")["open"], 1, "the unmapped incident counts in all");
    says_no_nan(&place);
}

#[test]
fn an_empty_dataset_gives_a_report_that_says_so() {
    let place = Place::new();
    place.write("none.csv", INCIDENTS.lines().next().expect("a header")).done(["import", "incidents", "none.csv"]);
    let report = report(&place, &["--period", "2026-Q3"]);
    is_missing(metric(&report, "all", "deployment_frequency"), "no-repos");
    is_missing(metric(&report, "all", "time_to_restore"), "no-incident-source");
    let page = place.read("reports/2026-Q3/index.html");
    assert!(page.contains("no repo belongs to this group"), "the page says it in words");
    says_no_nan(&place);
}

#[test]
fn a_service_without_deployments_has_a_true_zero_and_no_medians() {
    let place = filled();
    place.write(
        "dora.toml",
        "[[service]]\nname = \"web\"\nrepos = [\"acme/web\"]\n[[service]]\nname = \"idle\"\nrepos = [\"acme/idle\"]\n",
    );
    let report = report(&place, &["--period", "2026-07"]);
    let frequency = metric(&report, "idle", "deployment_frequency");
    assert_eq!((&frequency["deployments"], &frequency["per_day"]), (&0.into(), &0.0.into()));
    assert_eq!(frequency["band"], "low");
    assert_eq!(metric(&report, "idle", "lead_time")["p50_seconds"], Value::Null);
    assert_eq!(metric(&report, "idle", "lead_time")["n"], 0);
    let failure = metric(&report, "idle", "change_failure_rate");
    assert_eq!((&failure["ratio"], &failure["band"]), (&Value::Null, &Value::Null), "0 of 0 is no rate");
    says_no_nan(&place);
}

#[test]
fn without_incidents_failures_are_unknown_unless_a_file_says_that_there_were_none() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    let unknown = report(&place, &["--period", "2026-07"]);
    is_missing(metric(&unknown, "all", "change_failure_rate"), "no-incident-source");
    is_missing(metric(&unknown, "all", "time_to_restore"), "no-incident-source");
    let header = INCIDENTS.lines().next().expect("a header");
    place.write("none.csv", header).done(["import", "incidents", "none.csv", "--covers", "2026-06-01..2026-10-01"]);
    let none = report(&place, &["--period", "2026-07"]);
    let failure = metric(&none, "all", "change_failure_rate");
    assert_eq!((&failure["ratio"], &failure["failed"], &failure["deployments"]), (&0.0.into(), &0.into(), &3.into()));
    says_no_nan(&place);
}

#[test]
fn one_deployment_is_counted_and_has_no_lead_time_for_a_reason() {
    let place = Place::new();
    let one: Vec<&str> = DEPLOYMENTS.lines().take(2).collect();
    place.write("d.csv", &one.join("\n")).done([
        "import",
        "deployments",
        "d.csv",
        "--covers",
        "2026-06-01..2026-10-01",
    ]);
    let report = report(&place, &["--period", "2026-07"]);
    assert_eq!(metric(&report, "acme/web", "deployment_frequency")["deployments"], 1);
    let lead_time = metric(&report, "acme/web", "lead_time");
    assert_eq!((&lead_time["n"], &lead_time["reasons"]["first-deployment"]), (&0.into(), &1.into()));
    says_no_nan(&place);
}

#[test]
fn a_period_before_or_beyond_what_was_read_has_no_figure_and_says_what_is_known() {
    let place = filled();
    let before = report(&place, &["--period", "2025-Q1"]);
    is_missing(metric(&before, "all", "deployment_frequency"), "deployments-not-read");
    is_missing(metric(&before, "all", "change_failure_rate"), "deployments-not-read");
    let words = metric(&before, "all", "deployment_frequency")["no_data"]["message"].as_str().expect("words");
    assert!(words.contains("acme/web") && words.contains("2026-06-01"), "{words}");
    let later = report(&place, &["--period", "2027-Q1"]);
    is_missing(metric(&later, "all", "deployment_frequency"), "not-yet");
    let run = place.run([&["report", "--strict", "--period", "2025-Q1"], &AS_OF[..]].concat());
    assert_eq!(run.code, 5, "strict: a missing figure is told by the exit code");
    says_no_nan(&place);
}

#[test]
fn the_first_thirty_days_have_incomplete_windows_and_empty_cells() {
    let place = filled();
    report(&place, &["--period", "2026-06"]);
    let daily = place.read("reports/2026-06/daily.csv");
    let rows: Vec<&str> = daily.lines().skip(1).filter(|row| row.contains(",all,all,")).collect();
    assert_eq!(rows.len(), 30);
    assert!(rows[..29].iter().all(|row| row.contains("all,all,false,0,,,,,,,,,,,,,,,,,")), "{}", rows[0]);
    assert!(rows[29].contains("all,all,true,0,0,0,"), "{}", rows[29]);
}

#[test]
fn the_same_dataset_gives_the_same_bytes_and_nothing_beside_the_report() {
    let place = filled();
    report(&place, &["--period", "2026-07"]);
    let first = place.files("reports");
    report(&place, &["--period", "2026-07"]);
    assert_eq!(place.files("reports"), first);
    let names: Vec<String> = first.iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(
        names,
        [
            "2026-07/daily.csv",
            "2026-07/deployments.csv",
            "2026-07/findings.csv",
            "2026-07/incidents.csv",
            "2026-07/index.html",
            "2026-07/report.json",
            "2026-07/summary.csv",
            "2026-07/summary.md",
            "index.html",
        ]
    );
}

#[test]
fn an_old_period_keeps_its_figures_when_later_events_arrive() {
    let place = filled();
    let before = report(&place, &["--period", "2026-07"]);
    let late = "id,title,service_keys,opened_at,resolved_at,caused_by_deploy,observed_at\n\
                C,Late,web,2026-08-02T00:00:00Z,,true,2026-10-02T00:00:00Z\n";
    place.write("late.csv", late).done(["import", "incidents", "late.csv", "--covers", "2026-06-01..2026-10-01"]);
    let mut after = report(&place, &["--period", "2026-07"]);
    after["inputs"] = before["inputs"].clone();
    assert_eq!(before, after);
}

#[test]
fn filters_restrict_the_report_and_one_that_leaves_nothing_names_what_there_is() {
    let place = filled();
    let report = report(&place, &["--period", "2026-07", "--team", "store*"]);
    let names: Vec<&Value> = report["groups"].as_array().expect("groups").iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["all", "storefront", "web"]);
    assert_eq!(metric(&report, "all", "time_to_restore")["open"], 0, "unmapped incidents are nobody's");
    let run = place.run([&["report", "--service", "wbe"], &AS_OF[..]].concat());
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("no service passes --service wbe; the services are: web (team storefront)"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_filtered_report_lists_the_deployments_of_its_services_alone() {
    let place = filled();
    let other = DEPLOYMENTS.replace("acme/web", "acme/other");
    place.write("other.csv", &other.trim_end().replace('\n', "\nother-"));
    place.done(["import", "deployments", "other.csv", "--covers", "2026-06-01..2026-10-01"]);
    let listed = |filter: &[&str]| {
        let run = place.done([&["report"], &AS_OF[..], &["--period", "2026-07"], filter].concat());
        let page = run.stdout.lines().next().expect("a path");
        place.read(&page.replace("index.html", "deployments.csv")).matches("acme/other").count()
    };
    assert!(listed(&[]) > 0 && listed(&["--team", "store*"]) == 0);
}

#[test]
fn mistakes_on_the_command_line_and_in_the_config_end_with_2_and_a_sentence() {
    let place = filled();
    for (arguments, wanted) in [
        (vec!["report", "--period", "2026-Q5"], "`2026-Q5` is not a valid period; write 2026-Q3"),
        (vec!["report", "--as-of", "yesterday"], "not an RFC 3339 instant"),
        (vec!["report", "--format", "pdf"], "html, json, csv, md"),
        (vec!["report", "--config", "absent.toml"], "absent.toml: the configuration cannot be read: no such file"),
        (vec!["report", "--service", "["], "`[` is not a valid pattern"),
        (vec![], "Usage:"),
    ] {
        let run = place.run(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(wanted), "wanted {wanted}: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    place.write("dora.toml", "[report]\nwindw_days = 7\n");
    let run = place.run(["report"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("dora.toml:2: unknown key `windw_days` in [report]") && run.stderr.contains("window_days"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_the_report_before_stays() {
    let place = filled();
    report(&place, &["--period", "2026-07"]);
    let before = place.files("reports");
    // A file where the folder should be, which stops root as well as others.
    place.write("blocked", "");
    let run = place.run([&["report", "--period", "2026-07", "--out", "blocked"], &AS_OF[..]].concat());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("blocked: the report's folder cannot be made"), "{}", run.stderr);
    fs::set_permissions(place.path("reports"), fs::Permissions::from_mode(0o555)).expect("permissions");
    let run = place.run([&["report", "--period", "2026-08"], &AS_OF[..]].concat());
    fs::set_permissions(place.path("reports"), fs::Permissions::from_mode(0o755)).expect("permissions");
    // Root writes where nobody may; for everybody else the report before is untouched.
    if run.code != 0 {
        assert!(run.stderr.contains("permission denied"), "{}", run.stderr);
        assert_eq!(place.files("reports"), before);
    }
}

#[test]
fn quiet_says_nothing_and_json_talk_is_one_object_a_line() {
    let place = filled();
    let run = place.done([&["report", "--quiet", "--period", "2026-07"], &AS_OF[..]].concat());
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let run = place.run(["--log-format", "json", "report", "--period", "never"]);
    let said: Vec<Value> =
        run.stderr.lines().map(|line| serde_json::from_str(line).expect("one JSON object")).collect();
    assert_eq!(said.iter().map(|line| &line["event"]).collect::<Vec<_>>(), ["usage_error", "end"]);
    assert_eq!((&said[0]["level"], &said[1]["exit_code"]), (&"error".into(), &2.into()));
}

#[test]
fn the_demo_writes_its_report_and_says_where_it_is_what_it_says_and_what_comes_next() {
    let place = Place::new();
    let run = place.done(["demo"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "reports/demo/2026-Q3/index.html");
    assert!(lines[1].ends_with('.') && lines[1].contains("2026-Q1"), "the headline: {}", lines[1]);
    assert!(lines[2].contains("2026-Q3") && lines[2].contains("against 2026-Q2"), "{}", lines[2]);
    for (line, words) in lines[3..].iter().zip([
        ["deployment frequency", "198", " a day (+", "recovered", "elite"],
        ["lead time for changes", "188", " from 2.9 d", "recovered", "high"],
        ["change failure rate", "15 of 198", " points from 11 %", "no detectable change", "too few to place"],
        ["time to restore", "21, 2 open", " from 4.6 h", "no detectable change", "elite (high–elite)"],
    ]) {
        assert!(words.iter().all(|it| line.contains(it)), "{words:?}: {line}");
    }
    let of = |id: &str| run.stderr.lines().filter(|line| line.contains(id)).count();
    assert_eq!(of("alerts-counted-as-failures (all): 8 of 15"), 1, "{}", run.stderr);
    assert_eq!(of("alerts-counted-as-failures"), 1, "{}", run.stderr);
    assert!(run.stderr.contains("dora-report import --help") && run.stderr.contains("made up"), "{}", run.stderr);
    assert!(place.read("reports/demo/2026-Q3/index.html").to_lowercase().contains("synthetic"));
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/demo/2026-Q3/report.json");
    assert_eq!(
        place.read("reports/demo/2026-Q3/report.json"),
        fs::read_to_string(committed).expect("the committed sample")
    );
}

#[test]
fn every_report_fits_its_schema() {
    let place = filled();
    for period in ["2026-07", "2025-Q1", "2027-Q1"] {
        let report = report(&place, &["--period", period]);
        let schema: Value = serde_json::from_str(dora_report::report::json::SCHEMA).expect("JSON");
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.add_resource("report.json", schema).expect("a schema");
        let index = compiler.compile("report.json", &mut schemas).expect("a schema");
        schemas.validate(&report, index).unwrap_or_else(|wrong| panic!("{period}: {wrong}"));
    }
}

#[test]
fn an_incident_is_named_by_source_and_id_and_a_repo_is_one_however_it_is_spelt() {
    let place = Place::new();
    let spelt = DEPLOYMENTS.replace("2,acme/web", "2,Acme/Web");
    place.write("d.csv", &spelt).write("c.csv", COMMITS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    let incidents = "source,id,title,service_keys,opened_at,resolved_at,caused_by_deploy\n\
                     tickets,7,Printer on fire,elsewhere,2026-07-02T09:00:00Z,2026-07-02T10:00:00Z,\n\
                     pager,7,Checkout down,acme/web,2026-07-15T09:30:00Z,2026-07-15T10:00:00Z,true\n";
    place.write("i.csv", incidents).done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    let report = report(&place, &["--period", "2026-07"]);
    let names: Vec<&Value> = report["groups"].as_array().expect("groups").iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["all", "Acme/Web"]);
    assert_eq!(metric(&report, "all", "lead_time")["n"], 2);
    let page = place.read("reports/2026-07/index.html");
    let section = page.split("Failed deployments, the incidents behind each").nth(1).expect("the failed deployments");
    let section = section.split("</table>").next().expect("a table");
    assert!(section.contains("7: Checkout down") && !section.contains("Printer"), "{section}");
}

#[test]
fn an_incident_resolved_before_it_was_opened_is_neither_open_nor_a_duration() {
    let place = filled();
    let backwards = "id,service_keys,opened_at,resolved_at\nZ,web,2026-07-20T09:00:00Z,2026-07-19T09:00:00Z\n";
    place.write("z.csv", backwards).done(["import", "incidents", "z.csv", "--covers", "2026-06-01..2026-10-01"]);
    let report = report(&place, &["--period", "2026-07", "--service", "web"]);
    let restore = metric(&report, "web", "time_to_restore");
    assert_eq!((&restore["opened"], &restore["n"], &restore["open"]), (&2.into(), &1.into(), &0.into()));
    let page = place.read("reports/2026-07.service-web/index.html");
    assert!(!page.contains("still open, the oldest") && page.contains("resolved before it was opened"));
}

#[test]
fn the_list_of_reports_names_each_period_whatever_was_written_of_it() {
    let place = filled();
    report(&place, &["--period", "2026-07"]);
    place.done([&["report", "--period", "2026-06-01..2026-06-15", "--format", "html"], &AS_OF[..]].concat());
    report(&place, &["--period", "2026-08"]);
    let list = place.read("reports/index.html");
    for label in ["2026-07", "2026-06-01_2026-06-15", "2026-08"] {
        assert!(list.contains(&format!("href=\"{label}/index.html\"")), "{label}");
    }
}

#[test]
fn what_a_terminal_would_obey_is_shown_instead() {
    let place = Place::new();
    place.write("d.csv", &DEPLOYMENTS.replace("acme/web", "acme/\u{1b}[31mweb\u{7}"));
    place.done(["import", "deployments", "d.csv"]);
    let run = place.done([&["report", "--period", "2026-Q3"], &AS_OF[..]].concat());
    assert!(!run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{7}'));
}

#[test]
fn what_this_program_did_not_write_is_never_replaced() {
    let refused = |prepare: &dyn Fn(&Place), named: &str| {
        let place = filled();
        prepare(&place);
        let before = place.files("reports");
        let run = place.run([&["report", "--period", "2026-07"], &AS_OF[..]].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(
            run.stderr.contains(named) && run.stderr.contains("move it away, or choose another folder"),
            "{}",
            run.stderr
        );
        assert_eq!(place.files("reports"), before);
    };
    let folder = |place: &Place, name: &str| fs::create_dir_all(place.path(name)).expect("a folder");
    refused(
        &|place| {
            folder(place, "reports/2026-07/taxes");
            place.write("reports/2026-07/taxes/a.pdf", "kept");
        },
        "reports/2026-07/taxes: is in the place of the report",
    );
    refused(
        &|place| {
            folder(place, "reports");
            place.write("reports/index.html", "<p>somebody's site");
        },
        "reports/index.html: is in the place",
    );
    refused(
        &|place| {
            folder(place, "reports");
            place.write("reports/2026-07", "a file");
        },
        "reports/2026-07: is in the place",
    );
    refused(
        &|place| {
            folder(place, "reports");
            folder(place, "elsewhere");
            std::os::unix::fs::symlink(place.path("elsewhere"), place.path("reports/2026-07")).expect("a link");
        },
        "reports/2026-07: is in the place",
    );
}

#[test]
fn how_far_past_its_instant_the_history_was_read_changes_nothing_that_a_report_says_of_its_groups() {
    let [one, other] = ["2026-09-20", "2026-09-30"].map(|end| {
        let place = Place::new();
        let covers = format!("2026-07-10..{end}");
        place.write("d.csv", DEPLOYMENTS).write("i.csv", INCIDENTS);
        place.done(["import", "deployments", "d.csv", "--covers", &covers]);
        place.done(["import", "incidents", "i.csv", "--covers", &covers]);
        place.done(["report", "--period", "2026-07", "--as-of", "2026-09-10T00:00:00Z", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&place.read("reports/2026-07/report.json")).expect("JSON");
        (report["groups"].clone(), report["summary"].clone(), report["findings"].clone())
    });
    assert!(one.0.to_string().contains("is known from 2026-07-10 00:00 to 2026-09-10 00:00"), "{}", one.0);
    assert_eq!(one, other);
}

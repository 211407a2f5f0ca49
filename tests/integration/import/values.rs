//! Values as other programs write them: statuses, instants, zeros that stand for none.

use crate::support::{Place, Run};

const HEAD: &str = "id,repo,environment,sha,status,created_at,finished_at\n";
const INCIDENT: &str = "id,service_keys,opened_at,resolved_at,acknowledged_at\n";

fn import(table: &str, text: &str, flags: &[&str]) -> (Place, Run) {
    let place = Place::new();
    place.write("f.csv", text);
    let run = place.run([&["import", table, "f.csv", "--covers", "2026-01-01..2026-10-01"], flags].concat());
    (place, run)
}

fn deployments(statuses: &[&str]) -> String {
    let row = |(id, status): (usize, &&str)| {
        format!("{id},acme/web,production,a{id},{status},2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n")
    };
    format!("{HEAD}{}", statuses.iter().enumerate().map(row).collect::<String>())
}

#[test]
fn a_status_that_is_not_known_or_missing_is_refused_with_every_word_and_the_flags_that_map_it() {
    let (place, run) =
        import("deployments", &deployments(&["Success", "passed", "SUCCESSFUL", "passed", "rolled back"]), &[]);
    assert_eq!(run.code, 4);
    for part in [
        "f.csv:3: column `status`: not a known status: `SUCCESSFUL` in 1 row, `passed` in 2 rows, `rolled back` in 1 row",
        "`--map-status SUCCESSFUL=success` `--map-status passed=success` `--map-status 'rolled back=STATUS'`",
        "Nothing was stored",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
    assert!(!place.path("data/deployments").exists());
    let (_, run) = import("deployments", &deployments(&["success", ""]), &[]);
    assert_eq!(run.code, 4);
    for part in [
        "f.csv:3: column `status`: 1 row without a status",
        "--from github-deployment-statuses",
        "--map-status =success",
    ] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn mapped_statuses_count_as_what_they_mean() {
    let flags = ["--map-status", "Passed=success", "--map-status", "rolled back=failure", "--map-status", "=inactive"];
    let (place, run) = import("deployments", &deployments(&["PASSED", "rolled-back", "", "In Progress"]), &flags);
    assert_eq!(run.code, 0, "{}", run.stderr);
    place.done(["-q", "report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "csv"]);
    let table = place.read("reports/2026-07/deployments.csv");
    let statuses: Vec<&str> = ["success", "failure", "inactive", "in_progress"]
        .into_iter()
        .filter(|status| table.contains(&format!(",{status},")))
        .collect();
    assert_eq!(statuses, ["success", "failure", "inactive", "in_progress"], "{table}");
    let (_, run) = import("deployments", &deployments(&["x"]), &["--map-status", "x=good"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`good` is not a known status; write success, failure"), "{}", run.stderr);
    let (_, run) = import("deployments", &deployments(&["x"]), &["--map-status", "x"]);
    assert_eq!(run.code, 2);
    let twice = ["--map-status", "x=success", "--map-status", "X=failure"];
    let (_, run) = import("deployments", &deployments(&["x"]), &twice);
    assert_eq!(run.code, 2, "{}", run.stderr);
    let (_, run) = import("deployments", &deployments(&["-x"]), &["--map-status", "-x=success"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (_, run) = import("incidents", INCIDENT, &["--map-status", "x=success"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn offsets_without_a_colon_and_a_space_for_the_t_are_read_and_local_time_is_refused_with_a_hint() {
    let (plain, _) = import("incidents", &format!("{INCIDENT}1,web,2026-07-01T10:00:00Z,2026-07-01T11:30:00Z,\n"), &[]);
    for (opened, resolved) in [
        ("2026-07-01T10:00:00.000+0000", "2026-07-01T11:30:00.000+0000"),
        ("2026-07-01 12:00:00 +0200", "2026-07-01 13:30:00 +0200"),
        ("2026-07-01 10:00:00Z", "2026-07-01 11:30:00+00:00"),
        ("2026-07-01T04:30:00-0530", "2026-07-01T06:00:00 -05:30"),
    ] {
        let (found, run) = import("incidents", &format!("{INCIDENT}1,web,{opened},{resolved},\n"), &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let opened_at = |place: &Place| super::reported(place, "incidents", "1");
        assert_eq!(opened_at(&found), opened_at(&plain), "{opened}");
    }
    for local in ["2026-07-01T10:00:00", "2026-07-01 10:00:00", "2026-07-01T10:00:00.123"] {
        let (_, run) = import("incidents", &format!("{INCIDENT}1,web,{local},,\n"), &[]);
        assert_eq!(run.code, 4);
        assert!(run.stderr.contains("is an instant without an offset; end it with +00:00 or Z"), "{}", run.stderr);
    }
    let (_, run) = import("incidents", &format!("{INCIDENT}1,web,1.7.2026 10:00,,\n"), &[]);
    assert!(run.stderr.contains("write one like 2026-07-01T09:30:00+00:00"), "{}", run.stderr);
}

#[test]
fn instants_that_programs_write_for_none_are_missing_where_they_may_be_and_refused_elsewhere() {
    let text = format!(
        "{INCIDENT}1,web,2026-07-01T10:00:00Z,0001-01-01T00:00:00Z,1970-01-01T00:00:00Z\n\
         2,web,2026-07-02T10:00:00Z,1970-01-01T01:00:00+01:00,\n\
         3,web,2026-07-03T10:00:00Z,0001-01-01T00:00:00+01:00,1970-01-01T00:00:00+05:30\n"
    );
    let (place, run) = import("incidents", &text, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("f.csv: 5 instants of the year 1 or 1970 are read as missing"), "{}", run.stderr);
    assert!(run.stderr.contains("first on line 2"), "{}", run.stderr);
    let said = super::reported(&place, "incidents", "2");
    assert!(!said.contains("1970"), "{said}");
    let (_, run) = import("incidents", &format!("{INCIDENT}1,web,1970-01-01T00:00:00Z,,\n"), &[]);
    assert_eq!(run.code, 4);
    assert!(
        run.stderr
            .contains("f.csv:2: column `opened_at`: `1970-01-01T00:00:00Z` is a placeholder for a missing timestamp"),
        "{}",
        run.stderr
    );
    let zero = "1,acme/web,production,a1,success,2026-07-01T10:00:00Z,0001-01-01T00:00:00Z\n";
    let (_, run) = import("deployments", &format!("{HEAD}{zero}"), &[]);
    assert_eq!(run.code, 4);
    assert!(run.stderr.contains("a deployment with status success needs its finish time"), "{}", run.stderr);
    // Git keeps whatever date it is given.
    let commit = "repo,sha,parents,authored_at,committed_at\nacme/web,a1,,1970-01-01T00:00:00Z,2026-07-01T10:00:00Z\n";
    let (_, run) = import("commits", commit, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn instants_in_the_future_and_ends_before_starts_are_counted_and_reported() {
    let text = format!(
        "{HEAD}1,acme/web,production,a1,success,2026-07-01T10:00:00Z,2026-07-01T10:05:00Z\n\
         2,acme/web,production,a2,success,2226-07-01T10:00:00Z,2226-07-01T10:05:00Z\n\
         3,acme/web,production,a3,success,2026-07-01T10:00:00Z,2026-07-01T09:55:00Z\n\
         4,acme/web,production,a4,success,2026-07-02T10:00:00Z,2026-07-02T09:55:00Z\n"
    );
    let (_, run) = import("deployments", &text, &[]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("f.csv: 1 row has a timestamp in the future"), "{}", run.stderr);
    assert!(run.stderr.contains("(first on line 3)"), "{}", run.stderr);
    assert!(run.stderr.contains("f.csv: 2 rows have an end before its start"), "{}", run.stderr);
    assert!(run.stderr.contains("(first on line 4)"), "{}", run.stderr);
    let (_, run) = import("incidents", &format!("{INCIDENT}1,web,2026-07-02T10:00:00Z,2026-07-01T10:00:00Z,\n"), &[]);
    assert!(run.stderr.contains("f.csv: 1 row has an end before its start"), "{}", run.stderr);
}

#[test]
fn deployments_known_only_as_inactive_give_no_zero_but_advice_on_counting_them() {
    let (place, run) = import("deployments", &deployments(&["inactive", "inactive"]), &[]);
    assert!(run.stderr.contains("f.csv: 2 rows have the status `inactive` alone"), "{}", run.stderr);
    assert!(run.stderr.contains("--map-status inactive=success"), "{}", run.stderr);
    let run = place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "csv,json"]);
    assert!(
        run.stderr.contains("nothing-counted") && run.stderr.contains("--map-status inactive=success"),
        "{}",
        run.stderr
    );
    let summary = place.read("reports/2026-07/summary.csv");
    let frequency = summary.lines().find(|line| line.contains("deployment_frequency")).expect("a row");
    assert!(frequency.starts_with("all,all,deployment_frequency,rate,,"), "no value: {frequency}");
}

//! A dataset or a folder of reports that someone else made: nothing outside it is read, replaced or removed, and nothing in it
//! is left out without a word.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{DEPLOYMENTS, DOCTOR, Place};

const REPORT: [&str; 5] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

/// A dataset, and a file beside it that must keep its bytes.
fn place() -> Place {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).write("precious.txt", "precious");
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

fn is_untouched(place: &Place, what: &str) {
    assert_eq!(place.read("precious.txt"), "precious", "{what}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_journal_that_names_files_outside_the_dataset_is_refused_by_every_command_and_changes_nothing() {
    let absolute = |place: &Place| place.path("precious.txt").display().to_string();
    for entry in [
        |place: &Place, path: &dyn Fn(&Place) -> String| format!("{{\"replace\":[],\"remove\":[\"{}\"]}}", path(place)),
        |place: &Place, path: &dyn Fn(&Place) -> String| {
            let path = path(place);
            format!("{{\"replace\":[{{\"place\":\"{path}\",\"from\":\"format.json\",\"sha256\":\"\"}}],\"remove\":[]}}")
        },
        |_: &Place, _: &dyn Fn(&Place) -> String| {
            let (part, from) = ("deployments/month=2026-07/part.parquet", "../../../precious.txt");
            format!("{{\"replace\":[{{\"place\":\"{part}\",\"from\":\"{from}\",\"sha256\":\"\"}}],\"remove\":[]}}")
        },
        |_: &Place, _: &dyn Fn(&Place) -> String| "{\"replace\":[\"../precious.txt\"],\"remove\":[]}".to_owned(),
    ] {
        for path in [&absolute as &dyn Fn(&Place) -> String, &|_: &Place| "../precious.txt".to_owned()] {
            let place = place();
            place.write("data/pending.json", &entry(&place, path));
            let before = place.files("data");
            for arguments in [&REPORT[..], &["import", "deployments", "d.csv"], &["audit"], &["explain", "cfr"]] {
                let run = place.run(arguments.iter().copied());
                assert_eq!(run.code, 1, "{arguments:?}: {}", run.stderr);
                assert!(run.stderr.contains("pending.json"), "{}", run.stderr);
                is_untouched(&place, "the journal");
            }
            let same = |files: Vec<(std::path::PathBuf, Vec<u8>)>| {
                files.into_iter().filter(|(path, _)| !path.ends_with("lock")).collect::<Vec<_>>()
            };
            assert_eq!(same(place.files("data")), same(before), "nothing in the dataset has changed");
        }
    }
}

#[test]
fn links_in_a_dataset_are_refused_or_replaced_and_never_followed() {
    for link in ["data/lock", "data/readers.lock", "data/pending.json", "data/coverage.json"] {
        let place = place();
        let _ = fs::remove_file(place.path(link));
        symlink(place.path("precious.txt"), place.path(link)).expect("a link");
        let later = DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("2026-07-15T09", "2026-07-15T08");
        place.write("later.csv", &later);
        place.run(["import", "deployments", "later.csv"]);
        place.run(REPORT);
        is_untouched(&place, link);
    }
    // A month that lies elsewhere: the part in it would be another's.
    let place = place();
    let month = place.path("data/deployments/month=2026-07");
    fs::rename(&month, place.path("elsewhere")).expect("moved");
    symlink(place.path("elsewhere"), &month).expect("a link");
    let before = fs::read(place.path("elsewhere/part.parquet")).expect("a part");
    place.write("later.csv", &DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("09:05", "09:06"));
    let run = place.run(["import", "deployments", "later.csv"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("month=2026-07") && run.stderr.contains("it is a link"), "{}", run.stderr);
    assert_eq!(fs::read(place.path("elsewhere/part.parquet")).expect("a part"), before);
}

#[test]
fn a_month_that_cannot_be_looked_into_is_an_error_and_its_events_are_not_left_out() {
    let place = place();
    let month = place.path("data/deployments/month=2026-07");
    fs::remove_dir_all(&month).expect("removed");
    // As with a folder without permission, also for root: the system cannot say what is in it.
    symlink(&month, &month).expect("a link to itself");
    for arguments in [&REPORT[..], &["dataset", "stats"], &["dataset", "compact"]] {
        let run = place.run(arguments.iter().copied());
        assert!(run.code == 1 && run.stderr.contains("month=2026-07"), "{arguments:?}: {} {}", run.code, run.stderr);
    }
    assert!(place.run(["dataset", "verify"]).stdout.contains("month=2026-07"));
}

#[test]
fn a_part_that_is_a_pipe_is_refused_by_every_command_and_not_waited_for() {
    let place = place();
    let part = place.path("data/deployments/month=2026-07/part.parquet");
    fs::remove_file(&part).expect("removed");
    assert!(std::process::Command::new("mkfifo").arg(&part).status().expect("mkfifo").success());
    for arguments in [&REPORT[..], &["dataset", "stats"], &["dataset", "compact"]] {
        let run = place.run(arguments.iter().copied());
        assert!(
            run.code == 1 && run.stderr.contains("not a regular file"),
            "{arguments:?}: {} {}",
            run.code,
            run.stderr
        );
    }
}

#[test]
fn a_table_that_is_a_link_is_left_where_it_is_and_nothing_is_said_to_be_repaired() {
    let place = place();
    fs::rename(place.path("data/deployments"), place.path("elsewhere")).expect("moved");
    symlink(place.path("elsewhere"), place.path("data/deployments")).expect("a link");
    for arguments in [&["dataset", "repair"][..], &["dataset", "repair", "--yes"]] {
        let run = place.run(arguments.iter().copied());
        assert!(run.stdout.starts_with("leave deployments, which has every month of its table"), "{}", run.stdout);
        assert!(
            run.stderr.contains("this command cannot repair it") && !run.stderr.contains(": repaired"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn another_name_of_a_file_is_not_emptied_as_a_lock() {
    let place = place();
    let _ = fs::remove_file(place.path("data/lock"));
    fs::hard_link(place.path("precious.txt"), place.path("data/lock")).expect("another name");
    let run = place.run(["import", "deployments", "d.csv"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("lock") && run.stderr.contains("remove it"), "{}", run.stderr);
    is_untouched(&place, "lock");
}

#[test]
fn names_that_could_be_guessed_are_not_written_to() {
    let place = place();
    fs::create_dir_all(place.path("reports")).expect("a folder");
    for link in [
        "data/coverage.json.tmp",
        "data/deployments/month=2026-07/part.parquet.tmp",
        "data/pending.json.tmp",
        "reports/.index.html.tmp",
        "history.om.partial",
    ] {
        symlink(place.path("precious.txt"), place.path(link)).expect("a link");
    }
    place.write("later.csv", &DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("09:05", "09:06"));
    place.done(["import", "deployments", "later.csv", "--covers", "2026-05-01..2026-10-01"]);
    place.done(REPORT);
    place.done(["backfill", "openmetrics", "history.om"]);
    is_untouched(&place, "a guessed name");
    assert!(place.path("reports/index.html").is_file() && place.path("history.om").is_file());
}

#[test]
fn a_link_in_place_of_the_list_of_reports_is_refused() {
    let place = place();
    place.done(REPORT);
    fs::remove_file(place.path("reports/index.html")).expect("removed");
    symlink(place.path("precious.txt"), place.path("reports/index.html")).expect("a link");
    let run = place.run(REPORT);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("reports/index.html: is in the place of the report"), "{}", run.stderr);
    is_untouched(&place, "index.html");
}

#[test]
fn a_logo_is_a_picture_and_notes_are_a_file_of_their_own_folder() {
    let place = place();
    let secret = "SECRET_OF_THE_ENVIRONMENT";
    fs::create_dir(place.path("elsewhere")).expect("a folder");
    place.write("elsewhere/real.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    place.write("text.png", secret).write("elsewhere/notes.toml", "summary = \"SECRET_OF_THE_ENVIRONMENT\"\n");
    for (link, to) in
        [("environ.svg", "/proc/self/environ"), ("zero.png", "/dev/zero"), ("inside.svg", "elsewhere/real.svg")]
    {
        let to = if to.starts_with('/') { to.into() } else { place.path(to) };
        symlink(to, place.path(link)).expect("a link");
    }
    let outside = Place::new();
    outside.write("notes.toml", "summary = \"SECRET_OF_THE_ENVIRONMENT\"\n");
    symlink(outside.path("notes.toml"), place.path("notes.toml")).expect("a link");
    for (logo, said) in [
        ("environ.svg", "leads out of its folder"),
        ("zero.png", "leads out of its folder"),
        ("text.png", "is not a picture of the kind png"),
        ("elsewhere", "is an svg, png, jpg or webp file"),
    ] {
        place.write("dora.toml", &format!("[report]\nlogo = \"{logo}\"\n"));
        let run = place.run(REPORT);
        assert_eq!(run.code, 2, "{logo}: {}", run.stderr);
        assert!(run.stderr.contains(said) && !run.stderr.contains(secret), "{logo}: {}", run.stderr);
        assert!(!place.path("reports").exists());
    }
    place.write("dora.toml", "");
    let run = place.run([&REPORT[..], &["--notes", "notes.toml"]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("leads out of its folder"), "{}", run.stderr);
    // A link within the folder is the user's own.
    place.write("dora.toml", "[report]\nlogo = \"inside.svg\"\n");
    place.done([&REPORT[..], &["--notes", "elsewhere/notes.toml"]].concat());
}

#[test]
fn one_row_or_flag_near_the_ends_of_time_does_not_lock_a_dataset() {
    let head = "id,repo,environment,sha,status,created_at,finished_at\n";
    for zone in ["UTC", "Pacific/Auckland", "America/Los_Angeles"] {
        let place = Place::new();
        place.write("dora.toml", &format!("[report]\ntimezone = \"{zone}\"\n")).write("d.csv", DEPLOYMENTS);
        place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
        let before = place.files("data/deployments");
        for at in
            ["9998-12-31T23:00:00Z", "9998-12-31T23:59:59-12:00", "9500-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
        {
            place.write("far.csv", &format!("{head}9,acme/web,production,a9,success,{at},{at}\n"));
            let run = place.run(["import", "deployments", "far.csv"]);
            assert_eq!(run.code, 4, "{at}: {}", run.stderr);
            assert!(run.stderr.contains("far.csv:2: column `created_at`"), "{}", run.stderr);
        }
        let run = place.run(["import", "deployments", "d.csv", "--covers", "0001-01-01..2026-10-01"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("`0001-01-01` is before 1970"), "{}", run.stderr);
        assert_eq!(place.run(["fetch", "--since", "0001-01-01"]).code, 2);
        assert_eq!(place.files("data/deployments"), before);
        // A dataset that holds such spans already opens.
        let covered = place.read("data/coverage.json");
        place.write(
            "data/coverage.json",
            &covered.replacen("2026-09-30", "9999-12-31", 1).replacen("2026-10-01", "9999-12-31", 1),
        );
        place.done(REPORT);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_file_of_someone_else_is_not_replaced_although_it_has_the_name_of_a_report_s_file() {
    let theirs = "<!DOCTYPE html>\n<title>Our quarter</title>\n";
    for (name, text) in [
        ("reports/2026-07/index.html", theirs),
        ("reports/2026-07/summary.csv", "team,score\na,1\n"),
        ("reports/2026-07/report.json", "{\"tool\": {\"name\": \"other\"}}"),
        ("reports/2026-07/summary.md", "# Our quarter\n"),
        ("reports/2026-07/report.xlsx", "PK\u{3}\u{4}xl/worksheets/sheet1.xml"),
        ("reports/2026-07/tile-lead_time.png", "\u{89}PNG\r\n"),
        ("reports/index.html", theirs),
    ] {
        for is_beside_a_report in [false, true] {
            let place = place();
            if is_beside_a_report {
                place.done(REPORT);
            }
            fs::create_dir_all(place.path("reports/2026-07")).expect("a folder");
            place.write(name, text);
            let before = place.files("reports");
            let run = place.run(REPORT);
            assert_eq!(run.code, 2, "{name}: {}", run.stderr);
            assert!(run.stderr.contains(&format!("{name}: is in the place of the report")), "{name}: {}", run.stderr);
            assert_eq!(place.files("reports"), before, "{name}");
        }
    }
}

fn fifo(path: &std::path::Path) {
    let _ = fs::remove_file(path);
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo");
    assert!(made.success(), "{}", path.display());
}

#[test]
fn a_pipe_in_the_place_of_a_file_of_a_dataset_is_refused_and_not_waited_for() {
    for name in [
        "format.json",
        "coverage.json",
        "cursors.json",
        "pending.json",
        "lock",
        "readers.lock",
        "deployments/month=2026-07/part.parquet",
    ] {
        let place = place();
        place.write("later.csv", &DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("09:05", "09:06"));
        fifo(&place.path("data").join(name));
        let codes: Vec<i32> = [&REPORT[..], &["import", "deployments", "later.csv"], &["dataset", "verify"], &DOCTOR]
            .into_iter()
            .map(|arguments| {
                let run = place.run(arguments.iter().copied());
                if run.code == 1 {
                    let said = format!("{}{}", run.stdout, run.stderr);
                    assert!(said.contains(name), "{name} {arguments:?}: {said}");
                }
                run.code
            })
            .collect();
        assert!(codes.contains(&1), "{name}: {codes:?}");
    }
}

#[test]
fn an_import_file_may_be_a_pipe_notes_may_not_and_a_config_without_end_is_not_read_to_its_end() {
    let place = Place::new();
    fifo(&place.path("d.csv"));
    let pipe = place.path("d.csv");
    let writing = std::thread::spawn(move || fs::write(pipe, DEPLOYMENTS).expect("somebody reads"));
    let run = place.done(["import", "deployments", "d.csv"]);
    writing.join().expect("written");
    assert!(run.stderr.contains("d.csv: 5 rows of deployments read"), "{}", run.stderr);
    fifo(&place.path("notes.toml"));
    let run = place.run([&REPORT[..], &["--notes", "notes.toml"]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("notes.toml") && run.stderr.contains("regular file"), "{}", run.stderr);
    place.write("dora.toml", "[report]\nbands = \"/dev/zero\"\n");
    for flags in [&[][..], &["--config", "/dev/zero"]] {
        let run = place.run([&REPORT[..], flags].concat());
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("/dev/zero") && run.stderr.contains("more than 16 MiB"), "{}", run.stderr);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_lock_that_another_process_holds_is_named_after_five_seconds() {
    let place = place();
    place.done(REPORT);
    for (held, shown) in [("data/readers.lock", "data/readers.lock"), ("reports", "reports")] {
        let lock = fs::File::open(place.path(held)).expect("a lock");
        lock.lock().expect("held");
        let run = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| place.run(REPORT));
            std::thread::sleep(std::time::Duration::from_millis(6_500));
            lock.unlock().expect("free");
            waiting.join().expect("ended")
        });
        assert_eq!(run.code, 0, "{}", run.stderr);
        let words = format!("warning: {shown}: another process holds this lock");
        assert!(run.stderr.contains(&words), "{held}: {}", run.stderr);
    }
}

#[test]
fn rows_that_stand_twice_are_refused_until_a_repair_keeps_one_of_each() {
    const EXPLAIN: [&str; 6] = ["explain", "cfr", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];
    for (table, of) in [("deployments", DEPLOYMENTS), ("incidents", crate::support::INCIDENTS)] {
        let place = place();
        place.write("x.csv", of).done(["import", table, "x.csv", "--covers", "2026-06-01..2026-10-01"]);
        let before = place.done(EXPLAIN).stdout;
        let month = place.path("data").join(table).join("month=2026-08");
        fs::create_dir(&month).expect("a folder");
        fs::copy(month.with_file_name("month=2026-07").join("part.parquet"), month.join("part.parquet"))
            .expect("copied");
        let run = place.run(REPORT);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains(table) && run.stderr.contains("dataset repair --yes"), "{}", run.stderr);
        assert_eq!(run.stderr.matches("error: ").count(), 1, "{}", run.stderr);
        place.run(["dataset", "repair", "--yes"]);
        let after = place.done(EXPLAIN).stdout;
        assert_eq!(after, before, "{table}");
    }
}

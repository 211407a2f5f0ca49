//! `dataset`: what it counts, every kind of damage it finds, and that a repair loses no row that can be read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::python::{has_packages, python};
use crate::support::{COMMITS, DEPLOYMENTS, Place, skip};

const JUNE: &str = "data/deployments/month=2026-06/part.parquet";
const JULY: &str = "data/deployments/month=2026-07/part.parquet";

/// A dataset with deployments in June and July, and the commits of July.
fn place() -> Place {
    let place = Place::new();
    let early =
        "9,acme/web,production,aaaaaaa0,success,2026-06-01T09:00:00Z,2026-06-01T09:05:00Z,2026-10-01T00:00:00Z\n";
    place.write("d.csv", &format!("{DEPLOYMENTS}{early}")).write("c.csv", COMMITS);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-05-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place
}

fn verify(place: &Place) -> (i32, Vec<(String, String)>) {
    let run = place.run(["dataset", "verify", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let problems = said["problems"].as_array().expect("a list");
    (run.code, problems.iter().map(|it| (text(&it["path"]), text(&it["problem"]))).collect())
}

fn is_whole(place: &Place) {
    assert_eq!(verify(place), (0, Vec::new()));
}

/// The ids of the deployments in the dataset.
fn deployments(place: &Place) -> Vec<String> {
    let period = ["--period", "2026-06-01..2026-08-01", "--as-of", "2026-10-02T00:00:00Z", "--format", "csv"];
    place.done([&["report"], &period[..]].concat());
    let table = place.read("reports/2026-06-01_2026-08-01/deployments.csv");
    let mut ids: Vec<String> =
        table.lines().skip(1).map(|line| line.split(',').nth(1).expect("an id").to_owned()).collect();
    ids.sort();
    ids
}

fn changed(place: &Place, from: &[(std::path::PathBuf, Vec<u8>)]) -> bool {
    let without_locks = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        let is_lock = |path: &Path| path.extension().is_some_and(|own| own == "lock") || path.ends_with("lock");
        files.iter().filter(|(path, _)| !is_lock(path)).cloned().collect::<Vec<_>>()
    };
    without_locks(&place.files("data")) != without_locks(from)
}

#[test]
fn statistics_count_rows_parts_and_bytes_of_each_table() {
    let place = place();
    let run = place.done(["dataset", "stats", "--format", "json"]);
    let said: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let deployments = &said["tables"][0];
    assert_eq!(deployments["table"], "deployments");
    assert_eq!((deployments["rows"].as_u64(), deployments["parts"].as_u64()), (Some(6), Some(2)));
    let bytes = [JUNE, JULY].map(|part| fs::metadata(place.path(part)).expect("a part").len());
    assert_eq!(deployments["bytes"].as_u64(), Some(bytes.iter().sum()));
    assert_eq!((&deployments["first_month"], &deployments["last_month"]), (&"2026-06".into(), &"2026-07".into()));
    assert_eq!(deployments["oldest_event_at"], "2026-06-01T09:00:00Z");
    assert_eq!(deployments["newest_event_at"], "2026-07-22T09:00:00Z");
    assert_eq!(deployments["newest_observed_at"], "2026-10-01T00:00:00Z");
    assert_eq!(said["tables"][3]["rows"], 0);
    let text = place.done(["dataset", "stats"]).stdout;
    let line = text.lines().nth(1).expect("a line").split_whitespace().collect::<Vec<_>>();
    assert_eq!(line[..3], ["deployments", "6", "2"], "{text}");
    assert_eq!(text.lines().count(), 6, "{text}");
    let run = place.run(["dataset", "stats", "--data", "elsewhere"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn an_intact_dataset_has_no_problems_and_nothing_to_compact_or_repair() {
    let place = place();
    let before = place.files("data");
    is_whole(&place);
    for command in ["compact", "repair"] {
        for yes in [&["--yes"][..], &[]] {
            let run = place.done([&["dataset", command], yes].concat());
            assert_eq!((run.stdout.as_str(), run.stderr.contains("nothing to")), ("", true), "{}", run.stderr);
        }
    }
    assert!(!changed(&place, &before));
}

/// Makes the dataset's folder read-only while `check` runs; `false` where this user cannot.
fn read_only(place: &Place, check: impl Fn()) -> bool {
    let data = place.path("data");
    let set = |mode| fs::set_permissions(&data, fs::Permissions::from_mode(mode)).expect("permissions");
    set(0o555);
    if fs::write(data.join("x"), "x").is_err() {
        check();
        set(0o755);
        return true;
    }
    // A superuser writes whatever the permissions say, but not to a file system that is read-only.
    set(0o755);
    fs::remove_file(data.join("x")).expect("removed");
    let mount = |arguments: &[&str]| {
        let run = Command::new("mount").args(arguments).arg(&data).output();
        run.is_ok_and(|run| run.status.success())
    };
    if !mount(&["--bind", data.to_str().expect("UTF-8")]) {
        return false;
    }
    let is_set = mount(&["-o", "remount,ro,bind"]);
    if is_set {
        check();
    }
    let unmounted = Command::new("umount").arg(&data).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    is_set
}

#[test]
fn a_folder_that_cannot_be_written_is_counted_and_verified() {
    let place = place();
    let checked = read_only(&place, || {
        is_whole(&place);
        place.done(["dataset", "stats"]);
        place.done(["dataset", "compact"]);
        place.done(["dataset", "repair"]);
    });
    if !checked {
        skip("this user can neither make a folder read-only nor mount one");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_damaged_part_is_found_and_set_aside_and_its_month_is_no_longer_covered() {
    let whole = fs::read(place().path(JULY)).expect("a part");
    let middle = whole.len() / 3;
    let flipped: Vec<u8> =
        whole.iter().enumerate().map(|(at, byte)| if at == middle { !byte } else { *byte }).collect();
    for damaged in [&whole[..whole.len() / 2], &[][..], b"PAR1 nonsense PAR1", &flipped] {
        let place = place();
        fs::write(place.path(JULY), damaged).expect("a part");
        let before = place.files("data");
        let (code, problems) = verify(&place);
        assert_eq!(code, 1);
        assert_eq!(problems, [(JULY.trim_start_matches("data/").to_owned(), "unreadable".to_owned())]);
        let plan = place.done(["dataset", "repair"]);
        assert!(plan.stdout.starts_with("set aside deployments/month=2026-07/part.parquet"), "{}", plan.stdout);
        assert!(plan.stderr.contains("nothing was changed") && !changed(&place, &before), "{}", plan.stderr);
        let done = place.done(["dataset", "repair", "--yes"]);
        assert_eq!(done.stdout, plan.stdout);
        assert!(done.stderr.contains("no longer covered"), "{}", done.stderr);
        is_whole(&place);
        let aside = place.path("data/set-aside/deployments.month=2026-07.part.parquet");
        assert_eq!(fs::read(aside).expect("the part"), damaged, "nothing is removed");
        let covered: Value = serde_json::from_str(&place.read("data/coverage.json")).expect("JSON");
        let spans = serde_json::json!([
            ["2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"],
            ["2026-08-01T00:00:00Z", "2026-10-01T00:00:00Z"]
        ]);
        assert_eq!(covered[0]["spans"], spans);
        assert_eq!(deployments(&place), ["9"]);
        // The way back: the same file once more.
        place.done(["import", "deployments", "d.csv", "--covers", "2026-05-01..2026-10-01"]);
        assert_eq!(deployments(&place), ["1", "2", "3", "4", "5", "9"]);
        is_whole(&place);
    }
}

#[test]
fn an_import_into_a_month_whose_part_changed_on_the_disk_is_refused_and_changes_nothing() {
    let place = place();
    let mut bytes = fs::read(place.path(JULY)).expect("a part");
    bytes[8] ^= 2;
    fs::write(place.path(JULY), &bytes).expect("written");
    let before = place.files("data");
    let more =
        "99,acme/web,production,aaaaaaa9,success,2026-07-01T09:00:00Z,2026-07-01T09:05:00Z,2026-10-01T00:00:00Z\n";
    place.write("more.csv", &format!("{DEPLOYMENTS}{more}"));
    let run = place.run(["import", "deployments", "more.csv"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("month=2026-07/part.parquet") && run.stderr.contains("dataset repair"),
        "{}",
        run.stderr
    );
    assert!(!changed(&place, &before), "the damage is still there to be seen");
}

#[test]
fn a_folder_in_the_place_of_a_part_is_damage_and_not_an_empty_month() {
    let place = place();
    fs::remove_file(place.path(JULY)).and_then(|()| fs::create_dir(place.path(JULY))).expect("a folder");
    let (code, problems) = verify(&place);
    assert_eq!((code, problems.len()), (1, 1), "{problems:?}");
    for command in [&["import", "deployments", "d.csv"][..], &["report", "--period", "2026-07"]] {
        let run = place.run(command);
        assert!(run.code == 1 && run.stderr.contains("not a regular file"), "{}", run.stderr);
    }
    place.done(["dataset", "repair", "--yes"]);
    is_whole(&place);
}

#[test]
fn rows_in_the_wrong_part_and_keys_that_stand_twice_are_found_and_sorted_out() {
    let place = place();
    let later = Place::new();
    let moved = DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("2026-07-15T09:05", "2026-07-15T09:06");
    later.write("d.csv", &moved).done(["import", "deployments", "d.csv"]);
    // A later observation of July's rows stands in June's folder, and July's own are still there.
    fs::copy(later.path(JULY), place.path(JUNE)).expect("a part");
    let (code, problems) = verify(&place);
    let july = JULY.trim_start_matches("data/").to_owned();
    let june = JUNE.trim_start_matches("data/").to_owned();
    assert_eq!(code, 1);
    assert_eq!(problems, [(june, "other-month".to_owned()), (july, "repeated-key".to_owned())]);
    let plan = place.done(["dataset", "repair"]).stdout;
    assert_eq!(place.done(["dataset", "repair", "--yes"]).stdout, plan);
    is_whole(&place);
    assert!(!place.path(JUNE).exists(), "no row of June is left");
    assert_eq!(fs::read(place.path(JULY)).expect("a part"), fs::read(later.path(JULY)).expect("a part"));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn what_a_killed_writer_left_is_found_and_done() {
    let place = place();
    let part = fs::read(place.path(JULY)).expect("a part");
    fs::write(place.path("data/deployments/month=2026-07/.part.parquet.x1.tmp"), &part[..9]).expect("a file");
    assert_eq!(verify(&place).1[0].1, "leftover");
    assert_eq!(verify(&place).0, 0, "it costs room and nothing else");
    place.done(["dataset", "repair", "--yes"]);
    is_whole(&place);
    // A list of moves whose file is still there is finished; one whose file is gone is set aside.
    let list = |sha256: &str| {
        let moved = serde_json::json!({
            "place": "deployments/month=2026-08/part.parquet", "from": ".part.parquet.x1.tmp", "sha256": sha256
        });
        serde_json::json!({"replace": [moved], "remove": []}).to_string()
    };
    place.write("data/pending.json", &list(""));
    assert_eq!(verify(&place), (1, vec![("pending.json".into(), "lost-write".into())]));
    place.done(["dataset", "repair", "--yes"]);
    is_whole(&place);
    assert!(place.path("data/set-aside/pending.json").is_file());
    fs::create_dir_all(place.path("data/deployments/month=2026-08")).expect("a folder");
    fs::write(place.path("data/deployments/month=2026-08/.part.parquet.x1.tmp"), &part).expect("a file");
    place.write("data/pending.json", &list(""));
    assert_eq!(verify(&place), (0, vec![("pending.json".into(), "unfinished-write".into())]));
    place.done(["dataset", "repair", "--yes"]);
    is_whole(&place);
    assert_eq!(deployments(&place).len(), 6, "what was moved were July's rows in August's folder");
}

#[test]
fn rows_of_one_month_are_imported_without_reading_the_parts_of_others() {
    let place = place();
    let mut june = fs::read(place.path(JUNE)).expect("a part");
    // Everything between the magic number and the footer, which begins with the schema.
    let footer =
        june.len() - 8 - u32::from_le_bytes(june[june.len() - 8..june.len() - 4].try_into().expect("4")) as usize;
    june[4..footer].fill(0xff);
    fs::write(place.path(JUNE), &june).expect("a part");
    let later = DEPLOYMENTS.replace("2026-10-01T00", "2026-10-02T00").replace("2026-07-15T09:05", "2026-07-15T09:06");
    place.write("later.csv", &later).done(["import", "deployments", "later.csv"]);
    assert_eq!(fs::read(place.path(JUNE)).expect("a part"), june);
    assert_eq!(verify(&place).1, [(JUNE.trim_start_matches("data/").to_owned(), "unreadable".to_owned())]);
    // A row that stands in June has to be looked for there.
    let moved = "id,repo,environment,sha,status,created_at,finished_at\n\
                 9,acme/web,production,aaaaaaa0,success,2026-07-02T09:00:00Z,2026-07-02T09:05:00Z\n";
    let run = place.write("moved.csv", moved).run(["import", "deployments", "moved.csv"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("month=2026-06/part.parquet"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn small_files_that_cannot_be_understood_are_set_aside() {
    for name in ["coverage.json", "cursors.json", "format.json"] {
        let place = place();
        place.write(&format!("data/{name}"), "{ damaged");
        let (code, problems) = verify(&place);
        assert_eq!((code, problems), (1, vec![(name.to_owned(), "unreadable".to_owned())]));
        place.done(["dataset", "repair", "--yes"]);
        is_whole(&place);
        assert_eq!(place.read(&format!("data/set-aside/{name}")), "{ damaged");
        assert_eq!(place.read("data/format.json"), "{\"format\": 1}\n");
    }
}

#[test]
fn a_newer_format_is_neither_verified_nor_repaired() {
    let place = place();
    place.write("data/format.json", "{\"format\": 2}");
    let before = place.files("data");
    for command in [
        &["dataset", "verify"][..],
        &["dataset", "stats"],
        &["dataset", "repair", "--yes"],
        &["dataset", "compact", "--yes"],
    ] {
        assert_eq!(place.run(command).code, 2, "{command:?}");
    }
    assert!(!changed(&place, &before));
}

/// Writes a part as another program writes it: unsorted, in row groups of one row, without our metadata.
const REWRITE: &str = "
import pyarrow.parquet as parquet
path = 'data/deployments/month=2026-07/part.parquet'
table = parquet.read_table(path, partitioning=None).replace_schema_metadata(None)
parquet.write_table(table.take(list(reversed(range(table.num_rows)))), path, row_group_size=1)
";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_part_that_another_program_wrote_is_compacted_to_the_same_rows_and_bytes() {
    if !has_packages("pyarrow") {
        return;
    }
    let place = place();
    let own = fs::read(place.path(JULY)).expect("a part");
    python(&place, REWRITE, [""; 0], Stdio::null());
    assert_eq!(verify(&place), (0, vec![(JULY.trim_start_matches("data/").into(), "out-of-order".into())]));
    let before = place.files("data");
    let plan = place.done(["dataset", "compact"]);
    assert!(plan.stdout.starts_with("rewrite deployments/month=2026-07/part.parquet (5 rows, "), "{}", plan.stdout);
    assert!(plan.stdout.ends_with("not sorted by key, in too many row groups\n"), "{}", plan.stdout);
    assert!(!changed(&place, &before));
    assert_eq!(place.done(["dataset", "compact", "--yes"]).stdout, plan.stdout);
    is_whole(&place);
    assert_eq!(fs::read(place.path(JULY)).expect("a part"), own);
}

/// Gives a part columns of its own and one of another type, as other programs write them.
const OTHER_TYPES: &str = "
import decimal, sys
import pyarrow, pyarrow.parquet as parquet
path = 'data/deployments/month=2026-07/part.parquet'
table = parquet.ParquetFile(path).read().replace_schema_metadata(None)
n = table.num_rows
more = {
    'class': pyarrow.array(['a'] * n).dictionary_encode(),
    'owner': pyarrow.array([{'name': 'x'}] * n),
    'labels': pyarrow.array([[('a', 1)]] * n, pyarrow.map_(pyarrow.string(), pyarrow.int64())),
    'small': pyarrow.array([1] * n, pyarrow.uint8()),
    'cost': pyarrow.array([decimal.Decimal('1.5')] * n),
}
if sys.argv[1] == 'more':
    for name, column in more.items():
        table = table.append_column(name, column)
else:
    at = table.schema.get_field_index('environment')
    table = table.set_column(at, 'environment', table.column(at).cast(pyarrow.string()).combine_chunks().dictionary_encode())
parquet.write_table(table, path)
";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn additional_columns_of_any_type_are_passed_over_and_a_column_of_another_type_is_an_error() {
    if !has_packages("pyarrow") {
        return;
    }
    let place = place();
    let own = fs::read(place.path(JULY)).expect("a part");
    let rows = deployments(&place);
    let rewrite = |what: &str| python(&place, OTHER_TYPES, [what], Stdio::null());
    rewrite("more");
    assert_eq!(verify(&place), (0, vec![]));
    assert_eq!(deployments(&place), rows);
    place.done(["dataset", "compact", "--yes"]);
    assert_eq!(fs::read(place.path(JULY)).expect("a part"), own);
    rewrite("another");
    let (code, found) = verify(&place);
    assert_eq!((code, found.len()), (1, 1), "{found:?}");
    let run = place.run(["report"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("column `environment` has another type than String"), "{}", run.stderr);
}

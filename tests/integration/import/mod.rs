//! `import`: the messages for good and bad files, and that no import is stored partly.

use std::fs;
use std::process::Stdio;

mod clones;
mod first_report;
mod keys;
mod mapping;
mod presets;
mod shapes;
mod values;

use sha2::{Digest, Sha256};

use super::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place, Run, skip};

fn import(place: &Place, table: &str, text: &str) -> Run {
    place.write("file.csv", text);
    place.run(["import", table, "file.csv"])
}

/// Instants and the like of an event in the tables of a report on July 2026: the row that begins with its id.
fn reported(place: &Place, table: &str, id: &str) -> String {
    place.done(["-q", "report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z", "--format", "csv"]);
    let text = place.read(&format!("reports/2026-07/{table}.csv"));
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let at = rows.headers().expect("a header").iter().position(|name| name == "id").expect("an id");
    let row = rows.records().map(|row| row.expect("a row")).find(|row| row.get(at) == Some(id));
    row.map_or_else(|| panic!("no {id} in {text}"), |row| row.iter().collect::<Vec<_>>().join(","))
}

/// Replaces one cell's text in [`DEPLOYMENTS`].
fn with(old: &str, new: &str) -> String {
    assert!(DEPLOYMENTS.contains(old), "{old}");
    DEPLOYMENTS.replacen(old, new, 1)
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_line_column_value_and_reason_and_leaves_nothing() {
    let (head, _) = DEPLOYMENTS.split_at(DEPLOYMENTS.len() - 40);
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "deployments",
            with("2026-07-15T09:00:00Z", "15.07.2026"),
            "file.csv:3: column `created_at`: `15.07.2026` is not an RFC 3339 instant",
        ),
        (
            "deployments",
            with("2026-07-15T09:00:00Z", "2026-07-15T09:00:00"),
            "file.csv:3: column `created_at`: `2026-07-15T09:00:00` is an instant without an offset; end it with +00:00 or Z if it is UTC",
        ),
        (
            "deployments",
            with("success,2026-07-15T09:00:00Z,2026-07-15T09:05:00Z", "success,2026-07-15T09:00:00Z,"),
            "file.csv:3: column `finished_at`: a deployment with status success needs its finish time",
        ),
        ("deployments", with("1,acme/web", ",acme/web"), "file.csv:2: column `id`: a value is missing"),
        (
            "deployments",
            with("finished_at,", "finsihed_at,"),
            "column `finsihed_at` is not known; did you mean `finished_at`?",
        ),
        ("deployments", with("id,repo", "id,id"), "column `id` appears twice in the header"),
        ("deployments", with("sha,", "hash,"), "column `sha` is missing from the header"),
        ("deployments", head.to_owned(), "this row has 7 cells, but the header has 8; the file is cut off"),
        ("deployments", "[{\"id\": 1},\n2]".into(), "file.csv:1: column `repo`: a value is missing"),
        ("deployments", "[\n2]".into(), "file.csv:2: invalid type: integer `2`, expected a JSON object"),
        (
            "deployments",
            "{\"id\": \"1\", \"repo\": \"a/b\"".into(),
            "file.csv:1: this JSON object ends too early; the file seems to be cut off",
        ),
        (
            "deployments",
            "{\"id\": 123456789012345678901, \"repo\": \"a/b\", \"created_at\": \"2026-07-01T00:00:00Z\"}".into(),
            "column `id`: `1.2345678901234568e+20` is a number that cannot be kept exactly; write it as text",
        ),
        ("deployments", "{\"id\": {}, \"repo\": \"a/b\"}".into(), "file.csv:1: column `id`: `{}` is not text"),
        (
            "incidents",
            INCIDENTS.replace(",,,,,2026-10", ",yes,,,,2026-10"),
            "column `caused_by_deploy`: `yes` is neither `true` nor `false`",
        ),
        ("commits", COMMITS.replace(",,2026-10", ",#12,2026-10"), "column `pull_request`: `#12` is not a whole number"),
        (
            "incidents",
            format!("source{},{}", INCIDENTS.lines().next().expect("a header"), "\n"),
            "column `sourceid` is not known",
        ),
    ];
    for (table, text, wanted) in cases {
        let place = Place::new();
        let run = import(&place, table, &text);
        assert_eq!(run.code, 4, "{text}\n{}", run.stderr);
        assert!(run.stderr.contains(wanted), "wanted: {wanted}\nfound: {}", run.stderr);
        assert!(!place.path("data").join(table).exists(), "nothing is stored: {wanted}");
        assert!(!place.path("data/coverage.json").exists());
    }
}

#[test]
fn an_unreadable_path_is_named_with_what_to_do() {
    let place = Place::new();
    fs::create_dir(place.path("folder")).expect("a folder");
    let run = place.run(["import", "commits", "folder"]);
    assert_eq!(
        (run.code, run.stderr.trim()),
        (4, "error: folder: cannot be read: is a directory; name the files in it instead")
    );
    let place = Place::new();
    let run = place.run(["import", "commits", "absent.csv"]);
    assert_eq!(run.code, 4);
    assert!(!place.path("data").exists(), "no empty dataset is left");
    assert!(
        run.stderr.contains("absent.csv: cannot be read: no such file or directory; check the path"),
        "{}",
        run.stderr
    );
    let run = place.run(["import", "things", "x.csv"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("pull-requests"), "the tables are named: {}", run.stderr);
}

#[test]
fn csv_and_json_lines_files_and_standard_input_give_the_same_dataset() {
    let names = ["id", "repo", "environment", "sha", "status", "created_at", "finished_at", "observed_at"];
    let object = |line: &str| {
        let cells = names.iter().zip(line.split(','));
        let cells = cells.map(|(name, cell)| match cell {
            "" => format!("\"{name}\": null"),
            cell => format!("\"{name}\": \"{cell}\""),
        });
        format!("{{{}}}", cells.collect::<Vec<_>>().join(", "))
    };
    let lines = DEPLOYMENTS.lines().skip(1).map(object).collect::<Vec<_>>().join("\n");
    let (csv, json, piped) = (Place::new(), Place::new(), Place::new());
    csv.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    json.write("d.jsonl", &lines).done(["import", "deployments", "d.jsonl"]);
    let run = piped.run_with_input(["import", "deployments", "-"], DEPLOYMENTS);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.starts_with("standard input: 5 rows of deployments read, 5 of them new; each repo"),
        "{}",
        run.stderr
    );
    assert_eq!(csv.files("data"), json.files("data"));
    assert_eq!(csv.files("data"), piped.files("data"));
}

#[test]
fn importing_again_changes_no_byte_and_a_later_observation_replaces_an_earlier_one() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    let before = place.files("data");
    let run = place.done(["import", "deployments", "d.csv"]);
    assert!(run.stderr.contains("5 rows of deployments read, 0 of them new"), "{}", run.stderr);
    assert_eq!(place.files("data"), before);
    // The same key in another month, first observed later, then earlier.
    let moved = "id,repo,environment,sha,status,created_at,finished_at,observed_at\n\
                 1,acme/web,production,aaaaaaa1,success,2026-06-01T09:00:00Z,2026-06-01T09:05:00Z,2026-10-02T00:00:00Z\n";
    place.write("m.csv", moved).done(["import", "deployments", "m.csv"]);
    let months = |place: &Place| {
        let mut months: Vec<String> = fs::read_dir(place.path("data/deployments"))
            .expect("a table")
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.path().join("part.parquet").exists())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        months.sort();
        months
    };
    assert_eq!(months(&place), ["month=2026-06", "month=2026-07"]);
    let after = place.files("data/deployments");
    place.done(["import", "deployments", "d.csv"]);
    assert_eq!(place.files("data/deployments"), after, "the earlier observation changes nothing");
}

#[test]
fn a_second_writer_is_told_who_holds_the_dataset() {
    let place = Place::new();
    let mut first = place
        .command(["import", "deployments", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    // The lock is taken before standard input is read; its words say when it is there.
    let lock = place.path("data/lock");
    while !fs::read_to_string(&lock).is_ok_and(|words| words.contains("importing")) {
        std::thread::yield_now();
    }
    let second = place.write("d.csv", DEPLOYMENTS).run(["import", "deployments", "d.csv"]);
    assert_eq!(second.code, 2);
    let holder =
        format!("data: the dataset is being written by process {}, which has been importing since", first.id());
    assert!(second.stderr.contains(&holder), "{}", second.stderr);
    drop(first.stdin.take());
    first.wait().expect("the program ends");
    place.done(["import", "deployments", "d.csv"]);
}

#[test]
fn a_newer_format_is_refused_and_not_changed() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    place.write("data/format.json", "{\"format\": 2}\n");
    let before = place.files("data");
    for arguments in [vec!["import", "deployments", "d.csv"], vec!["report"]] {
        let run = place.run(arguments);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("data: the dataset has format 2 and this program reads up to 1"), "{}", run.stderr);
    }
    assert_eq!(place.files("data"), before);
}

#[test]
fn a_damaged_part_is_named_by_import_and_report_and_the_rest_stays() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"]);
    let report = place.files("reports");
    let part = place.path("data/deployments/month=2026-07/part.parquet");
    let whole = fs::read(&part).expect("a part");
    for damaged in [&whole[..whole.len() / 2], &[][..], b"PAR1 nonsense PAR1"] {
        fs::write(&part, damaged).expect("a part");
        for arguments in [
            vec!["import", "deployments", "d.csv"],
            vec!["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"],
        ] {
            let run = place.run(arguments);
            assert_eq!(run.code, 1, "{}", run.stderr);
            assert!(
                run.stderr.contains("month=2026-07/part.parquet: this part of the dataset cannot be read"),
                "{}",
                run.stderr
            );
            assert_eq!(run.stderr.lines().count(), 1, "no backtrace, no panic: {}", run.stderr);
        }
        assert_eq!(fs::read(&part).expect("a part"), damaged, "the part is left as it was");
        assert_eq!(place.files("reports"), report, "the report is left as it was");
    }
}

#[test]
fn coverage_is_stated_or_the_whole_days_from_first_to_last_and_only_ever_widened() {
    let place = Place::new();
    place.write("dora.toml", "[report]\ntimezone = \"Europe/Berlin\"\n");
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    let own = place.read("data/coverage.json");
    assert!(
        own.contains("\"acme/web\"") && own.contains("2026-06-30T22:00:00Z") && own.contains("2026-07-22T22:00:00Z"),
        "{own}"
    );
    place.done(["import", "deployments", "d.csv", "--covers", "2026-07-01..2026-10-01"]);
    place.done(["import", "deployments", "d.csv", "--covers", "2026-08-01..2026-09-01"]);
    let stated = place.read("data/coverage.json");
    assert!(stated.contains("\"*\"") && stated.contains("2026-09-30T22:00:00Z"), "{stated}");
    for bad in ["2026-10-01..2026-07-01", "2026-07", "x..y"] {
        let run = place.run(["import", "deployments", "d.csv", "--covers", bad]);
        assert_eq!(run.code, 2, "{bad}");
    }
}

#[test]
fn unknown_columns_and_a_missing_line_end_cause_warnings_only() {
    let place = Place::new();
    let text =
        DEPLOYMENTS.replace("observed_at\n", "observed_at,cost_centre\n").replace("00:00:00Z\n", "00:00:00Z,7\n");
    let run = import(&place, "deployments", text.trim_end());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("warning: file.csv: unknown column `cost_centre` is ignored"), "{}", run.stderr);
    assert!(run.stderr.contains("warning: file.csv: the last line has no line end"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_full_disk_changes_neither_dataset_nor_report() {
    // A small file system of its own needs root; without it the test says so.
    let place = Place::new();
    fs::create_dir(place.path("small")).expect("a folder");
    let small = place.path("small");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
        .arg(&small)
        .output()
        .is_ok_and(|done| done.status.success());
    if !mounted {
        return skip("a tmpfs cannot be mounted here");
    }
    let checked = std::panic::catch_unwind(|| {
        place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv", "--data", "small/data"]);
        place.done(["report", "--data", "small/data", "--out", "small/out", "--period", "2026-07", "--format", "csv"]);
        let (dataset, report) = (place.files("small/data"), place.files("small/out"));
        // Room for what every command asks for before it begins, so that the part itself is what does not fit.
        let filler = vec![7u8; 4 << 20];
        let _ = fs::write(small.join("filler"), filler);
        fs::OpenOptions::new()
            .write(true)
            .open(small.join("filler"))
            .and_then(|file| file.set_len(file.metadata()?.len().saturating_sub((1 << 20) + 8_192)))
            .expect("a smaller file");
        let row = |id: u32| {
            // Names of commits do not compress.
            let sha =
                u64::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            format!(
                "{id},acme/web,production,{sha:016x}{:016x},success,2026-08-01T09:00:00Z,2026-08-01T09:05:00Z,2026-10-01T00:00:00Z",
                sha.wrapping_mul(0x94d0_49bb_1331_11eb)
            )
        };
        let header = DEPLOYMENTS.lines().next().expect("a header").to_owned();
        let many: Vec<String> = [header].into_iter().chain((10..80_000).map(row)).collect();
        place.write("many.csv", &many.join("\n"));
        let run = place.run(["import", "deployments", "many.csv", "--data", "small/data"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("no space left on device; make room on the disk"), "{}", run.stderr);
        assert_eq!(place.files("small/data"), dataset);
        place.done(["import", "deployments", "many.csv", "--data", "big"]);
        let run =
            place.run(["report", "--data", "big", "--out", "small/out", "--period", "2026-08", "--format", "csv"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.to_lowercase().contains("no space left on device"), "{}", run.stderr);
        assert_eq!(place.files("small/out"), report);
    });
    let unmounted = std::process::Command::new("umount").arg(&small).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
    if let Err(panic) = checked {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn white_space_around_values_is_dropped_and_within_a_revision_refused() {
    let (spaced, plain) = (Place::new(), Place::new());
    spaced.write("d.csv", &DEPLOYMENTS.replace(',', " , ")).done(["import", "deployments", "d.csv"]);
    plain.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    assert_eq!(spaced.files("data"), plain.files("data"));
    let run =
        import(&Place::new(), "commits", &COMMITS.replace(",aaaaaaa1,2026-07-14", ",aaaaaaa1 ccccccc3,2026-07-14"));
    assert_eq!(run.code, 4);
    assert!(
        run.stderr.contains("column `parents`: `aaaaaaa1 ccccccc3` is more than one revision; join parents with `;`"),
        "{}",
        run.stderr
    );
}

#[test]
fn years_that_no_calendar_needs_are_refused_before_anything_is_stored() {
    let place = Place::new();
    for far in ["9999-12-31T23:00:00Z", "0000-01-01T00:30:00Z"] {
        let run = import(&place, "deployments", &DEPLOYMENTS.replace("2026-07-21T09:00:00Z", far));
        assert_eq!(run.code, 4);
        assert!(run.stderr.contains("outside the years 1 to 9998"), "{}", run.stderr);
    }
    for far in ["2020-01-01..+12020-01-01", "0000-01-01..2026-01-01"] {
        let run = place.run(["import", "deployments", "file.csv", "--covers", far]);
        assert_eq!(run.code, 2, "{}", run.stderr);
    }
    assert!(!place.path("data/coverage.json").exists());
}

#[test]
fn what_a_killed_import_left_half_moved_is_finished_by_the_next_command() {
    let place = Place::new();
    place.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    let whole = Place::new();
    whole.write("d.csv", DEPLOYMENTS).done(["import", "deployments", "d.csv"]);
    let later = DEPLOYMENTS.replace("2026-07-15T09:00:00Z", "2026-06-15T09:00:00Z").replace("2026-10-01", "2026-10-02");
    whole.write("later.csv", &later).done(["import", "deployments", "later.csv"]);
    // As if killed after the first of two moves: June is in its place, July still waits beside its own.
    let june = "deployments/month=2026-06/part.parquet";
    let july = "deployments/month=2026-07/part.parquet";
    fs::create_dir_all(place.path("data/deployments/month=2026-06")).expect("a folder");
    let moves =
        [(june, ".part.parquet.a1.tmp"), (july, ".part.parquet.b2.tmp"), ("coverage.json", ".coverage.json.c3.tmp")];
    let mut list = Vec::new();
    for (name, from) in moves {
        let bytes = fs::read(whole.path("data").join(name)).expect("a file");
        let to = place.path("data").join(name);
        let to = if name == june { to } else { to.with_file_name(from) };
        fs::write(to, &bytes).expect("a file");
        let sha256 = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        list.push(serde_json::json!({"place": name, "from": from, "sha256": sha256}));
    }
    place.write("data/pending.json", &serde_json::json!({"replace": list, "remove": []}).to_string());
    place.done(["report", "--period", "2026-07", "--as-of", "2026-10-03T00:00:00Z"]);
    assert_eq!(place.files("data"), whole.files("data"));
}

#[test]
fn suspicious_spans_are_reported() {
    let place = Place::new();
    place
        .write("dora.toml", "[[service]]\nname = \"api\"\nrepos = [\"acme/api\"]\n")
        .write("d.csv", DEPLOYMENTS)
        .write("c.csv", COMMITS);
    let run = place.done(["import", "deployments", "d.csv", "--covers", "2026-07-01..9000-01-01"]);
    assert!(run.stderr.contains("--covers ends at 9000-01-01, which is in the future"), "{}", run.stderr);
    assert!(run.stderr.contains("d.csv: no row is about acme/api; --covers makes that a true zero"), "{}", run.stderr);
    let run = place.done(["import", "commits", "c.csv", "--covers", "2026-07-01..2026-08-01"]);
    assert!(run.stderr.contains("--covers has no effect on commits"), "{}", run.stderr);
}

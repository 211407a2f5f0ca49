//! `report.xlsx` and `confluence.xml`: what they say is what the other files say.

mod page;
mod workbook;

use crate::support::{COMMITS, DEPLOYMENTS, INCIDENTS, Place};

const JULY: [&str; 5] = ["report", "--period", "2026-07", "--as-of", "2026-10-01T00:00:00Z"];

/// Names that try to be a formula, markup of a workbook, and markup of a page.
const HOSTILE: [&str; 4] =
    ["=HYPERLINK(\"http://evil.example\")", "<r>bold</r>", "]]><script>alert(1)</script>", "a & b"];

/// The small history, whose service, incidents and comment have hostile names.
fn hostile() -> Place {
    let place = Place::new();
    let [formula, markup, script, both] = HOSTILE;
    place.write(
        "dora.toml",
        &format!("[[service]]\nname = '{formula}'\nteam = '{markup}'\nrepos = ['acme/web']\nincidents = ['web']\n"),
    );
    let incidents = INCIDENTS.replace("Web is slow", &format!("\"{}\"", script.replace('"', "\"\"")));
    let incidents = incidents.replace("Somebody else's", &format!("\"{both}\nand more\""));
    place.write("d.csv", DEPLOYMENTS).write("c.csv", COMMITS).write("i.csv", &incidents);
    place.write("notes.toml", &format!("comment = '{markup}'\n[[action]]\nwhat = '{script}'\nowner = '{both}'\n"));
    place.done(["import", "deployments", "d.csv", "--covers", "2026-06-01..2026-10-01"]);
    place.done(["import", "commits", "c.csv"]);
    place.done(["import", "incidents", "i.csv", "--covers", "2026-06-01..2026-10-01"]);
    place
}

#[test]
fn the_same_dataset_gives_the_same_bytes_twice() {
    let place = hostile();
    let bytes = |out: &str| {
        place.done([&JULY[..], &["--format", "xlsx,confluence", "--notes", "notes.toml", "--out", out]].concat());
        place.files(&format!("{out}/2026-07"))
    };
    let (first, second) = (bytes("one"), bytes("two"));
    let names: Vec<String> = first.iter().map(|(path, _)| path.display().to_string()).collect();
    assert_eq!(names, ["confluence.xml", "report.xlsx"]);
    assert!(first == second);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn neither_is_written_unless_it_is_asked_for() {
    let place = hostile();
    place.done(JULY);
    for name in ["report.xlsx", "confluence.xml"] {
        assert!(!place.path("reports/2026-07").join(name).exists(), "{name}");
    }
    place.done(["demo", "--format", "confluence", "--out", "demo"]);
    assert_eq!(place.files("demo/2026-Q3").len(), 1);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn files_of_other_data_are_dropped_also_where_no_json_tells_the_data() {
    for format in ["xlsx", "confluence"] {
        let place = hostile();
        place.done([&JULY[..], &["--format", format]].concat());
        let kept = place.done([&JULY[..], &["--format", "md"]].concat());
        assert!(!kept.stderr.contains("removed"), "{}", kept.stderr);
        assert_eq!(place.files("reports/2026-07").len(), 2, "{format}");
        let flags = ["report", "--period", "2026-07", "--as-of", "2026-09-01T00:00:00Z", "--format", "md"];
        let dropped = place.done(flags);
        assert!(dropped.stderr.contains("removed"), "{format}: {}", dropped.stderr);
        assert_eq!(place.files("reports/2026-07").len(), 1, "{format}");
    }
}

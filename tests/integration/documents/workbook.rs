//! The workbook, read by Python's standard library.

use std::process::Stdio;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, TimeZone as _, Utc};
use serde_json::Value;

use super::{HOSTILE, JULY, hostile};
use crate::python::{has_packages, python};
use crate::support::Place;

const READ: &str = include_str!("workbook.py");

/// What a workbook holds; none where Python is missing.
fn read(place: &Place, path: &str) -> Option<Value> {
    // `zipfile` belongs to the standard library, so this fails only without Python.
    has_packages("zipfile").then(|| serde_json::from_str(&python(place, READ, [path], Stdio::null())).expect("JSON"))
}

fn sheet<'a>(book: &'a Value, name: &str) -> &'a Value {
    let sheets = book["sheets"].as_array().expect("sheets");
    sheets.iter().find(|sheet| sheet["name"] == name).expect("the sheet")
}

fn rows(sheet: &Value) -> &Vec<Value> {
    sheet["rows"].as_array().expect("rows")
}

/// An instant of Berlin as RFC 3339 UTC.
fn instant(serial: f64) -> String {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30).expect("a date").and_time(chrono::NaiveTime::MIN);
    #[expect(clippy::cast_possible_truncation, reason = "an instant of our days")]
    let clock = zero + TimeDelta::milliseconds((serial * 86_400_000.0).round() as i64);
    let at: DateTime<Utc> = chrono_tz::Europe::Berlin.from_local_datetime(&clock).earliest().expect("a time").to_utc();
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Whether a cell says what a CSV file says.
fn says(cell: &Value, csv: &str) -> bool {
    match (&cell[0], cell[1].as_str()) {
        (Value::Null, _) => csv.is_empty(),
        (Value::Bool(flag), _) => csv == if *flag { "true" } else { "false" },
        (Value::String(text), _) => text == csv.strip_prefix('\'').unwrap_or(csv),
        (Value::Number(number), Some("yyyy-mm-dd hh:mm:ss")) => csv == instant(number.as_f64().expect("a number")),
        (Value::Number(number), _) => csv.parse::<f64>().ok() == number.as_f64(),
        _ => false,
    }
}

/// Compares the rows of a sheet with those of a CSV file, cell by cell; how many cells are not empty.
fn compare(place: &Place, book: &Value, name: &str, file: &str) -> usize {
    let text = place.read(file);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let expected: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    // The first row is the note.
    let found = &rows(sheet(book, name))[1..];
    assert_eq!(found.len(), expected.len(), "{name}");
    let mut cells = 0;
    for (row, line) in found.iter().zip(&expected) {
        for (at, csv) in line.iter().enumerate() {
            let cell = row.get(at).unwrap_or(&Value::Null);
            assert!(says(cell, csv), "{name}: {cell} is not {csv} in {line:?}");
            cells += usize::from(!csv.is_empty());
        }
    }
    cells
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn the_workbook_has_the_rows_of_the_csv_files_typed() {
    let place = Place::new();
    place.done(["demo", "--format", "csv,xlsx", "--out", "out"]);
    let Some(book) = read(&place, "out/2026-Q3/report.xlsx") else { return };
    for (name, file) in
        [("Groups", "summary"), ("Deployments", "deployments"), ("Incidents", "incidents"), ("Findings", "findings")]
    {
        let cells = compare(&place, &book, name, &format!("out/2026-Q3/{file}.csv"));
        assert!(cells > 50, "{name}: {cells}");
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn every_sheet_has_a_frozen_head_a_native_table_and_its_charts() {
    let place = Place::new();
    place.done(["demo", "--format", "xlsx", "--out", "out"]);
    let Some(book) = read(&place, "out/2026-Q3/report.xlsx") else { return };
    let shape: Vec<(&str, bool, u64, u64)> = book["sheets"]
        .as_array()
        .expect("sheets")
        .iter()
        .map(|sheet| {
            let count = |key: &str| sheet[key].as_u64().expect("a count");
            (sheet["name"].as_str().expect("a name"), sheet["frozen"] == true, count("tables"), count("charts"))
        })
        .collect();
    let expected = [
        // The text above the table of this sheet would fill a frozen head.
        ("Summary", false, 1, 0),
        ("Groups", true, 1, 0),
        ("History", true, 1, 5),
        ("Daily", true, 1, 5),
        ("Deployments", true, 1, 0),
        ("Incidents", true, 1, 0),
        ("Findings", true, 1, 0),
        ("Actions", true, 1, 0),
    ];
    assert_eq!(shape, expected);
    assert_eq!(book["core"]["created"], "2026-09-30T22:00:00Z");
    assert_eq!(book["core"]["modified"], "2026-09-30T22:00:00Z");
    assert_eq!(book["clocks"], serde_json::json!([[1980, 1, 1, 0, 0, 0]]), "no part has the time of its writing");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn values_are_numbers_that_excel_shows_as_what_they_are() {
    let place = Place::new();
    place.done(["demo", "--format", "csv,xlsx", "--out", "out"]);
    let Some(book) = read(&place, "out/2026-Q3/report.xlsx") else { return };
    let summary = rows(sheet(&book, "Summary"));
    let row = |title: &str| summary.iter().find(|row| row[0][0] == title).expect("a metric");
    let (share, time) = (row("Change failure rate"), row("Lead time for changes"));
    assert_eq!(share[1], serde_json::json!([15.0 / 198.0, "0.0%"]));
    assert_eq!(time[1], serde_json::json!([73_334.5 / 86_400.0, "[>=2]0.0\" d\";[h]:mm:ss"]));
    assert_eq!(time[11], serde_json::json!([73_334.5, "#,##0"]));
    assert_eq!(time[10][0], "recovered to the level of 2026-Q1");
    let daily = rows(sheet(&book, "Daily"));
    assert_eq!(daily.len(), 2 + 92);
    // 1 July 2026.
    assert_eq!(daily[2][0], serde_json::json!([46_204.0, "yyyy-mm-dd"]));
    let history = rows(sheet(&book, "History"));
    assert_eq!(history.len(), 2 + 8);
    assert_eq!(history[9][3][0], summary.iter().find(|row| row[0][0] == "Deployment frequency").expect("a row")[1][0]);
    assert_eq!(history[2][3], Value::Null, "a quarter without data is an empty cell, not 0");
}

#[test]
fn a_hostile_name_is_a_string_and_no_cell_is_a_formula() {
    let place = hostile();
    place.done([&JULY[..], &["--format", "xlsx", "--notes", "notes.toml"]].concat());
    let Some(book) = read(&place, "reports/2026-07/report.xlsx") else { return };
    assert!(book["sheets"].as_array().expect("sheets").iter().all(|sheet| sheet["formulas"] == 0));
    let cells = |name: &str| -> Vec<String> {
        let cells = rows(sheet(&book, name)).iter().filter_map(Value::as_array).flatten();
        cells.filter_map(|cell| cell[0].as_str()).map(ToOwned::to_owned).collect()
    };
    let [formula, markup, script, both] = HOSTILE;
    assert!(cells("Groups").contains(&formula.to_owned()), "{:?}", cells("Groups"));
    assert!(cells("Deployments").contains(&formula.to_owned()));
    // The writer of workbooks would take this for markup of its own without the space.
    assert!(cells("Groups").contains(&format!("{markup} ")));
    assert!(cells("Summary").contains(&format!("Comment: {markup}")), "{:?}", cells("Summary"));
    assert!(cells("Incidents").contains(&script.to_owned()));
    assert!(cells("Incidents").contains(&format!("{both}\nand more")));
    assert!(cells("Actions").contains(&script.to_owned()));
}

#[test]
fn a_redacted_workbook_has_none_of_the_names() {
    let place = hostile();
    place.done([&JULY[..], &["--format", "xlsx,confluence", "--redact"]].concat());
    let page = place.read("reports/2026-07/confluence.xml");
    let Some(book) = read(&place, "reports/2026-07/report.xlsx") else { return };
    let all = format!("{book}{page}");
    for name in ["evil.example", "bold", "script>", "acme", "and more"] {
        assert!(!all.contains(name), "{name}");
    }
    assert!(all.contains("service-"), "pseudonyms are there");
}

#[test]
fn a_report_without_figures_makes_a_workbook_that_says_so() {
    let place = hostile();
    place.done(["report", "--period", "2025-Q1", "--format", "xlsx"]);
    let Some(book) = read(&place, "reports/2025-Q1/report.xlsx") else { return };
    let summary = rows(sheet(&book, "Summary"));
    let row = summary.iter().find(|row| row[0][0] == "Change failure rate").expect("a metric");
    assert_eq!(row[1][0], "no data");
    assert!(row[13][0].as_str().is_some_and(|why| why.starts_with("No figure: ")), "{row}");
    assert!(rows(sheet(&book, "Deployments"))[0][0][0].as_str().expect("a note").ends_with("There is none."));
}

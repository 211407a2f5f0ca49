//! The CSV files as a whole, and that what is written is what is read back.

use super::super::sample;
use std::io::{self, Write};

use super::sheet::Sheet;
use super::{daily, deployments, findings, incidents, summary};
use crate::metrics::tables::{Analysis, Unit};
use crate::report::cells::Cells as _;

type Writer = fn(&Analysis, &mut dyn Write) -> io::Result<()>;

const FILES: [(&str, Writer); 5] = [
    ("summary", summary),
    ("daily", daily),
    ("deployments", deployments),
    ("incidents", incidents),
    ("findings", findings),
];

/// The text of one file.
fn text_of(write: Writer, analysis: &Analysis) -> String {
    let mut out = Vec::new();
    write(analysis, &mut out).expect("memory takes every write");
    String::from_utf8(out).expect("UTF-8")
}

/// What a cell reads back as.
fn cell(write: impl FnOnce(&mut Sheet<'_>) -> io::Result<()>) -> String {
    let mut out: Vec<u8> = Vec::new();
    let mut sheet = Sheet::new(&mut out, &["first", "second"]).expect("a header");
    sheet.word("x").and_then(|()| write(&mut sheet)).and_then(|()| sheet.end()).expect("a row");
    sheet.finish().expect("the end");
    read(&String::from_utf8(out).expect("UTF-8"))[1][1].to_owned()
}

fn read(text: &str) -> Vec<csv::StringRecord> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes())
        .records()
        .map(|row| row.expect("a row"))
        .collect()
}

#[test]
fn every_file_has_its_columns_and_cells() {
    for (name, write) in FILES {
        insta::assert_snapshot!(name, text_of(write, &sample::full()));
    }
}

#[test]
fn a_file_without_rows_has_its_header() {
    for (name, write) in FILES {
        let rows = read(&text_of(write, &sample::empty())).len();
        let expected = if name == "summary" { 18 } else { 1 };
        assert_eq!(rows, expected, "{name}");
    }
}

#[test]
fn a_group_without_data_keeps_its_rows_and_leaves_the_values_empty() {
    let rows = read(&text_of(summary, &sample::empty()));
    assert!(rows[1..].iter().all(|row| row[4].is_empty() && row[6].is_empty()));
    let quiet = crate::metrics::tables::GroupReport { figures: sample::quiet(), ..sample::full().groups.remove(0) };
    let rows = read(&text_of(summary, &Analysis { groups: vec![quiet], ..sample::empty() }));
    let cells = |statistic: &str| {
        let row = rows.iter().find(|row| row[2] == *statistic).expect("a row");
        (row[4].to_owned(), row[6].to_owned())
    };
    assert_eq!(cells("deployment_frequency"), ("0".into(), "0".into()), "a true 0");
    assert_eq!(cells("lead_time"), (String::new(), "0".into()), "there were none");
    assert_eq!(cells("time_to_restore"), (String::new(), String::new()), "nobody knows");
}

#[test]
fn text_that_a_spreadsheet_would_run_is_prefixed_and_numbers_are_not() {
    for run in ["=1", "+1", "-1", "@x", "\tx", "\rx", "\n=1", "\nx", "＝1", "＋1", "－1", "＠x"] {
        assert_eq!(cell(|sheet| sheet.text(run)), format!("'{run}"));
    }
    for plain in ["a=1", "1-2", "", "'=1", "–1", "a＝1"] {
        assert_eq!(cell(|sheet| sheet.text(plain)), plain);
    }
    let rows = read(&text_of(incidents, &sample::full()));
    assert_eq!(&rows[1][2], "'+1 \"checkout\" down,\r\nagain");
    assert_eq!(&rows[1][16], "-30", "a number stays a number");
}

#[test]
fn what_a_terminal_would_obey_is_replaced_in_every_cell_of_text() {
    for (raw, written) in [
        ("a\u{1b}]0;x\u{7}", "a\u{fffd}]0;x\u{fffd}"),
        ("\0=1", "\u{fffd}=1"),
        ("\u{202e}=1", "\u{fffd}=1"),
        ("a\u{9b}31m\u{61c}", "a\u{fffd}31m\u{fffd}"),
    ] {
        assert_eq!(cell(|sheet| sheet.text(raw)), written, "{raw:?}");
    }
}

#[test]
fn quotes_commas_and_line_breaks_come_back_as_they_were() {
    for text in ["a\"b", "c,d\r\ne\nf", "", " g ", "ü\u{1f600}"] {
        assert_eq!(cell(|sheet| sheet.text(text)), text);
    }
}

#[test]
fn every_row_has_as_many_cells_as_the_header_and_no_cell_is_a_word_for_nothing() {
    for (name, write) in FILES {
        for analysis in [sample::full(), sample::empty(), sample::without_incidents()] {
            // The reader refuses rows of unequal length.
            for row in read(&text_of(write, &analysis)) {
                assert!(row.iter().all(|cell| !["NaN", "inf", "-inf", "null", "None"].contains(&cell)), "{name}");
            }
        }
    }
}

#[test]
fn numbers_are_the_shortest_that_read_back_the_same_without_exponent() {
    for (number, written) in [
        (74_350.0, "74350"),
        (17_833.5, "17833.5"),
        (1.0 / 3.0, "0.3333333333333333"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (-0.0, "0"),
    ] {
        assert_eq!(cell(|sheet| sheet.measure(Unit::Ratio, Some(number))), written);
    }
    for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(cell(|sheet| sheet.measure(Unit::Ratio, Some(none))), "");
    }
}

#[test]
fn daily_rows_are_sorted_by_date_kind_and_name() {
    let keys: Vec<(String, String, String)> = read(&text_of(daily, &sample::full()))[1..]
        .iter()
        .map(|row| {
            (
                row[0].to_owned(),
                row[1].replace("all", "0").replace("team", "1").replace("service", "2"),
                row[2].to_owned(),
            )
        })
        .collect();
    assert_eq!(keys.len(), 8);
    assert!(keys.is_sorted(), "{keys:#?}");
}

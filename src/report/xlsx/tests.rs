//! The workbook as a whole. What its cells hold is read back by the integration tests, with a reader of their own.

use super::{MOST_ROWS, has_figures, render, workbook};
use crate::report::sample;

const SHEETS: [&str; 8] = ["Summary", "Groups", "History", "Daily", "Deployments", "Incidents", "Findings", "Actions"];

#[test]
fn every_sheet_is_there_also_of_a_report_without_figures() {
    for analysis in [sample::full(), sample::empty(), sample::without_incidents()] {
        let mut book = workbook(&analysis, &sample::provenance(), MOST_ROWS).expect("a workbook");
        let names: Vec<String> = book.worksheets().iter().map(rust_xlsxwriter::Worksheet::name).collect();
        assert_eq!(names, SHEETS);
    }
}

#[test]
fn the_same_analysis_gives_the_same_bytes() {
    for analysis in [sample::full(), sample::empty()] {
        let bytes = || render(&analysis, &sample::provenance()).expect("a workbook");
        assert!(bytes() == bytes());
    }
}

#[test]
fn a_sheet_that_is_full_makes_a_workbook() {
    for most_rows in [3, 4] {
        let mut book = workbook(&sample::full(), &sample::provenance(), most_rows).expect("a workbook");
        assert!(book.save_to_buffer().is_ok(), "{most_rows}");
    }
}

#[test]
fn a_workbook_tells_whether_it_has_figures() {
    for (analysis, expected) in [(sample::full(), true), (sample::without_incidents(), true), (sample::empty(), false)]
    {
        let bytes = render(&analysis, &sample::provenance()).expect("a workbook");
        assert_eq!((has_figures(&bytes), analysis.has_figures()), (expected, expected));
    }
}

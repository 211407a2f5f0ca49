//! The report that a new one would replace: which files it has, and whether any of them holds a figure.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use serde_json::Value;

use super::args::Format;
use super::written_report;
use crate::report::html::NO_FIGURES;
use crate::report::{confluence, png, xlsx};

/// The files of a format; of pictures, a report has some of them.
pub(super) fn files_of(format: Format) -> Vec<&'static str> {
    match format {
        Format::Html => vec!["index.html"],
        Format::Json => vec!["report.json"],
        Format::Csv => vec!["summary.csv", "daily.csv", "deployments.csv", "incidents.csv", "findings.csv"],
        Format::Md => vec!["summary.md"],
        Format::Xlsx => vec!["report.xlsx"],
        Format::Confluence => vec!["confluence.xml"],
        Format::Png => png::files().collect(),
    }
}

/// The files of a report, of any format.
pub(super) fn all_files() -> impl Iterator<Item = &'static str> {
    Format::value_variants().iter().flat_map(|format| files_of(*format))
}

/// Whether a folder holds a report with at least one figure.
pub(super) fn has_figures(folder: &Path) -> bool {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    if let Ok(report) = written_report::read(&folder.join("report.json"), group_has_figures) {
        return report["groups"].get(0).is_some();
    }
    if let Some(summary) = read("summary.csv") {
        return csv_has_figures(&summary);
    }
    read("index.html").is_some_and(|page| !page.contains(NO_FIGURES))
        || read("summary.md").is_some_and(|summary| markdown_has_figures(&summary))
        || read("confluence.xml").is_some_and(|page| confluence::has_figures(&page))
        || fs::read(folder.join("report.xlsx")).is_ok_and(|workbook| xlsx::has_figures(&workbook))
        // A report without figures has no picture of a chart.
        || png::chart_files().any(|name| folder.join(name).is_file())
}

fn group_has_figures(group: &Value) -> bool {
    let metrics = group["metrics"].as_object().into_iter().flat_map(|metrics| metrics.values());
    metrics.into_iter().any(|metric| metric.is_object() && metric["no_data"].is_null())
}

fn csv_has_figures(summary: &str) -> bool {
    let mut reader = csv::Reader::from_reader(summary.as_bytes());
    let Some(column) = reader.headers().ok().and_then(|head| head.iter().position(|name| name == "value")) else {
        return false;
    };
    reader.records().flatten().any(|row| row.get(column).is_some_and(|value| !value.is_empty()))
}

/// The first table has a metric in each row, its value in the second cell.
fn markdown_has_figures(summary: &str) -> bool {
    let table = summary.lines().skip_while(|line| !line.starts_with("| --- ")).skip(1);
    table
        .take_while(|line| line.starts_with("| "))
        .filter_map(|line| line.split('|').nth(2))
        .any(|value| value.trim() != "no data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_figures_where_a_value_is_given() {
        let table =
            |value: &str| format!("# Title\n\n| Metric | Value |\n| --- | --- |\n| Lead time | {value} | 1 |\n\n");
        assert!(markdown_has_figures(&table("3.0 d")));
        assert!(!markdown_has_figures(&table("no data")));
        assert!(csv_has_figures("group,value\nall,\nweb,0.5\n"));
        assert!(!csv_has_figures("group,value\nall,\n"));
    }

    #[test]
    fn a_report_has_figures_where_a_metric_is_not_missing() {
        let group = |metric: Value| serde_json::json!({"metrics": {"lead_time": metric}});
        assert!(group_has_figures(&group(serde_json::json!({"n": 1}))));
        assert!(!group_has_figures(&group(serde_json::json!({"no_data": {"code": "no-repos"}}))));
    }
}

//! Every figure of every group is the same in the page, the Markdown, the JSON and the CSV files. `documents` checks
//! the workbook and the Confluence page.

use serde_json::Value;

use super::support::Place;
use dora_report::report::number;

/// Texts between two marks, in order.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split_once(to)).map(|(inside, _)| inside).collect()
}

/// The headline figures, as the page's columns have them.
const METRICS: [(&str, &str, &str); 5] = [
    ("deployment_frequency", "rate", "per_day"),
    ("lead_time", "p50", "p50_seconds"),
    ("change_failure_rate", "ratio", "ratio"),
    ("time_to_restore", "p50", "p50_seconds"),
    ("rework_rate", "ratio", "ratio"),
];

/// The same as the table of the whole in `summary.md` calls them.
const TITLES: [&str; 5] = [
    "Deployment frequency",
    "Lead time for changes",
    "Change failure rate",
    "Time to restore service",
    "Deployment rework rate",
];

fn shown(metric: &str, value: f64) -> String {
    match metric {
        "deployment_frequency" => number::rate(value),
        "change_failure_rate" | "rework_rate" => number::percent(value),
        _ => number::duration(value),
    }
}

#[test]
fn page_json_csv_and_markdown_have_the_same_figures() {
    let place = Place::new();
    place.done(["demo"]);
    let read = |name: &str| place.read(&format!("reports/demo/2026-Q3/{name}"));
    let report: Value = serde_json::from_str(&read("report.json")).expect("JSON");
    let (page, summary, markdown) = (read("index.html"), read("summary.csv"), read("summary.md"));
    let mut rows = csv::Reader::from_reader(summary.as_bytes());
    let lines: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("a row")).collect();
    let mut table: Vec<(&str, Vec<Option<&str>>)> = Vec::new();
    for row in between(&page, "<span class=\"name\">", "\n<") {
        let name = row.split('<').next().expect("a name");
        let cells = row.split("<td>").skip(1).map(|cell| between(cell, "<b>", "</b>").first().copied());
        table.push((name, cells.collect()));
    }
    let tiles = between(&page, "<p class=\"value\">", "</p>");
    let mut compared = 0;
    for group in report["groups"].as_array().expect("groups") {
        let (kind, name) = (group["kind"].as_str().expect("a kind"), group["name"].as_str().expect("a name"));
        for (at, (metric, statistic, key)) in METRICS.into_iter().enumerate() {
            let figure = &group["metrics"][metric];
            let json = figure[key].as_f64();
            let line = lines
                .iter()
                .find(|row| (&row[0], &row[1], &row[2], &row[3]) == (kind, name, metric, statistic))
                .unwrap_or_else(|| panic!("{kind} {name} {metric} is missing in summary.csv"));
            assert_eq!(line[4].parse::<f64>().ok(), json, "{kind} {name} {metric}");
            let on_page = match kind {
                "all" => Some(tiles[at]),
                _ => table.iter().find(|(own, _)| *own == name).expect("a row").1[at],
            };
            assert_eq!(on_page.map(str::to_owned), json.map(|value| shown(metric, value)), "{kind} {name} {metric}");
            let line = markdown.lines().find(|line| match kind {
                "all" => line.starts_with(&format!("| {} | ", TITLES[at])),
                "team" => line.starts_with(&format!("| team {name} | ")),
                _ => line.starts_with(&format!("| {name} | ")),
            });
            let line = line.unwrap_or_else(|| panic!("{kind} {name} is missing in summary.md"));
            let said = json.map_or_else(|| "none".to_owned(), |value| shown(metric, value));
            assert!(line.contains(&said), "{kind} {name} {metric}: {said} in {line}");
            compared += 1;
        }
    }
    assert_eq!(compared, 5 * 10, "one whole, three teams and six services");
}

//! The page for Confluence.

use dora_report::metrics::tables::Metric;
use dora_report::report::number;
use resvg::usvg::roxmltree::{Document, Node};
use serde_json::Value;

use super::{HOSTILE, JULY, hostile};
use crate::support::Place;

/// The page inside a root that declares the prefix of Confluence's elements, without which it is no XML.
fn in_root(page: &str) -> String {
    format!("<root xmlns:ac=\"http://atlassian.example/ac\">{page}</root>")
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|it| it.text()).collect()
}

/// The rows of the first table.
fn rows(document: &Document<'_>) -> Vec<Vec<String>> {
    let table = document.descendants().find(|node| node.has_tag_name("table")).expect("a table");
    let rows = table.descendants().filter(|node| node.has_tag_name("tr"));
    rows.map(|row| row.children().filter(Node::is_element).map(text).collect()).collect()
}

/// A number of a metric in the JSON, by the unit's key.
fn value(metric: &Value) -> Option<f64> {
    ["per_day", "p50_seconds", "ratio"].iter().find_map(|key| metric.get(key)).and_then(Value::as_f64)
}

#[test]
fn the_page_has_the_figures_of_the_json() {
    let place = Place::new();
    place.done(["demo", "--format", "json,confluence"]);
    let report: Value = serde_json::from_str(&place.read("reports/demo/2026-Q3/report.json")).expect("JSON");
    let page = in_root(&place.read("reports/demo/2026-Q3/confluence.xml"));
    let document = Document::parse(&page).expect("well-formed");
    let rows = rows(&document);
    assert_eq!(rows.len(), 1 + Metric::ALL.len());
    for (row, metric) in rows.iter().skip(1).zip(Metric::ALL) {
        let (unit, json) = (metric.descriptor().unit, &report["groups"][0]["metrics"][metric.as_str()]);
        assert_eq!(row[0], metric.title());
        let now = value(json).expect("a figure");
        assert_eq!(row[1], number::value(unit, now));
        let n = json.get("n").or_else(|| json.get("deployments")).and_then(Value::as_u64).expect("n");
        assert_eq!(row[2], number::count(n));
        let end = |at: usize| json["ci95"][at].as_f64().expect("an interval");
        let ends = dora_report::domain::unit::Interval { low: end(0), high: end(1) };
        assert_eq!(row[4], number::interval(unit, now, ends));
        let before = value(&json["previous"]).expect("a figure before");
        assert!(row[6].starts_with(&format!("{} (", number::value(unit, before))), "{row:?}");
        let progress = json["progress"].as_str().expect("progress");
        assert!(row[7].starts_with(progress) || (progress, row[7].as_str()) == ("unchanged", "no detectable change"));
    }
    let said = text(document.root());
    let summary = &report["summary"];
    let points = summary["points"].as_array().expect("points").iter().flat_map(|it| [&it["title"], &it["text"]]);
    let findings = report["findings"].as_array().expect("findings").iter().flat_map(|it| [&it["id"], &it["message"]]);
    let whats = ["actions", "outcomes"].map(|key| summary[key].as_array().expect("a list"));
    let whats = whats.into_iter().flatten().map(|it| &it["what"]);
    let groups = report["groups"].as_array().expect("groups").iter().skip(1).map(|it| &it["name"]);
    let all = [&summary["headline"], &summary["trust"], &summary["comment"]];
    for words in points.chain(findings).chain(whats).chain(groups).chain(all) {
        let words = words.as_str().expect("words");
        assert!(said.contains(words), "{words}");
    }
}

#[test]
fn a_hostile_name_is_text_of_a_well_formed_page() {
    let place = hostile();
    place.done([&JULY[..], &["--format", "confluence", "--notes", "notes.toml"]].concat());
    let page = in_root(&place.read("reports/2026-07/confluence.xml"));
    let document = Document::parse(&page).expect("well-formed");
    let said = text(document.root());
    for name in HOSTILE {
        assert!(said.contains(name), "{name}: {said}");
    }
    let known = "root h1 h2 h3 p ul li strong table tbody tr th td blockquote structured-macro rich-text-body";
    for node in document.descendants().filter(Node::is_element) {
        assert!(known.split(' ').any(|name| node.tag_name().name() == name), "{:?}", node.tag_name());
    }
}

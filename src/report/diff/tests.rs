//! The tests of the difference, on reports made by hand.

use serde_json::json;

use super::*;

fn report(mean: f64, bands: &str) -> Value {
    json!({"period": {"label": "2026-Q3"}, "bands": bands, "groups": [{"kind": "all", "name": "all",
        "metrics": {"time_to_restore": {"p50_seconds": 60.0, "mean_seconds": mean}}, "trends": {"restore": mean}}]})
}

#[test]
fn every_figure_that_differs_is_listed_and_implies_changed_rows() {
    let found = difference(&report(1.0, "x"), &report(1.001, "x"), Vec::new());
    assert_eq!(found.figures.len(), 1);
    assert_eq!(
        (found.figures[0].statistic.as_str(), found.other.as_slice()),
        ("mean_seconds", &["all all: trends".to_owned()][..])
    );
    assert_eq!(found.causes.iter().map(|cause| cause.kind).collect::<Vec<_>>(), ["data"]);
    assert!(all(&found).contains("mean_seconds: 1 → 1.001"), "{}", all(&found));
    assert_eq!(all(&difference(&report(1.0, "x"), &report(1.0, "x"), Vec::new())), "the two reports say the same\n");
}

#[test]
fn a_long_cause_shows_the_part_that_differs() {
    let long = |end: &str| "x".repeat(200) + end;
    let found = difference(&report(1.0, &long("old")), &report(1.0, &long("new")), Vec::new());
    assert!(found.causes[0].what.contains("xold") && found.causes[0].what.contains("xnew"), "{:?}", found.causes);
}

fn metrics(kind: &str, name: &str, rate: f64, band: &str, progress: &str) -> Value {
    json!({"kind": kind, "name": name, "history": [], "metrics": {"change_failure_rate":
        {"ratio": rate, "ci95": [rate / 2.0, rate * 2.0], "band": band, "progress": progress}}})
}

fn groups_of(groups: &[Value]) -> Value {
    json!({"period": {"label": "2026-Q3"}, "bands": {"edition": "handbook"}, "groups": groups})
}

#[test]
fn the_most_important_changes_are_listed_first_and_the_rest_is_counted() {
    let service = |nth: u32, rate, band, progress| metrics("service", &format!("s{nth:02}"), rate, band, progress);
    let mut old = vec![metrics("all", "all", 0.05, "high", "unchanged")];
    let mut new = vec![metrics("all", "all", 0.051, "high", "unchanged")];
    for nth in 0..12 {
        let rate = f64::from(nth).mul_add(0.001, 0.101);
        old.push(service(nth, 0.1, "medium", "unchanged"));
        new.push(service(nth, rate, "medium", if nth == 3 { "worse" } else { "unchanged" }));
    }
    old.push(service(90, 0.1, "medium", "better"));
    new.push(service(90, 0.1, "low", "better"));
    new.push(service(91, 0.1, "low", "better"));
    let found = difference(&groups_of(&old), &groups_of(&new), Vec::new());
    let text = brief(&found);
    let lines: Vec<&str> = text.lines().skip_while(|line| *line != "figures").skip(1).take(5).collect();
    assert_eq!(
        lines,
        [
            "  all: change failure rate 5 % → 5.1 %",
            "  service s03: change failure rate 10 % → 10.4 %, verdict unchanged → worse",
            "  service s90: change failure rate 10 %, band medium → low",
            "  service s11: change failure rate 10 % → 11.2 %",
            "  service s10: change failure rate 10 % → 11.1 %",
        ],
        "{text}"
    );
    assert_eq!(text.lines().filter(|line| line.contains("change failure rate")).count(), 10, "{text}");
    assert!(text.contains("new groups\n  service s91\n"), "{text}");
    // 13 groups with a value and two ends of an interval each, the new one too, less the nine values told.
    assert!(text.ends_with("33 more numbers differ; --all prints them\n"), "{text}");
    assert_eq!(all(&found).lines().filter(|line| line.contains("ratio:")).count(), 14);
}

#[test]
fn an_earlier_period_that_changed_is_one_line_and_the_summary_is_none() {
    let with = |past: f64| {
        let mut group = metrics("all", "all", 0.1, "medium", "unchanged");
        group["history"] = json!([{"label": "2026-Q1", "metrics": past}, {"label": "2026-Q2", "metrics": 1},
            {"label": "2026-Q3", "metrics": past}]);
        let mut report = groups_of(&[group]);
        report["summary"] = json!({"headline": past.to_string()});
        report
    };
    let text = brief(&difference(&with(1.0), &with(2.0), Vec::new()));
    assert!(text.ends_with("figures of earlier periods changed: 2026-Q1\n"), "{text}");
    assert!(text.contains("no value, band or verdict changed"), "{text}");
}

#[test]
fn another_edition_is_named_and_other_limits_of_the_same_edition_are_given() {
    let with = |edition: &str, limit: f64| {
        let mut report = groups_of(&[metrics("all", "all", 0.1, "medium", "unchanged")]);
        report["bands"] = json!({"edition": edition, "min_sample": 12,
            "lead_time": [{"band": "elite", "operator": "<", "value": limit}]});
        report
    };
    let causes = |old: &Value, new: &Value| {
        difference(old, new, Vec::new()).causes.into_iter().map(|it| it.what).collect::<Vec<_>>()
    };
    assert_eq!(causes(&with("ours", 1.0), &with("dora-2024", 2.0)), ["band edition: ours → dora-2024"]);
    let limits = causes(&with("ours", 3600.0), &with("ours", 7200.0));
    assert_eq!(limits, ["band limits of lead time for changes: elite < 1 h → elite < 2 h"]);
}

#[test]
fn findings_of_one_id_share_a_line() {
    let with = |scopes: &[&str]| {
        let mut report = groups_of(&[]);
        report["findings"] = scopes.iter().map(|scope| json!({"id": "small-sample", "scope": scope})).collect();
        report
    };
    let text = brief(&difference(&with(&[]), &with(&["service b", "service a"]), Vec::new()));
    assert!(text.contains("new findings\n  small-sample (service a, service b)\n"), "{text}");
}

//! What changed between two `report.json`, and why. Compares what the files say and computes nothing anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::number;
use crate::domain::words::on_one_line;

/// Everything that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Why figures may differ, most telling first.
    pub causes: Vec<Cause>,
    /// Figures that do.
    pub figures: Vec<FigureChange>,
    /// Findings of the new report alone: id and scope.
    pub new_findings: Vec<(String, String)>,
    /// Findings of the old report alone.
    pub gone_findings: Vec<(String, String)>,
    /// What else differs, by its name in the file.
    pub other: Vec<String>,
}

/// One reason why figures may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `period`, `definitions`, `config`, `data` or `verdicts`.
    pub kind: &'static str,
    /// What exactly.
    pub what: String,
}

/// A figure that is another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureChange {
    /// Kind and name of its group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// The statistic, as its path in the file.
    pub statistic: String,
    /// Before; null where there was none.
    pub old: Option<f64>,
    /// Now.
    pub new: Option<f64>,
}

/// Parts of a report that are told by themselves.
const TOLD: [&str; 14] = [
    "groups",
    "findings",
    "period",
    "timezone",
    "filters",
    "schema_version",
    "tool",
    "window_days",
    "bands",
    "settings",
    "config_digest",
    "as_of",
    "inputs",
    "coverage",
];

/// Compares two reports. `verdicts` are the incidents that the two attribute to different deployments.
pub fn difference(old: &Value, new: &Value, verdicts: Vec<Cause>) -> Difference {
    let mut causes = Vec::new();
    let mut differs = |kind, path: &str, words: &str| {
        let (before, now) = (old.pointer(path), new.pointer(path));
        if before != now {
            let texts = [before, now].map(|value| value.map_or("nothing".to_owned(), plain));
            let same = texts[0].bytes().zip(texts[1].bytes()).take_while(|(one, other)| one == other).count();
            causes.push(Cause {
                kind,
                what: format!("{words}: {} → {}", short(&texts[0], same), short(&texts[1], same)),
            });
        }
    };
    differs("period", "/period", "period");
    differs("period", "/timezone", "time zone");
    differs("period", "/filters", "filters");
    differs("definitions", "/schema_version", "shape of the report");
    differs("definitions", "/tool/version", "version of the program");
    differs("definitions", "/window_days", "rolling window");
    differs("definitions", "/bands", "band table");
    for key in keys(&old["settings"], &new["settings"]) {
        differs("config", &format!("/settings/{key}"), &format!("setting {key}"));
    }
    differs("config", "/config_digest", "digest of the configuration");
    differs("data", "/as_of", "as of");
    for (index, input) in new["inputs"].as_array().into_iter().flatten().enumerate() {
        let table = input["table"].as_str().unwrap_or("a table");
        for (key, words) in [("rows", "rows"), ("newest_observed_at", "last read")] {
            differs("data", &format!("/inputs/{index}/{key}"), &format!("{table}, {words}"));
        }
    }
    differs("data", "/coverage", "what was read completely");
    causes.extend(verdicts);
    let (figures, other) = (figures(old, new), other(old, new));
    if causes.is_empty() && !(figures.is_empty() && other.is_empty()) {
        let what =
            "rows of the dataset were replaced by others; their number and the newest reading are the same".to_owned();
        causes.push(Cause { kind: "data", what });
    }
    Difference { causes, figures, new_findings: only_in(new, old), gone_findings: only_in(old, new), other }
}

/// Keys of the groups and of the report that differ and are neither a figure nor a cause.
fn other(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for name in keys(old, new).into_iter().filter(|name| !TOLD.contains(&name.as_str())) {
        if old[&name] != new[&name] {
            found.push(name);
        }
    }
    for (name, now) in groups(new) {
        let Some((_, before)) = groups(old).find(|(own, _)| *own == name) else { continue };
        for key in keys(before, now).into_iter().filter(|key| key != "metrics") {
            if before[&key] != now[&key] {
                found.push(format!("{name}: {key}"));
            }
        }
    }
    found
}

fn keys(old: &Value, new: &Value) -> BTreeSet<String> {
    [old, new].into_iter().filter_map(Value::as_object).flat_map(|object| object.keys().cloned()).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// At most about 80 letters of a text, from a little before where it begins to differ.
fn short(text: &str, same: usize) -> String {
    if text.chars().count() <= 80 {
        return text.to_owned();
    }
    let from = (0..=same.saturating_sub(20)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let rest = text.get(from..).unwrap_or_default();
    let shown: String = rest.chars().take(80).collect();
    format!("{}{shown}{}", if from > 0 { "…" } else { "" }, if shown.len() < rest.len() { "…" } else { "" })
}

fn groups(report: &Value) -> impl Iterator<Item = (String, &Value)> {
    report["groups"].as_array().into_iter().flatten().map(|group| {
        let text = |key: &str| group[key].as_str().unwrap_or_default();
        (format!("{} {}", text("kind"), text("name")), group)
    })
}

fn figures(old: &Value, new: &Value) -> Vec<FigureChange> {
    let names: BTreeSet<String> = groups(old).chain(groups(new)).map(|(name, _)| name).collect();
    let mut changes = Vec::new();
    for name in names {
        let find = |report| groups(report).find(|(own, _)| *own == name).map(|(_, group)| group);
        let (before, now) = (find(old), find(new));
        let numbers = |group: Option<&Value>| {
            let mut all = BTreeMap::new();
            if let Some(group) = group {
                leaves(&group["metrics"], String::new(), &mut all);
            }
            all
        };
        let (before, now) = (numbers(before), numbers(now));
        let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        for path in paths {
            let (old, new) = (before.get(path).copied(), now.get(path).copied());
            if old.map(f64::to_bits) != new.map(f64::to_bits) {
                let (metric, statistic) = path.split_once('.').unwrap_or((path, ""));
                let (metric, statistic) = (metric.to_owned(), statistic.to_owned());
                changes.push(FigureChange { group: name.clone(), metric, statistic, old, new });
            }
        }
    }
    changes
}

/// The numbers of a value by their paths.
fn leaves(value: &Value, path: String, all: &mut BTreeMap<String, f64>) {
    let under = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| leaves(value, under(key), all)),
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(at, value)| leaves(value, under(&at.to_string()), all));
        }
        _ => {
            if let Some(number) = value.as_f64() {
                all.insert(path, number);
            }
        }
    }
}

fn only_in(one: &Value, other: &Value) -> Vec<(String, String)> {
    let of = |report: &Value| -> BTreeSet<(String, String)> {
        let findings = report["findings"].as_array().into_iter().flatten();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        findings.map(|finding| (text(finding, "id"), text(finding, "scope"))).collect()
    };
    of(one).difference(&of(other)).cloned().collect()
}

/// The difference as lines of text.
pub fn text(it: &Difference) -> String {
    if it.figures.is_empty()
        && it.causes.is_empty()
        && it.new_findings.is_empty()
        && it.gone_findings.is_empty()
        && it.other.is_empty()
    {
        return "the two reports say the same\n".into();
    }
    let mut out = String::new();
    // Writing to a string does not fail.
    let mut line = |text: &str| {
        let _ = writeln!(out, "{}", on_one_line(text));
    };
    line("why");
    for cause in &it.causes {
        line(&format!("  {:<12}{}", cause.kind, cause.what));
    }
    if it.causes.is_empty() {
        line("  nothing that the reports tell");
    }
    line("figures");
    for change in &it.figures {
        let of = |value: Option<f64>| value.map_or("no data".to_owned(), |value| shown(&change.statistic, value));
        let (metric, statistic) = (&change.metric, &change.statistic);
        let (mut before, mut now) = (of(change.old), of(change.new));
        if let (true, Some(old), Some(new)) = (before == now, change.old, change.new) {
            (before, now) = (old.to_string(), new.to_string());
        }
        line(&format!("  {}: {metric} {statistic}: {before} → {now}", change.group));
    }
    if it.figures.is_empty() {
        line("  none changed");
    }
    if !it.other.is_empty() {
        line("also");
        it.other.iter().for_each(|what| line(&format!("  {what}")));
    }
    for (title, list) in [("new findings", &it.new_findings), ("findings that are gone", &it.gone_findings)] {
        if !list.is_empty() {
            line(title);
            for (id, scope) in list {
                line(&format!("  {id} ({scope})"));
            }
        }
    }
    out
}

fn shown(statistic: &str, value: f64) -> String {
    match statistic {
        "per_day" => number::rate(value),
        "ratio" => number::percent(value),
        seconds if seconds.ends_with("_seconds") => number::duration(value),
        _ => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(mean: f64, bands: &str) -> Value {
        json!({"period": {"label": "2026-Q3"}, "bands": bands, "groups": [{"kind": "all", "name": "all",
            "metrics": {"time_to_restore": {"p50_seconds": 60.0, "mean_seconds": mean}}, "trends": {"restore": mean}}]})
    }

    #[test]
    fn every_figure_that_differs_is_told_and_then_the_rows_must_have_changed() {
        let found = difference(&report(1.0, "x"), &report(1.001, "x"), Vec::new());
        assert_eq!(found.figures.len(), 1);
        assert_eq!(
            (found.figures[0].statistic.as_str(), found.other.as_slice()),
            ("mean_seconds", &["all all: trends".to_owned()][..])
        );
        assert_eq!(found.causes.iter().map(|cause| cause.kind).collect::<Vec<_>>(), ["data"]);
        assert!(text(&found).contains("mean_seconds: 1 → 1.001"), "{}", text(&found));
        assert_eq!(
            text(&difference(&report(1.0, "x"), &report(1.0, "x"), Vec::new())),
            "the two reports say the same\n"
        );
    }

    #[test]
    fn a_long_cause_shows_the_part_that_differs() {
        let long = |end: &str| "x".repeat(200) + end;
        let found = difference(&report(1.0, &long("old")), &report(1.0, &long("new")), Vec::new());
        assert!(found.causes[0].what.contains("xold") && found.causes[0].what.contains("xnew"), "{:?}", found.causes);
    }
}

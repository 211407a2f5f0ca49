//! What changed between two `report.json`, and why. Compares what the files say and computes nothing anew.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::number;

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
}

/// One reason why figures may differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `period`, `definitions`, `config` or `data`.
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
    /// The statistic.
    pub statistic: &'static str,
    /// Before; null where there was none.
    pub old: Option<f64>,
    /// Now.
    pub new: Option<f64>,
}

const FIGURES: [(&str, &str); 8] = [
    ("deployment_frequency", "per_day"),
    ("lead_time", "p50_seconds"),
    ("lead_time", "n"),
    ("change_failure_rate", "ratio"),
    ("change_failure_rate", "failed"),
    ("time_to_restore", "p50_seconds"),
    ("time_to_restore", "open"),
    ("recovery_time", "p50_seconds"),
];

/// Compares two reports.
pub fn difference(old: &Value, new: &Value) -> Difference {
    let mut causes = Vec::new();
    let mut differs = |kind, path: &str, words: &str| {
        let (before, now) = (old.pointer(path), new.pointer(path));
        if before != now {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), short);
            causes.push(Cause { kind, what: format!("{words}: {} → {}", shown(before), shown(now)) });
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
    Difference { causes, figures: figures(old, new), new_findings: only_in(new, old), gone_findings: only_in(old, new) }
}

fn keys(old: &Value, new: &Value) -> BTreeSet<String> {
    [old, new].into_iter().filter_map(Value::as_object).flat_map(|object| object.keys().cloned()).collect()
}

fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
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
        for (metric, statistic) in FIGURES {
            let value = |group: Option<&Value>| group.and_then(|group| group["metrics"][metric][statistic].as_f64());
            let (old, new) = (value(before), value(now));
            if old.map(f64::to_bits) != new.map(f64::to_bits) {
                changes.push(FigureChange { group: name.clone(), metric: metric.to_owned(), statistic, old, new });
            }
        }
    }
    changes
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
    if it.figures.is_empty() && it.causes.is_empty() && it.new_findings.is_empty() && it.gone_findings.is_empty() {
        return "the two reports say the same\n".into();
    }
    let mut out = String::new();
    // Writing to a string does not fail.
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}");
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
        let shown = |value: Option<f64>| value.map_or("no data".to_owned(), |value| shown(change.statistic, value));
        let (metric, statistic) = (&change.metric, change.statistic);
        line(&format!("  {}: {metric} {statistic}: {} → {}", change.group, shown(change.old), shown(change.new)));
    }
    if it.figures.is_empty() {
        line("  none changed");
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
        "p50_seconds" => number::duration(value),
        _ => format!("{value}"),
    }
}

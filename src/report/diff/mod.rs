//! What changed between two `report.json`, and why. Compares the files and computes no figures.

mod causes;
mod headline;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use self::headline::{Headline, HeadlineChange};
pub use self::text::{all, brief};

/// Everything that differs.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Why figures may differ, the most likely first.
    pub causes: Vec<Cause>,
    /// Metrics whose headline value, band or verdict differs in groups of both reports, the most important first.
    pub headlines: Vec<HeadlineChange>,
    /// Every number that differs, those of the headlines too.
    pub figures: Vec<FigureChange>,
    /// Groups of the new report alone.
    pub new_groups: Vec<String>,
    /// Groups of the old report alone.
    pub gone_groups: Vec<String>,
    /// Earlier periods whose figures differ, by their labels.
    pub earlier: Vec<String>,
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

/// A number that is another.
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

/// Parts of a report that are compared separately.
const TOLD: [&str; 15] = [
    "groups",
    "summary",
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
    let mut causes = causes::of(old, new);
    causes.extend(verdicts);
    let (figures, earlier, other) = (figures(old, new), earlier(old, new), other(old, new));
    let is_notes = |what: &String| what.starts_with("summary: ");
    if other.iter().any(is_notes) {
        causes.push(Cause { kind: "notes", what: "the comment or the actions of --notes".to_owned() });
    }
    if causes.is_empty() && !(figures.is_empty() && earlier.is_empty() && other.is_empty()) {
        let what =
            "rows of the dataset were replaced by others; their number and the newest reading are the same".to_owned();
        causes.push(Cause { kind: "data", what });
    }
    Difference {
        causes,
        headlines: headline::changes(old, new),
        figures,
        new_groups: groups_only_in(new, old),
        gone_groups: groups_only_in(old, new),
        earlier,
        new_findings: only_in(new, old),
        gone_findings: only_in(old, new),
        other,
    }
}

fn groups_only_in(one: &Value, other: &Value) -> Vec<String> {
    let of = |report| groups(report).map(|(name, _)| name).collect::<BTreeSet<String>>();
    of(one).difference(&of(other)).cloned().collect()
}

/// The earlier periods of which both reports have figures, and not the same.
fn earlier(old: &Value, new: &Value) -> Vec<String> {
    let periods = |group: &Value| -> BTreeMap<String, Value> {
        let of = |it: &Value| Some((it["label"].as_str()?.to_owned(), it["metrics"].clone()));
        group["history"].as_array().into_iter().flatten().filter_map(of).collect()
    };
    let mut changed = BTreeSet::new();
    for (name, now) in groups(new) {
        let Some((_, before)) = groups(old).find(|(own, _)| *own == name) else { continue };
        let before = periods(before);
        let differs =
            |(label, metrics): &(String, Value)| before.get(label).is_some_and(|old| numbers(old) != numbers(metrics));
        changed.extend(periods(now).into_iter().filter(differs).map(|(label, _)| label));
    }
    // The figures of the period itself are told one by one.
    changed.into_iter().filter(|label| new["period"]["label"].as_str() != Some(label)).collect()
}

/// Keys of the groups and of the report that differ and are neither a figure nor a cause.
fn other(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    // What else stands in the summary is made of the figures and findings.
    for key in ["comment", "actions"] {
        let told = |report: &Value| report["summary"][key].clone();
        if written(&told(old)) != written(&told(new)) {
            found.push(format!("summary: {key}"));
        }
    }
    for name in keys(old, new).into_iter().filter(|name| !TOLD.contains(&name.as_str())) {
        if old[&name] != new[&name] {
            found.push(name);
        }
    }
    for (name, now) in groups(new) {
        let Some((_, before)) = groups(old).find(|(own, _)| *own == name) else { continue };
        for key in keys(before, now).into_iter().filter(|key| key != "metrics" && key != "history") {
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

/// A part of the summary as people wrote it, without the figures beside it.
fn written(part: &Value) -> Value {
    let mut part = part.clone();
    for action in part.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        action.remove("value");
        action.remove("now");
    }
    part
}

/// The numbers of a value, each with its path and its bits.
fn numbers(value: &Value) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    leaves(value, String::new(), &mut all);
    all.into_iter().map(|(path, number)| (path, number.to_bits())).collect()
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

#[cfg(test)]
mod tests;

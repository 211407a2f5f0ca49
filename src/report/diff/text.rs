//! The difference as lines of text: the changes that matter, or every number.

use std::fmt::Write;

use super::{Difference, Headline, HeadlineChange, headline};
use crate::domain::words::on_one_line;
use crate::metrics::tables::Metric;
use crate::report::number;

/// Changes of figures that are told.
const MOST_CHANGES: usize = 10;
/// Scopes of a finding in full before the rest are only counted.
const MOST_SCOPES: usize = 8;

/// Lines of text from parts that may hold line ends.
struct Lines(String);

impl Lines {
    fn push(&mut self, text: &str) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{}", on_one_line(text));
    }

    fn causes(&mut self, it: &Difference) {
        self.push("why");
        for cause in &it.causes {
            self.push(&format!("  {:<12}{}", cause.kind, cause.what));
        }
        if it.causes.is_empty() {
            self.push("  the reports name no cause");
        }
    }

    fn list(&mut self, title: &str, lines: &[String]) {
        if !lines.is_empty() {
            self.push(title);
            for line in lines {
                self.push(&format!("  {line}"));
            }
        }
    }
}

fn is_nothing(it: &Difference) -> bool {
    it.causes.is_empty()
        && it.headlines.is_empty()
        && it.figures.is_empty()
        && it.earlier.is_empty()
        && it.new_findings.is_empty()
        && it.gone_findings.is_empty()
        && it.other.is_empty()
}

const NOTHING: &str = "the two reports say the same\n";

/// Why, at most ten changes of figures, the findings by id, and how much more differs.
pub fn brief(it: &Difference) -> String {
    if is_nothing(it) {
        return NOTHING.into();
    }
    let mut lines = Lines(String::new());
    lines.causes(it);
    let shown: Vec<&HeadlineChange> = it.headlines.iter().take(MOST_CHANGES).collect();
    lines.push("figures");
    for change in &shown {
        lines.push(&format!("  {}", sentence(change)));
    }
    if shown.is_empty() {
        lines.push("  no value, band or verdict changed");
    }
    if !it.earlier.is_empty() {
        lines.push(&format!("figures of earlier periods changed: {}", it.earlier.join(", ")));
    }
    lines.list("new groups", &it.new_groups);
    lines.list("groups that are gone", &it.gone_groups);
    lines.list("new findings", &by_id(&it.new_findings));
    lines.list("findings that are gone", &by_id(&it.gone_findings));
    let told = shown.iter().filter(|change| change.is_of_value()).count();
    let untold = it.headlines.iter().skip(MOST_CHANGES).filter(|change| !change.is_of_value()).count();
    let rest = [
        (untold, "more band or verdict", "more bands or verdicts"),
        (it.figures.len().saturating_sub(told), "more number", "more numbers"),
        (it.other.len(), "other part of the reports", "other parts of the reports"),
    ];
    let rest = rest.into_iter().filter(|(n, ..)| *n > 0);
    let rest: Vec<String> = rest.map(|(n, one, many)| number::counted(n as u64, one, many)).collect();
    if !rest.is_empty() {
        lines.push(&format!("{} differ; --all prints them", rest.join(", ")));
    }
    lines.0
}

/// `all: change failure rate 5 % → 7.6 %, band high → medium`.
fn sentence(it: &HeadlineChange) -> String {
    let (old, new) = (&it.old, &it.new);
    let metric = Metric::named(it.metric);
    let name = metric.map_or(it.metric, |metric| metric.descriptor().in_text);
    let of = |headline: &Headline| {
        let words = |value| metric.map_or_else(|| format!("{value}"), |metric| shown(headline::key(metric), value));
        headline.value.map_or_else(|| "no figure".to_owned(), words)
    };
    let (mut before, mut now) = (of(old), of(new));
    if let (true, Some(old), Some(new)) = (before == now && it.is_of_value(), old.value, new.value) {
        (before, now) = (old.to_string(), new.to_string());
    }
    let value = if it.is_of_value() { format!("{before} → {now}") } else { now };
    let mut text = format!("{}: {name} {value}", if it.group == "all all" { "all" } else { &it.group });
    for (what, old, new) in [("band", &old.band, &new.band), ("verdict", &old.verdict, &new.verdict)] {
        let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
        if old != new {
            let _ = write!(text, ", {what} {} → {}", word(old), word(new));
        }
    }
    text
}

/// `small-sample (service api, service web)`: the scopes of an id on one line.
fn by_id(findings: &[(String, String)]) -> Vec<String> {
    let mut ids: Vec<(&str, Vec<&str>)> = Vec::new();
    for (id, scope) in findings {
        match ids.iter_mut().find(|(known, _)| known == id) {
            Some((_, scopes)) => scopes.push(scope),
            None => ids.push((id, vec![scope])),
        }
    }
    let line = |(id, scopes): (&str, Vec<&str>)| {
        let (named, more) = scopes.split_at(scopes.len().min(MOST_SCOPES));
        let more = if more.is_empty() { String::new() } else { format!(", {} more", more.len()) };
        format!("{id} ({}{more})", named.join(", "))
    };
    ids.into_iter().map(line).collect()
}

/// Why, every number that differs, and every finding.
pub fn all(it: &Difference) -> String {
    if is_nothing(it) {
        return NOTHING.into();
    }
    let mut lines = Lines(String::new());
    lines.causes(it);
    lines.push("figures");
    for change in &it.figures {
        let of = |value: Option<f64>| value.map_or("no data".to_owned(), |value| shown(&change.statistic, value));
        let (metric, statistic) = (&change.metric, &change.statistic);
        let (mut before, mut now) = (of(change.old), of(change.new));
        if let (true, Some(old), Some(new)) = (before == now, change.old, change.new) {
            (before, now) = (old.to_string(), new.to_string());
        }
        lines.push(&format!("  {}: {metric} {statistic}: {before} → {now}", change.group));
    }
    if it.figures.is_empty() {
        lines.push("  none changed");
    }
    let judged = it.headlines.iter().filter(|it| it.old.band != it.new.band || it.old.verdict != it.new.verdict);
    lines.list("bands and verdicts", &judged.map(sentence).collect::<Vec<_>>());
    if !it.earlier.is_empty() {
        lines.push(&format!("figures of earlier periods changed: {}", it.earlier.join(", ")));
    }
    lines.list("also", &it.other);
    let each = |(id, scope): &(String, String)| format!("{id} ({scope})");
    lines.list("new findings", &it.new_findings.iter().map(each).collect::<Vec<_>>());
    lines.list("findings that are gone", &it.gone_findings.iter().map(each).collect::<Vec<_>>());
    lines.0
}

fn shown(statistic: &str, value: f64) -> String {
    match statistic {
        "per_day" => number::rate(value),
        "ratio" => number::percent(value),
        seconds if seconds.ends_with("_seconds") => number::duration(value),
        _ => format!("{value}"),
    }
}

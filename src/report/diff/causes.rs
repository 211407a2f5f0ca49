//! Why figures may differ: another period, other definitions, another configuration, other data.

use serde_json::Value;

use super::{Cause, keys};
use crate::metrics::tables::{Metric, Unit};
use crate::report::number;

/// What the reports say of it, in that order.
pub(super) fn of(old: &Value, new: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut differs = |kind, path: &str, words: &str| {
        let (before, now) = (old.pointer(path), new.pointer(path));
        if before != now {
            // The limits of bands have the unit of their metric.
            let unit = path.strip_prefix("/bands/").and_then(Metric::named).map(|it| it.descriptor().unit);
            let texts = [before, now].map(|value| value.map_or("nothing".to_owned(), |value| plain(value, unit)));
            let same = texts[0].bytes().zip(texts[1].bytes()).take_while(|(one, other)| one == other).count();
            let what = format!("{words}: {} → {}", short(&texts[0], same), short(&texts[1], same));
            causes.push(Cause { kind, what });
        }
    };
    let label = |report: &Value| report["period"]["label"].clone();
    differs("period", if label(old) == label(new) { "/period" } else { "/period/label" }, "period");
    differs("period", "/previous/label", "period compared with");
    differs("period", "/timezone", "time zone");
    differs("period", "/filters", "filters");
    differs("definitions", "/schema_version", "schema version of the report");
    differs("definitions", "/tool/version", "version of the program");
    differs("definitions", "/window_days", "rolling window");
    differs("definitions", "/bands/edition", "band edition");
    if old["bands"]["edition"] == new["bands"]["edition"] {
        for key in keys(&old["bands"], &new["bands"]) {
            let words = Metric::named(&key).map_or_else(
                || format!("{key} of the band edition"),
                |metric| format!("band limits of {}", metric.descriptor().in_text),
            );
            differs("definitions", &format!("/bands/{key}"), &words);
        }
        if !(old["bands"].is_object() && new["bands"].is_object()) {
            differs("definitions", "/bands", "bands");
        }
    }
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
    causes
}

/// A value as a reader takes it: with a unit the limits of bands, else as it is written.
fn plain(value: &Value, unit: Option<Unit>) -> String {
    let limit = |it: &Value| {
        let limit = number::value(unit?, it["value"].as_f64()?);
        Some(format!("{} {} {limit}", it["band"].as_str()?, it["operator"].as_str()?))
    };
    let limits: Option<Vec<String>> = value.as_array().and_then(|all| all.iter().map(limit).collect());
    match limits {
        Some(limits) if !limits.is_empty() => limits.join(", "),
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
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

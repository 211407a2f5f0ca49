//! The list of the reports in a folder, with the figures of each: `<out>/index.html`.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::Value;

use crate::domain::period::Period;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Metric, Unit};
use crate::report::html::{self, IndexEntry, IndexFigure};
use crate::store::replace;

/// Writes the list, the newest period first.
pub(super) fn list(out: &Path) -> anyhow::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !entry.path().join("index.html").is_file() {
            continue;
        }
        // A folder's name begins with its period; another program's folder has another name.
        let period = name.split_once(".service-").or_else(|| name.split_once(".team-")).map_or(&*name, |(it, _)| it);
        let is_whole = period == name;
        let Ok(period) = Period::parse(&period.replace('_', ".."), NaiveDate::MIN) else { continue };
        let written = entry.path().join("report.json");
        // To open a pipe would wait for its writer.
        let written = if written.is_file() { fs::read_to_string(written).ok() } else { None };
        let written: Value = written.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        entries.push(IndexEntry {
            as_of: written["as_of"].as_str().and_then(|at| Timestamp::parse(at).ok()),
            headline: written["summary"]["headline"].as_str().map(str::to_owned),
            figures: figures(&written),
            label: name,
            is_whole,
            period,
        });
    }
    entries.sort_by(|a, b| (&b.period.from, &b.period.to, &b.label).cmp(&(&a.period.from, &a.period.to, &a.label)));
    Ok(replace(&out.join("index.html"), html::render_index(&entries)?.as_bytes())?)
}

/// The figures of the whole, in the order of the metrics.
fn figures(written: &Value) -> Vec<(Metric, IndexFigure)> {
    let groups = written["groups"].as_array().into_iter().flatten();
    let Some(all) = groups.into_iter().find(|group| group["kind"] == "all") else { return Vec::new() };
    let figure = |metric: Metric| {
        let found = &all["metrics"][metric.as_str()];
        let key = match metric.descriptor().unit {
            Unit::PerDay => "per_day",
            Unit::Seconds => "p50_seconds",
            Unit::Ratio => "ratio",
        };
        let progress = found["progress"].as_str().map(str::to_owned);
        (metric, IndexFigure { value: found[key].as_f64(), progress })
    };
    Metric::ALL.into_iter().filter(|metric| metric.descriptor().section.is_some()).map(figure).collect()
}

//! The list of the reports in a folder, with the figures of each: `<out>/index.html`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{replaced_report, written_report};
use crate::domain::calendar::Calendar;
use crate::domain::period::Period;
use crate::domain::time::{Timestamp, parse_date};
use crate::metrics::tables::{Metric, Unit};
use crate::report::html::{self, IndexEntry, IndexFigure};
use crate::store::replace;

/// Writes the list, the newest period first. The calendar names the fiscal periods of reports whose `report.json` does not
/// say their days.
pub(super) fn list(out: &Path, calendar: Calendar) -> anyhow::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(out)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let folder = entry.path();
        let page = folder.join("index.html");
        let is_foreign = page.is_file() && fs::read_to_string(&page).is_ok_and(|text| !text.contains(html::GENERATOR));
        let Some(file) = replaced_report::all_files().find(|file| folder.join(file).is_file()) else { continue };
        if name.starts_with('.') || is_foreign {
            continue;
        }
        // A folder's name begins with its period; another program's folder has another name.
        let period = name.split_once(".service-").or_else(|| name.split_once(".team-")).map_or(&*name, |(it, _)| it);
        let is_whole = period == name;
        let written =
            written_report::read(&folder.join("report.json"), |group| group["kind"] == "all").unwrap_or_default();
        let from = written["period"]["from"].as_str().and_then(|from| parse_date(from).ok());
        let Some(period) = Period::of_label(calendar, period, from) else { continue };
        entries.push(IndexEntry {
            as_of: written["as_of"].as_str().and_then(|at| Timestamp::parse(at).ok()),
            headline: written["summary"]["headline"].as_str().map(str::to_owned),
            figures: figures(&written),
            file,
            label: name,
            is_whole,
            period,
        });
    }
    entries.sort_by(|a, b| (&b.period.from, &b.period.to, &b.label).cmp(&(&a.period.from, &a.period.to, &a.label)));
    Ok(replace(&out.join("index.html"), html::render_index(&entries)?.as_bytes())?)
}

/// The figures of the first group, in the order of the metrics. Only groups of the kind `all` were kept.
fn figures(written: &Value) -> Vec<(Metric, IndexFigure)> {
    let Some(all) = written["groups"].get(0) else { return Vec::new() };
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

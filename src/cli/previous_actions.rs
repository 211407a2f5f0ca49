//! The actions of the report on the period before, read from its `report.json` in the same folder of reports.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::output::Console;
use super::publish::folder_name;
use crate::domain::group::{Group, GroupKind};
use crate::domain::period::Period;
use crate::metrics::tables::Metric;
use crate::report::notes::{Action, Aim};

/// What is read of that report.
#[derive(Deserialize)]
struct Report {
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    actions: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    what: String,
    owner: Option<String>,
    due: Option<NaiveDate>,
    metric: Option<String>,
    group_kind: Option<String>,
    group: Option<String>,
}

/// The actions of the report on the period of the same kind before; none where there is no such report. One that cannot
/// be read is a warning: the figures do not depend on it.
pub(super) fn actions(out: &Path, period: &Period, filters: [Option<&str>; 2], console: Console) -> Vec<Action> {
    let Some(before) = period.previous() else { return Vec::new() };
    let path = out.join(folder_name(&before.label, filters)).join("report.json");
    // To open a pipe would wait for its writer.
    let Some(text) = path.is_file().then(|| fs::read_to_string(&path).ok()).flatten() else { return Vec::new() };
    match serde_json::from_str::<Report>(&text) {
        Ok(report) => report.summary.actions.into_iter().map(action).collect(),
        // A report of an earlier version has no summary.
        Err(cause) if cause.is_data() && !text.contains("\"summary\"") => Vec::new(),
        Err(cause) => {
            console.warning(&format!(
                "{}: cannot read the actions of the previous period ({cause}), so this report does not show their results; \
                 write the report on that period again",
                path.display()
            ));
            Vec::new()
        }
    }
}

/// How many actions the report has that a new one on the same period would replace.
pub(super) fn standing(out: &Path, period: &Period, filters: [Option<&str>; 2]) -> usize {
    let path = out.join(folder_name(&period.label, filters)).join("report.json");
    let report = fs::read_to_string(path).ok().and_then(|text| serde_json::from_str::<Report>(&text).ok());
    report.map_or(0, |report| report.summary.actions.len())
}

fn action(written: Written) -> Action {
    let metric = written.metric.and_then(|name| Metric::ALL.into_iter().find(|metric| metric.as_str() == name));
    let kind = written.group_kind.as_deref().and_then(GroupKind::parse);
    let group = kind.zip(written.group).map(|(kind, name)| Group { kind, name });
    let aim = metric.map(|metric| Aim { metric, group });
    Action { what: written.what, owner: written.owner, due: written.due, aim }
}

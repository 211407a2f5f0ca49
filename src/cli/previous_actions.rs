//! The actions of the report on the period before, read from its `report.json` in the same folder of reports.

use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::output::Console;
use super::publish::folder_name;
use super::written_report;
use crate::domain::group::{Group, GroupKind};
use crate::domain::period::Period;
use crate::metrics::tables::Metric;
use crate::report::notes::{Action, Aim};

/// An action as the file has it.
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
    if !path.exists() {
        return Vec::new();
    }
    match written_report::read(&path, |_| false).and_then(|report| listed(&report)) {
        Ok(actions) => actions.into_iter().map(action).collect(),
        Err(cause) => {
            console.warning(&format!(
                "{}: {cause}; this report does not show the results of the actions of the previous period; write the report \
                 on that period again",
                path.display()
            ));
            Vec::new()
        }
    }
}

/// How many actions the report has that a new one on the same period would replace.
pub(super) fn standing(out: &Path, period: &Period, filters: [Option<&str>; 2]) -> usize {
    let path = out.join(folder_name(&period.label, filters)).join("report.json");
    written_report::read(&path, |_| false).and_then(|report| listed(&report)).map_or(0, |actions| actions.len())
}

/// The actions of a report. One of an earlier version has no summary, and so none.
fn listed(report: &Value) -> Result<Vec<Written>, String> {
    match report.get("summary") {
        None => Ok(Vec::new()),
        Some(summary) => {
            Vec::deserialize(&summary["actions"]).map_err(|cause| format!("has unreadable actions ({cause})"))
        }
    }
}

fn action(written: Written) -> Action {
    let metric = written.metric.and_then(|name| Metric::ALL.into_iter().find(|metric| metric.as_str() == name));
    let kind = written.group_kind.as_deref().and_then(GroupKind::parse);
    let group = kind.zip(written.group).map(|(kind, name)| Group { kind, name });
    let aim = metric.map(|metric| Aim { metric, group });
    Action { what: written.what, owner: written.owner, due: written.due, aim }
}

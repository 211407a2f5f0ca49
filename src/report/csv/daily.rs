//! `daily.csv`: one row per day and group; each figure is that of the window which ends with the day.

use std::io::{self, Write};

use super::sheet::{Sheet, write_rows};
use crate::domain::group::Group;
use crate::metrics::tables::{Analysis, DailyRow, Unit};
use crate::report::cells::Cells;

/// Days whose rows a core makes at once: some thousands of rows in a large organisation.
const DAYS_AT_ONCE: usize = 4;

const HEADER: [&str; 24] = [
    "date",
    "group_kind",
    "group",
    "window_complete",
    "deployments_on_day",
    "deployments",
    "deployments_per_day",
    "lead_time_p50_seconds",
    "lead_time_p90_seconds",
    "lead_time_n",
    "failed_deployments",
    "change_failure_rate",
    "incidents_opened",
    "incidents_resolved",
    "incidents_open",
    "time_to_restore_p50_seconds",
    "time_to_restore_p90_seconds",
    "recovery_time_p50_seconds",
    "deployment_frequency_band",
    "lead_time_band",
    "change_failure_rate_band",
    "time_to_restore_band",
    "rework_deployments",
    "rework_rate",
];

/// The rolling figures, sorted by date, kind (all, team, service) and name.
///
/// # Errors
/// The stream does not take them.
pub fn daily(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    // Every group has the same days, and the groups are in order of kind and name.
    let days = analysis.groups.iter().map(|report| report.daily.len()).max().unwrap_or(0);
    write_rows(out, &HEADER, days, DAYS_AT_ONCE, |sheet, day| {
        let of_day = analysis.groups.iter().filter_map(|report| Some((&report.group, report.daily.get(day)?)));
        of_day.into_iter().try_for_each(|(group, day)| row(sheet, group, day))
    })
}

fn row(sheet: &mut Sheet<'_>, group: &Group, day: &DailyRow) -> io::Result<()> {
    sheet.day(day.date)?;
    sheet.word(group.kind.as_str())?;
    sheet.text(&group.name)?;
    sheet.flag(Some(day.window_complete))?;
    sheet.count(day.deployments_on_day)?;
    sheet.count(day.deployments)?;
    sheet.measure(Unit::PerDay, day.deployments_per_day)?;
    sheet.measure(Unit::Seconds, day.lead_time_p50)?;
    sheet.measure(Unit::Seconds, day.lead_time_p90)?;
    sheet.count(day.lead_time_n)?;
    sheet.count(day.failed_deployments)?;
    sheet.measure(Unit::Ratio, day.change_failure_rate)?;
    sheet.count(day.incidents_opened)?;
    sheet.count(day.incidents_resolved)?;
    sheet.count(day.incidents_open)?;
    sheet.measure(Unit::Seconds, day.time_to_restore_p50)?;
    sheet.measure(Unit::Seconds, day.time_to_restore_p90)?;
    sheet.measure(Unit::Seconds, day.recovery_time_p50)?;
    sheet.band(day.deployment_frequency_band)?;
    sheet.band(day.lead_time_band)?;
    sheet.band(day.change_failure_rate_band)?;
    sheet.band(day.time_to_restore_band)?;
    sheet.count(day.rework_deployments)?;
    sheet.measure(Unit::Ratio, day.rework_rate)?;
    sheet.end()
}

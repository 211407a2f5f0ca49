//! `daily.csv`: one row per day and group; each figure is that of the window which ends with the day.

use super::sheet::{Sheet, band, count, flag, real, text};
use crate::domain::group::Group;
use crate::metrics::tables::{Analysis, DailyRow};

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
pub fn daily(analysis: &Analysis) -> String {
    let mut rows: Vec<(&Group, &DailyRow)> =
        analysis.groups.iter().flat_map(|report| report.daily.iter().map(|day| (&report.group, day))).collect();
    rows.sort_by(|(left, a), (right, b)| (a.date, left).cmp(&(b.date, right)));
    let mut sheet = Sheet::new(HEADER);
    for (group, day) in rows {
        sheet.push(&[
            day.date.to_string(),
            group.kind.as_str().to_owned(),
            text(&group.name),
            flag(Some(day.window_complete)),
            count(day.deployments_on_day),
            count(day.deployments),
            real(day.deployments_per_day),
            real(day.lead_time_p50),
            real(day.lead_time_p90),
            count(day.lead_time_n),
            count(day.failed_deployments),
            real(day.change_failure_rate),
            count(day.incidents_opened),
            count(day.incidents_resolved),
            count(day.incidents_open),
            real(day.time_to_restore_p50),
            real(day.time_to_restore_p90),
            real(day.recovery_time_p50),
            band(day.deployment_frequency_band),
            band(day.lead_time_band),
            band(day.change_failure_rate_band),
            band(day.time_to_restore_band),
            count(day.rework_deployments),
            real(day.rework_rate),
        ]);
    }
    sheet.finish()
}

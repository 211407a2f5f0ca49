//! `deployments.csv` and `incidents.csv`: every event used or left out, with the reason, as known at the period's end.

use std::io::{self, Write};

use super::sheet::write_rows;
use crate::domain::reason::Reason;
use crate::metrics::tables::{Analysis, DeploymentRecord, IncidentRecord, Kind, LeadTimeReason, Rule};
use crate::report::cells::Cells;

/// What an incident without a link has in `attribution`.
const NO_LINK: &str = "none";

/// Rows that a core makes at once: half a megabyte of memory, and few turns.
const AT_ONCE: usize = 2_048;

/// The columns of the deployments.
pub(in crate::report) const DEPLOYMENTS: [&str; 28] = [
    "source",
    "id",
    "repo",
    "environment",
    "service",
    "team",
    "sha",
    "status",
    "created_at",
    "finished_at",
    "counted",
    "reason",
    "lead_time_seconds",
    "lead_time_reason",
    "coding_seconds",
    "pickup_seconds",
    "review_seconds",
    "deploy_seconds",
    "kind",
    "failed",
    "failed_by",
    "failed_rule",
    "url",
    "rework",
    "rework_rule",
    "start_at",
    "start_sha",
    "start_pull_request",
];

/// The columns of the incidents.
pub(in crate::report) const INCIDENTS: [&str; 18] = [
    "source",
    "id",
    "title",
    "service",
    "team",
    "priority",
    "urgency",
    "status",
    "opened_at",
    "acknowledged_at",
    "resolved_at",
    "counted",
    "reason",
    "time_to_restore_seconds",
    "deployment_id",
    "attribution",
    "attribution_age_seconds",
    "url",
];

/// Every deployment; `reason` says why one does not count, `lead_time_reason` why one that counts has no lead time.
///
/// # Errors
/// The stream does not take them.
pub fn deployments(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let all = &analysis.deployments;
    write_rows(out, &DEPLOYMENTS, all.len(), AT_ONCE, |sheet, at| {
        all.get(at).map_or(Ok(()), |record| deployment(sheet, &record))
    })
}

/// The rows of [`deployments`], for other formats.
pub(in crate::report) fn deployment_rows(analysis: &Analysis, cells: &mut impl Cells) -> io::Result<()> {
    analysis.deployments.iter().try_for_each(|record| deployment(cells, &record))
}

fn deployment(cells: &mut impl Cells, record: &DeploymentRecord<'_>) -> io::Result<()> {
    let (event, start) = (&record.event, record.start.as_ref());
    cells.text(&event.source)?;
    cells.text(&event.id)?;
    cells.text(&event.repo)?;
    cells.optional(event.environment.as_deref())?;
    cells.optional(record.service.as_deref().map(|name| name.0.as_str()))?;
    cells.optional(record.team.as_deref().map(|name| name.0.as_str()))?;
    cells.optional(event.sha.as_deref())?;
    cells.text(&event.status)?;
    cells.instant(Some(event.created_at))?;
    cells.instant(event.finished_at)?;
    cells.flag(Some(record.left_out.is_none()))?;
    cells.word(record.left_out.map_or("", Reason::as_str))?;
    cells.seconds(record.lead_time)?;
    cells.word(record.lead_time_reason.map_or("", LeadTimeReason::as_str))?;
    cells.seconds(record.stages.coding)?;
    cells.seconds(record.stages.pickup)?;
    cells.seconds(record.stages.review)?;
    cells.seconds(record.stages.deploy)?;
    cells.word(record.kind.map_or("", Kind::as_str))?;
    cells.flag(record.failed)?;
    cells.text(&record.failed_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"))?;
    cells.word(&record.failed_rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(";"))?;
    cells.optional(event.url.as_deref())?;
    cells.flag(record.rework)?;
    cells.word(record.rework_rules.first().map_or("", |rule| rule.as_str()))?;
    cells.instant(start.map(|start| start.at))?;
    cells.optional(start.and_then(|start| start.sha.as_deref()))?;
    cells.count(start.and_then(|start| start.pull_request))?;
    cells.end()
}

/// Every incident; `attribution` is `none` also for one that does not count or belongs to no service.
///
/// # Errors
/// The stream does not take them.
pub fn incidents(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let all = &analysis.incidents;
    write_rows(out, &INCIDENTS, all.len(), AT_ONCE, |sheet, at| {
        all.get(at).map_or(Ok(()), |record| incident(sheet, &record))
    })
}

/// The rows of [`incidents`], for other formats.
pub(in crate::report) fn incident_rows(analysis: &Analysis, cells: &mut impl Cells) -> io::Result<()> {
    analysis.incidents.iter().try_for_each(|record| incident(cells, &record))
}

fn incident(cells: &mut impl Cells, record: &IncidentRecord<'_>) -> io::Result<()> {
    let (event, link) = (&record.event, record.link.as_ref());
    let names = |names: Vec<&str>| names.join(";");
    cells.text(&event.source)?;
    cells.text(&event.id)?;
    cells.optional(event.title.as_deref())?;
    cells.text(&names(record.services.iter().map(|service| service.0.as_str()).collect()))?;
    cells.text(&names(record.teams.iter().map(|team| team.0.as_str()).collect()))?;
    cells.optional(event.priority.as_deref())?;
    cells.optional(event.urgency.as_deref())?;
    cells.optional(event.status.as_deref())?;
    cells.instant(Some(event.opened_at))?;
    cells.instant(event.acknowledged_at)?;
    cells.instant(event.resolved_at)?;
    cells.flag(Some(record.counted))?;
    cells.word(record.reason.map_or("", Reason::as_str))?;
    cells.seconds(record.time_to_restore)?;
    cells.optional(link.map(|it| &*it.deployment_id))?;
    cells.word(link.map(|it| it.rule).map_or(NO_LINK, Rule::as_str))?;
    cells.seconds(link.map(|it| it.age))?;
    cells.optional(event.url.as_deref())?;
    cells.end()
}

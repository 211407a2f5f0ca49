//! `deployments.csv` and `incidents.csv`: every event used or left out, with the reason, as known at the period's end.

use std::io::{self, Write};

use super::sheet::Sheet;
use crate::domain::reason::Reason;
use crate::metrics::tables::{Analysis, DeploymentRecord, IncidentRecord, Kind, LeadTimeReason, Rule};

/// What an incident without a link has in `attribution`.
const NO_LINK: &str = "none";

const DEPLOYMENTS: [&str; 28] = [
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

const INCIDENTS: [&str; 18] = [
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
    let mut sheet = Sheet::new(out, &DEPLOYMENTS)?;
    for record in analysis.deployments.iter() {
        deployment(&mut sheet, &record)?;
    }
    sheet.finish()
}

fn deployment(sheet: &mut Sheet<'_>, record: &DeploymentRecord<'_>) -> io::Result<()> {
    let (event, start) = (&record.event, record.start.as_ref());
    sheet.text(&event.source)?;
    sheet.text(&event.id)?;
    sheet.text(&event.repo)?;
    sheet.optional(event.environment.as_deref())?;
    sheet.optional(record.service.as_deref().map(|name| name.0.as_str()))?;
    sheet.optional(record.team.as_deref().map(|name| name.0.as_str()))?;
    sheet.optional(event.sha.as_deref())?;
    sheet.text(&event.status)?;
    sheet.instant(Some(event.created_at))?;
    sheet.instant(event.finished_at)?;
    sheet.flag(Some(record.left_out.is_none()))?;
    sheet.word(record.left_out.map_or("", Reason::as_str))?;
    sheet.seconds(record.lead_time)?;
    sheet.word(record.lead_time_reason.map_or("", LeadTimeReason::as_str))?;
    sheet.seconds(record.stages.coding)?;
    sheet.seconds(record.stages.pickup)?;
    sheet.seconds(record.stages.review)?;
    sheet.seconds(record.stages.deploy)?;
    sheet.word(record.kind.map_or("", Kind::as_str))?;
    sheet.flag(record.failed)?;
    sheet.text(&record.failed_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"))?;
    sheet.word(&record.failed_rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(";"))?;
    sheet.optional(event.url.as_deref())?;
    sheet.flag(record.rework)?;
    sheet.word(record.rework_rules.first().map_or("", |rule| rule.as_str()))?;
    sheet.instant(start.map(|start| start.at))?;
    sheet.optional(start.and_then(|start| start.sha.as_deref()))?;
    sheet.count(start.and_then(|start| start.pull_request))?;
    sheet.end()
}

/// Every incident; `attribution` is `none` also for one that does not count or belongs to no service.
///
/// # Errors
/// The stream does not take them.
pub fn incidents(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(out, &INCIDENTS)?;
    for record in &analysis.incidents {
        incident(&mut sheet, record)?;
    }
    sheet.finish()
}

fn incident(sheet: &mut Sheet<'_>, record: &IncidentRecord) -> io::Result<()> {
    let (event, link) = (&record.event, record.link.as_ref());
    let names = |names: Vec<&str>| names.join(";");
    sheet.text(&event.source)?;
    sheet.text(&event.id)?;
    sheet.optional(event.title.as_deref())?;
    sheet.text(&names(record.services.iter().map(|service| service.0.as_str()).collect()))?;
    sheet.text(&names(record.teams.iter().map(|team| team.0.as_str()).collect()))?;
    sheet.optional(event.priority.as_deref())?;
    sheet.optional(event.urgency.as_deref())?;
    sheet.optional(event.status.as_deref())?;
    sheet.instant(Some(event.opened_at))?;
    sheet.instant(event.acknowledged_at)?;
    sheet.instant(event.resolved_at)?;
    sheet.flag(Some(record.counted))?;
    sheet.word(record.reason.map_or("", Reason::as_str))?;
    sheet.seconds(record.time_to_restore)?;
    sheet.optional(link.map(|it| it.deployment_id.as_str()))?;
    sheet.word(link.map(|it| it.rule).map_or(NO_LINK, Rule::as_str))?;
    sheet.seconds(link.map(|it| it.age))?;
    sheet.optional(event.url.as_deref())?;
    sheet.end()
}

//! `deployments.csv` and `incidents.csv`: every event used or left out, with the reason, as known at the period's end.

use super::sheet::{Sheet, flag, instant, optional, seconds, text};
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::reason::Reason;
use crate::metrics::tables::{Analysis, Kind, LeadTimeReason, Rule};

/// What an incident without a link has in `attribution`.
const NO_LINK: &str = "none";

/// Every deployment; `reason` says why one does not count, `lead_time_reason` why one that counts has no lead time.
pub fn deployments(analysis: &Analysis) -> String {
    let mut sheet = Sheet::new([
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
    ]);
    for record in &analysis.deployments {
        let (event, start) = (&record.event, record.start.as_ref());
        sheet.push(&[
            text(&event.source),
            text(&event.id),
            text(&event.repo),
            optional(event.environment.as_deref()),
            service(record.service.as_ref()),
            team(record.team.as_ref()),
            optional(event.sha.as_deref()),
            text(&event.status),
            instant(Some(event.created_at)),
            instant(event.finished_at),
            flag(Some(record.left_out.is_none())),
            record.left_out.map_or("", Reason::as_str).to_owned(),
            seconds(record.lead_time),
            record.lead_time_reason.map(LeadTimeReason::as_str).unwrap_or_default().to_owned(),
            seconds(record.stages.coding),
            seconds(record.stages.pickup),
            seconds(record.stages.review),
            seconds(record.stages.deploy),
            record.kind.map(Kind::as_str).unwrap_or_default().to_owned(),
            flag(record.failed),
            text(&record.failed_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(";")),
            record.failed_rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(";"),
            optional(event.url.as_deref()),
            flag(record.rework),
            record.rework_rules.first().map(|rule| rule.as_str()).unwrap_or_default().to_owned(),
            instant(start.map(|start| start.at)),
            optional(start.and_then(|start| start.sha.as_deref())),
            start.and_then(|start| start.pull_request).map(|number| number.to_string()).unwrap_or_default(),
        ]);
    }
    sheet.finish()
}

/// Every incident; `attribution` is `none` also for one that does not count or belongs to no service.
pub fn incidents(analysis: &Analysis) -> String {
    let mut sheet = Sheet::new([
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
    ]);
    for record in &analysis.incidents {
        let event = &record.event;
        let link = record.link.as_ref();
        sheet.push(&[
            text(&event.source),
            text(&event.id),
            optional(event.title.as_deref()),
            names(record.services.iter().map(|service| &service.0)),
            names(record.teams.iter().map(|team| &team.0)),
            optional(event.priority.as_deref()),
            optional(event.urgency.as_deref()),
            optional(event.status.as_deref()),
            instant(Some(event.opened_at)),
            instant(event.acknowledged_at),
            instant(event.resolved_at),
            flag(Some(record.counted)),
            record.reason.map_or("", Reason::as_str).to_owned(),
            seconds(record.time_to_restore),
            optional(link.map(|it| it.deployment_id.as_str())),
            link.map(|it| it.rule).map_or(NO_LINK, Rule::as_str).to_owned(),
            seconds(link.map(|it| it.age)),
            optional(event.url.as_deref()),
        ]);
    }
    sheet.finish()
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    text(&names.map(String::as_str).collect::<Vec<_>>().join(";"))
}

fn service(name: Option<&ServiceName>) -> String {
    optional(name.map(|it| it.0.as_str()))
}

fn team(name: Option<&TeamName>) -> String {
    optional(name.map(|it| it.0.as_str()))
}

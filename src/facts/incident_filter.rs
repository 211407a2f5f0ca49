//! Which incidents count, and why the others do not; and which are over without a known end.

use super::incidents::Incidents;
use crate::domain::event::NOT_PLANNED;
use crate::domain::priority::priority_rank;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;

/// Why the incident of a row does not count.
pub(super) fn left_out(settings: &Settings, incidents: &Incidents, row: usize) -> Option<Reason> {
    let same = |list: &[String], text: &str| list.iter().any(|item| item.to_lowercase() == text.to_lowercase());
    let status = incidents.status.get(row);
    if status.is_some_and(|status| status.eq_ignore_ascii_case("merged")) {
        return Some(Reason::Merged);
    }
    if status == Some(NOT_PLANNED) {
        return Some(Reason::NotPlanned);
    }
    // It is no longer known whether it was over.
    if incidents.resolved_at(row).is_none() && status == Some("gone") {
        return Some(Reason::Gone);
    }
    if let (Some(least), Some(number)) = (settings.min_priority, incidents.priority.get(row).and_then(priority_rank))
        && number > least
    {
        return Some(Reason::Priority);
    }
    if let Some(urgency) = incidents.urgency.get(row)
        && !settings.urgencies.is_empty()
        && !same(&settings.urgencies, urgency)
    {
        return Some(Reason::Urgency);
    }
    incidents.tags.get(row).any(|tag| same(&settings.ignore_tags, tag)).then_some(Reason::Tag)
}

/// Whether the status of a row says that the incident is over, without a known end.
pub(super) fn is_over_without_an_end(incidents: &Incidents, row: usize) -> bool {
    let over = ["resolved", "closed", "done", "completed", "fixed"];
    let status = incidents.status.get(row).map(str::trim).unwrap_or_default();
    incidents.resolved_at(row).is_none() && over.iter().any(|word| status.eq_ignore_ascii_case(word))
}

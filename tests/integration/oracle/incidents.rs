//! Oracle: which incidents count, to which service they map, and to which deployment they are attributed at an instant.

use dora_report::domain::event::Incident;
use dora_report::domain::group::ServiceName;
use dora_report::domain::priority::priority_rank;
use dora_report::domain::reason::Reason;
use dora_report::domain::settings::{Policy, Service};
use dora_report::domain::time::Timestamp;
use dora_report::metrics::tables::{Cause, Rule};

use super::World;
use super::history::Change;

/// Why a deployment is failed: where it stands in the list, by which rule, and by what.
pub(super) struct Failure {
    pub(super) place: usize,
    pub(super) rule: Rule,
    pub(super) by: Cause,
}

impl World {
    /// Why an incident does not count.
    pub(super) fn left_out(&self, incident: &Incident) -> Option<Reason> {
        let settings = &self.settings;
        if is_merged(incident) {
            return Some(Reason::Merged);
        }
        let number = incident.priority.as_deref().and_then(priority_rank);
        if let (Some(least), Some(number)) = (settings.min_priority, number)
            && number > least
        {
            return Some(Reason::Priority);
        }
        let among = |list: &[String], text: &str| list.iter().any(|other| other.to_lowercase() == text.to_lowercase());
        if let Some(urgency) = &incident.urgency
            && !settings.urgencies.is_empty()
            && !among(&settings.urgencies, urgency)
        {
            return Some(Reason::Urgency);
        }
        incident.tags.iter().any(|tag| among(&settings.ignore_tags, tag)).then_some(Reason::Tag)
    }

    /// The services that an incident affects, in config order.
    pub(super) fn mapped(&self, incident: &Incident) -> Vec<ServiceName> {
        let keys = &incident.service_keys;
        let lists = |service: &&Service| keys.iter().any(|key| service.incident_keys.contains(key));
        let listing: Vec<ServiceName> =
            self.settings.services.iter().filter(lists).map(|service| service.name.clone()).collect();
        if !listing.is_empty() {
            return listing;
        }
        let is_named = |name: &ServiceName| {
            let full = name.0.to_lowercase();
            let short = full.rsplit('/').next().unwrap_or_default().to_owned();
            keys.iter().map(|key| key.to_lowercase()).any(|key| key == full || key == short)
        };
        self.services().into_iter().map(|(name, _)| name).filter(is_named).collect()
    }

    /// The reason that is listed for an incident that counts.
    pub(super) fn remark(&self, incident: &Incident) -> Option<Reason> {
        let lists = |key: &String| self.settings.services.iter().any(|service| service.incident_keys.contains(key));
        if self.mapped(incident).is_empty() {
            return Some(Reason::Unmapped);
        }
        if is_over(incident) {
            return Some(Reason::OverWithoutAnEnd);
        }
        (!incident.service_keys.iter().any(lists)).then_some(Reason::EqualName)
    }

    /// The deployment that an incident is attributed to, with what had happened before `end`.
    pub(super) fn link(&self, incident: &Incident, end: Timestamp) -> Option<(usize, Rule)> {
        if self.left_out(incident).is_some() || incident.opened_at >= end {
            return None;
        }
        let affected = self.mapped(incident);
        let finished: Vec<(usize, &Change)> =
            self.changes.iter().enumerate().filter(|(_, change)| change.finished < end).collect();
        let known: Vec<(usize, &Change)> =
            finished.iter().copied().filter(|(_, change)| affected.contains(&change.service)).collect();
        let limit = self.settings.attribution_window.0 * 1_000;
        let by_clock = || {
            let age = |change: &Change| incident.opened_at.0 - change.finished.0;
            let near = known.iter().rev().find(|(_, change)| (0..=limit).contains(&age(change)));
            near.map(|(place, _)| (*place, Rule::Window))
        };
        if self.settings.attribution == Policy::Window {
            return by_clock();
        }
        if incident.caused_by_deploy == Some(false) {
            return None;
        }
        if let Some(text) = &incident.deployment_ref {
            let opened = incident.opened_at;
            let of = |scope: &[(usize, &Change)]| nearest(&named(scope, text), opened);
            if let Some(named) = of(&known).or_else(|| of(&finished)) {
                return Some((named, Rule::Explicit));
            }
        }
        if incident.caused_by_deploy == Some(true) {
            let before = known.iter().rev().find(|(_, change)| change.finished <= incident.opened_at);
            return before.map(|(place, _)| (*place, Rule::Explicit));
        }
        if self.settings.attribution == Policy::ExplicitOrWindow { by_clock() } else { None }
    }

    /// Everything that fails a deployment, as known at `end`.
    pub(super) fn failures(&self, end: Timestamp) -> Vec<Failure> {
        let mut failures = Vec::new();
        for incident in &self.events.incidents {
            if let Some((place, rule)) = self.link(incident, end) {
                failures.push(Failure {
                    place,
                    rule,
                    by: Cause::Incident { source: incident.source.clone(), id: incident.id.clone() },
                });
            }
        }
        for change in self.changes.iter().filter(|change| self.settings.count_rollbacks && change.finished < end) {
            let rolled_back = change.lead.kind == dora_report::metrics::tables::Kind::Rollback;
            if let (true, Some(place)) = (rolled_back, change.previous) {
                failures.push(Failure {
                    place,
                    rule: Rule::Rollback,
                    by: Cause::Rollback { id: change.event.id.clone() },
                });
            }
        }
        failures
    }
}

pub(super) fn is_merged(incident: &Incident) -> bool {
    incident.status.as_ref().is_some_and(|status| status.to_lowercase() == "merged")
}

/// Over by its status, and nobody knows since when.
pub(super) fn is_over(incident: &Incident) -> bool {
    let status = incident.status.as_ref().map(|status| status.to_lowercase()).unwrap_or_default();
    incident.resolved_at.is_none() && ["resolved", "closed", "done", "completed", "fixed"].contains(&status.as_str())
}

/// The deployments that a reference names: by id, else by sha, else by the beginning that only one sha shares with it.
fn named<'a>(known: &[(usize, &'a Change)], text: &str) -> Vec<(usize, &'a Change)> {
    let those = |wanted: &dyn Fn(&Change) -> bool| -> Vec<(usize, &'a Change)> {
        known.iter().copied().filter(|(_, change)| wanted(change)).collect()
    };
    let sha = |change: &Change| change.sha.clone().unwrap_or_default();
    let by_id = those(&|change| change.event.id == text);
    if !by_id.is_empty() {
        return by_id;
    }
    let text = text.to_lowercase();
    let by_sha = those(&|change| sha(change) == text);
    if !by_sha.is_empty() {
        return by_sha;
    }
    let is_short = |sha: &str| (7..40).contains(&sha.len());
    let begins = |sha: &str| sha.starts_with(&text) || (is_short(sha) && text.starts_with(sha));
    let by_prefix = those(&|change| text.len() >= 7 && begins(&sha(change)));
    let unique = by_prefix.iter().all(|(_, change)| sha(change) == sha(by_prefix[0].1));
    if unique { by_prefix } else { Vec::new() }
}

/// Of several, the latest at or before `opened`, else the first after.
fn nearest(named: &[(usize, &Change)], opened: Timestamp) -> Option<usize> {
    let before = named.iter().rev().find(|(_, change)| change.finished <= opened);
    before.or(named.first()).map(|(place, _)| *place)
}

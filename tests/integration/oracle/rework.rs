//! Oracle: which deployments are rework, and by which rules, as known at an instant.

use dora_report::domain::event::{Incident, PullRequest};
use dora_report::domain::time::Timestamp;
use dora_report::metrics::tables::{Kind, ReworkRule};

use super::World;
use super::history::Change;

impl World {
    /// Every rule that holds for a deployment, in the order people, incident, rollback.
    pub(super) fn rework_rules(&self, place: usize, end: Timestamp) -> Vec<ReworkRule> {
        let change = &self.changes[place];
        let mut rules = Vec::new();
        if self.is_said(change) {
            rules.push(ReworkRule::Said);
        }
        if self.events.incidents.iter().any(|incident| self.fixes(place, incident, end)) {
            rules.push(ReworkRule::Fix);
        }
        if change.lead.kind == Kind::Rollback {
            rules.push(ReworkRule::Rollback);
        }
        rules
    }

    fn is_said(&self, change: &Change) -> bool {
        let rules = &self.settings.rework;
        let event = &change.event;
        let lower = |text: &str| text.to_lowercase();
        // The generated patterns are a name, or a name before a star.
        let matches = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(begin) => lower(text).starts_with(&lower(begin)),
            None => lower(text) == lower(pattern),
        };
        let of_request = |request: &PullRequest| {
            let labels = request.labels.iter().any(|label| rules.labels.iter().any(|own| lower(own) == lower(label)));
            let branch = request.head_ref.as_deref().unwrap_or_default();
            let title = request.title.as_deref().unwrap_or_default();
            labels
                || rules.branches.iter().any(|glob| matches(glob.as_str(), branch))
                || rules.titles.iter().any(|pattern| title.starts_with(pattern.as_str().trim_start_matches('^')))
        };
        let mut merged = self
            .events
            .pull_requests
            .iter()
            .filter(|request| request.repo == event.repo && change.lead.merged.contains(&request.number));
        let r#ref = event.r#ref.as_deref().unwrap_or_default();
        let bare = r#ref.strip_prefix("refs/heads/").unwrap_or(r#ref);
        let task = event.task.as_deref().unwrap_or_default();
        merged.any(of_request)
            || rules.refs.iter().any(|glob| matches(glob.as_str(), r#ref) || matches(glob.as_str(), bare))
            || rules.tasks.iter().any(|glob| matches(glob.as_str(), task))
    }

    /// Whether a deployment is the first after an incident that failed an earlier one of its place and was not resolved.
    fn fixes(&self, place: usize, incident: &Incident, end: Timestamp) -> bool {
        let change = &self.changes[place];
        let is_here = |other: &Change| {
            let environment = |change: &Change| change.event.environment.as_ref().map(|name| name.to_lowercase());
            other.event.repo == change.event.repo && environment(other) == environment(change)
        };
        let Some((failed, _)) = self.link(incident, end) else { return false };
        let created_after = |other: &Change| other.event.created_at >= incident.opened_at;
        // The list is in order of finish.
        let first = self.changes.iter().position(|other| is_here(other) && created_after(other));
        failed < place
            && is_here(&self.changes[failed])
            && first == Some(place)
            && incident.resolved_at.is_none_or(|resolved| resolved > change.event.created_at)
    }
}

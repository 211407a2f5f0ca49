//! What is known of every event before any group or window is asked: whose it is, what it brought, what failed it.

use super::attribution::{Attribution, Attributor};
use super::batch::{Batch, Batches, batches};
use super::changes::PullRequestTimes;
use super::input::Events;
use super::ownership::{Mapping, Ownership, Placement, Rung, ServiceIndex};
use super::tables::{Kind, Rule};
use crate::domain::event::{Deployment, Incident};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// One reason why a deployment is failed; holds for window ends in `(from, until]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// By which rule.
    pub rule: Rule,
    /// Index of the incident, or of the rollback's deployment.
    pub by: usize,
    /// Known at window ends after this instant.
    pub from: Timestamp,
    /// Up to this one, itself included; `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Failure {
    /// Whether it is known at a window end.
    pub fn holds_at(&self, end: Timestamp) -> bool {
        self.from < end && self.until.is_none_or(|until| end <= until)
    }
}

/// An incident and what the metrics know of it.
#[derive(Debug, Clone)]
pub struct IncidentFact {
    /// The service that it is mapped to.
    pub service: Option<ServiceIndex>,
    /// How that was found.
    pub how: Rung,
    /// Why it does not count.
    pub left_out: Option<&'static str>,
    /// Its attributions, oldest first; empty for one that is unmapped or does not count.
    pub attributions: Vec<Attribution>,
}

/// Everything that is known of the events.
#[derive(Debug)]
pub struct Facts<'a> {
    /// All deployments.
    pub deployments: &'a [Deployment],
    /// Where each of them belongs.
    pub placements: Vec<Placement>,
    /// Indices of those that count, in order of finish, id, source.
    pub counted: Vec<usize>,
    /// What each counted one brought, by index of the deployment.
    pub batch_of: Vec<Option<Batch>>,
    /// All batches' variants and pull requests.
    pub batches: Batches,
    /// All pull requests, as [`Batches::merged`] counts them.
    pub requests: &'a [PullRequestTimes],
    /// Why each deployment failed, by index of the deployment.
    pub failures: Vec<Vec<Failure>>,
    /// All incidents.
    pub incidents: &'a [Incident],
    /// What is known of each.
    pub incident_facts: Vec<IncidentFact>,
}

impl<'a> Facts<'a> {
    /// Places, measures and links all events.
    pub fn new(events: &'a Events, ownership: &Ownership<'_>, settings: &'a Settings) -> Self {
        let deployments = events.deployments.as_slice();
        let placements = ownership.of_deployments(deployments);
        let mut counted: Vec<usize> = (0..deployments.len())
            .filter(|&index| placements[index].counted().is_some() && deployments[index].finished_at.is_some())
            .collect();
        counted.sort_unstable_by_key(|&index| {
            let deployment = &deployments[index];
            (deployment.finished_at, deployment.id.as_str(), deployment.source.as_str())
        });
        let batches = batches(deployments, &counted, &events.changes);
        let mut batch_of = vec![None; deployments.len()];
        for batch in &batches.batches {
            batch_of[batch.deployment] = Some(*batch);
        }
        let mut facts = Self {
            deployments,
            placements,
            counted,
            batch_of,
            batches,
            requests: &events.changes.pull_requests,
            failures: vec![Vec::new(); deployments.len()],
            incidents: &events.incidents,
            incident_facts: Vec::new(),
        };
        facts.attribute(ownership, settings);
        if settings.count_rollbacks {
            facts.fail_by_rollback();
        }
        facts
    }

    fn attribute(&mut self, ownership: &Ownership<'_>, settings: &'a Settings) {
        let mut by_service: Vec<Vec<usize>> = vec![Vec::new(); ownership.services.len()];
        for &index in &self.counted {
            if let Some(service) = self.placements[index].counted() {
                by_service[service].push(index);
            }
        }
        let attributors: Vec<Attributor<'_>> =
            by_service.iter().map(|counted| Attributor::new(self.deployments, counted, settings)).collect();
        for (index, incident) in self.incidents.iter().enumerate() {
            let Mapping { service, how } = ownership.of_incident(incident);
            let left_out = ownership.left_out(incident);
            let attributions = match service.filter(|_| left_out.is_none()) {
                Some(service) => attributors[service].attribute(incident),
                None => Vec::new(),
            };
            for link in &attributions {
                self.failures[link.deployment].push(Failure {
                    rule: link.rule,
                    by: index,
                    from: link.from,
                    until: link.until,
                });
            }
            self.incident_facts.push(IncidentFact { service, how, left_out, attributions });
        }
    }

    /// A rollback fails the deployment it replaced, from its own instant.
    fn fail_by_rollback(&mut self) {
        for batch in &self.batches.batches {
            let Some(previous) = batch.previous.filter(|_| batch.kind == Kind::Rollback) else { continue };
            let Some(from) = self.deployments[batch.deployment].finished_at else { continue };
            self.failures[previous].push(Failure { rule: Rule::Rollback, by: batch.deployment, from, until: None });
        }
    }
}

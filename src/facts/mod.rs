//! What is known of every event before any group or window is asked: whose it is, what it brought, what failed it.

pub mod attribution;
pub mod batch;
pub mod changes;
mod error;
pub mod input;
pub mod ownership;
pub mod revisions;
pub mod rework;
mod rollouts;
pub mod said;
pub mod words;

use std::borrow::Cow;

use rustc_hash::FxHashMap;

pub use error::FactsError;

use self::attribution::{Attribution, Attributor};
use self::batch::{Batch, Batches, VariantSpan, batches};
use self::changes::{PullRequestTimes, Repos};
use self::input::Events;
use self::ownership::{Mapping, MatchRule, Ownership, Placement, ServiceIndex};
use self::revisions::revisions;
use self::rework::{Rework, Reworks};
use self::words::{Kind, LeadTimeReason, Rule, Stages};
use crate::domain::event::{Deployment, Incident};
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

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
    /// The services that it affects, in config order; empty where it is unmapped.
    pub services: Vec<ServiceIndex>,
    /// How they were found.
    pub rule: MatchRule,
    /// Why it does not count.
    pub left_out: Option<Reason>,
    /// Whether it is over by its status without an end: neither open nor resolved, and without a duration.
    pub is_over_without_an_end: bool,
    /// Whether it refers to a deployment that nobody knows.
    pub refers_to_nothing: bool,
    /// Its attributions, oldest first; empty for one that does not count.
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
    /// Why deployments are rework.
    pub reworks: Reworks,
    /// The revision of each deployment, by index, in lower case and in full.
    pub shas: Vec<Option<Cow<'a, str>>>,
}

impl<'a> Facts<'a> {
    /// Places, measures and links all events.
    ///
    /// `repos` are the graphs of the events' own commits, which no setting changes.
    pub fn new(events: &'a Events, repos: &Repos<'_>, ownership: &Ownership<'_>, settings: &Settings) -> Self {
        let deployments = events.deployments.as_slice();
        let mut placements = ownership.of_deployments(deployments);
        let shas = revisions(deployments, repos);
        let mut counted: Vec<usize> = (0..deployments.len())
            .filter(|&index| placements[index].counted().is_some() && deployments[index].finished_at.is_some())
            .collect();
        counted.sort_unstable_by_key(|&index| {
            let deployment = &deployments[index];
            (deployment.finished_at, deployment.id.as_str(), deployment.source.as_str())
        });
        let requests = events.changes.pull_requests.as_slice();
        let first_of =
            rollouts::merge(deployments, &mut counted, &shas, |index| placements[index].counted(), settings.merge);
        for &merged in first_of.keys() {
            placements[merged].left_out = Some(Reason::SameRollout);
        }
        let batches = batches(deployments, &counted, &shas, repos, requests);
        let mut batch_of = vec![None; deployments.len()];
        for batch in &batches.batches {
            batch_of[batch.deployment] = Some(batch.clone());
        }
        let mut facts = Self {
            deployments,
            placements,
            counted,
            batch_of,
            batches,
            requests,
            failures: vec![Vec::new(); deployments.len()],
            incidents: &events.incidents,
            incident_facts: Vec::new(),
            reworks: Reworks::default(),
            shas,
        };
        facts.attribute(ownership, settings, &first_of);
        if settings.count_rollbacks {
            facts.fail_by_rollback();
        }
        facts.reworks = Reworks::new(&facts, &settings.rework, &events.said);
        facts
    }

    /// The lead time of a deployment, or why a counted one has none; nothing of one that does not count.
    pub fn lead_time(&self, deployment: usize) -> Option<Result<Seconds, LeadTimeReason>> {
        Some(self.batch_of.get(deployment)?.as_ref()?.lead_time)
    }

    /// The stages of a deployment's lead time.
    pub fn stages(&self, deployment: usize) -> Stages {
        self.batch_of.get(deployment).and_then(Option::as_ref).map_or_else(Stages::default, |batch| batch.stages)
    }

    /// The pull requests merged in a deployment, as indices into [`Facts::requests`].
    pub fn merged(&self, deployment: usize) -> &[u32] {
        let batch = self.batch_of.get(deployment).and_then(Option::as_ref);
        batch.and_then(|batch| self.batches.merged.get(batch.merged.0..batch.merged.1)).unwrap_or_default()
    }

    /// The spans of every variant of a deployment's lead time.
    pub fn variants(&self, deployment: usize) -> &[VariantSpan] {
        let batch = self.batch_of.get(deployment).and_then(Option::as_ref);
        batch.and_then(|batch| self.batches.variants.get(batch.variants.0..batch.variants.1)).unwrap_or_default()
    }

    /// Why a deployment failed; empty where it did not.
    pub fn failures(&self, deployment: usize) -> &[Failure] {
        self.failures.get(deployment).map_or(&[], Vec::as_slice)
    }

    /// Why a deployment is rework, by rule.
    pub fn rework(&self, deployment: usize) -> impl Iterator<Item = &Rework> {
        self.reworks.of(deployment)
    }

    /// When an incident was opened.
    pub fn opened_at(&self, incident: usize) -> Timestamp {
        self.incidents.get(incident).map_or(Timestamp(i64::MAX), |incident| incident.opened_at)
    }

    /// When an incident was resolved.
    pub fn resolved_at(&self, incident: usize) -> Option<Timestamp> {
        self.incidents.get(incident)?.resolved_at
    }

    /// Whether an incident is over by its status, at an unknown time.
    pub fn is_over_without_an_end(&self, incident: usize) -> bool {
        self.incident_facts.get(incident).is_some_and(|fact| fact.is_over_without_an_end)
    }

    fn attribute(&mut self, ownership: &Ownership<'_>, settings: &Settings, first_of: &FxHashMap<usize, usize>) {
        let service = |index: usize| self.placements[index].counted();
        let attributor = Attributor::new(self.deployments, &self.counted, service, &self.shas, settings)
            .with_other_ids(self.deployments, first_of);
        let mut incident_facts = Vec::with_capacity(self.incidents.len());
        for (index, incident) in self.incidents.iter().enumerate() {
            let Mapping { services, rule } = ownership.of_incident(incident);
            let left_out = ownership.left_out(incident);
            let attributions = match left_out {
                None => attributor.attribute(incident, &services),
                Some(_) => Vec::new(),
            };
            for link in &attributions {
                self.failures[link.deployment].push(Failure {
                    rule: link.rule,
                    by: index,
                    from: link.from,
                    until: link.until,
                });
            }
            incident_facts.push(IncidentFact {
                services,
                rule,
                left_out,
                is_over_without_an_end: incident.is_over_without_an_end(),
                refers_to_nothing: left_out.is_none() && attributor.refers_to_nothing(incident),
                attributions,
            });
        }
        self.incident_facts = incident_facts;
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

//! The facts about every event, independent of groups and windows: its service, the commits it delivered, why it
//! failed.

pub mod arrivals;
pub mod attribution;
mod by_deployment;
pub mod columns;
pub mod commits;
mod error;
pub mod export;
pub mod inputs;
pub mod ownership;
pub mod parallel;
mod references;
mod repo_pass;
pub mod requests;
pub mod revisions;
pub mod rework;
mod rollouts;
pub mod scan;
pub mod validity;
pub mod words;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use error::FactsError;

use self::arrivals::{Arrivals, VariantSpan};
use self::attribution::{Attribution, Attributor, Evidence};
use self::by_deployment::ByDeployment;
use self::ownership::{Mapping, MatchRule, Ownership, Placement, ServiceIndex};
use self::parallel::both;
use self::requests::PullRequestTimes;
use self::revisions::Revisions;
use self::rework::{Rework, Reworks};
use self::scan::{Deployments, Events};
use self::validity::Validity;
use self::words::{Kind, LeadTimeReason, Rule, Stages, Start};
use crate::domain::event::Incident;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// One reason why a deployment is failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// By which rule.
    pub rule: Rule,
    /// Index of the incident, or of the rollback's deployment.
    pub by: usize,
    /// At which window ends.
    pub validity: Validity,
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
    /// Whether it refers to an unknown deployment.
    pub refers_to_nothing: bool,
    /// Its attributions, oldest first; empty for one that does not count.
    pub attributions: Vec<Attribution>,
    /// What any policy could attribute it by.
    pub evidence: Evidence,
}

/// Whether lead times are wanted: they cost a pass over all commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadTimes {
    /// They are.
    Measured,
    /// Nobody looks at them.
    Unasked,
}

/// Everything that is known of the events.
#[derive(Debug)]
pub struct Facts {
    events: Arc<Events>,
    revisions: Arc<Revisions>,
    /// The services in force.
    pub ownership: Ownership,
    placements: Vec<Placement>,
    /// Indices of the deployments that count, in order of finish, id, source.
    pub counted: Vec<u32>,
    arrivals: Arrivals,
    /// Why each failed deployment did.
    failures: ByDeployment<Failure>,
    /// What is known of each incident.
    pub incidents: Vec<IncidentFact>,
    /// Why deployments are rework.
    reworks: Reworks,
}

/// What attribution finds.
struct Attributed {
    incidents: Vec<IncidentFact>,
    /// The deployments that they failed.
    failures: Vec<(usize, Failure)>,
}

impl Facts {
    /// Places, measures and links all events.
    ///
    /// # Errors
    /// Polars cannot join, which well-formed columns do not cause.
    pub fn new(events: &Arc<Events>, settings: &Settings) -> Result<Self, FactsError> {
        let revisions = Arc::new(Revisions::new(&events.deployments, &events.commits));
        Self::made(Arc::clone(events), revisions, settings, LeadTimes::Measured)
    }

    /// The same events under other settings.
    ///
    /// # Errors
    /// As for [`Facts::new`].
    pub fn under(&self, settings: &Settings, lead_times: LeadTimes) -> Result<Self, FactsError> {
        Self::made(Arc::clone(&self.events), Arc::clone(&self.revisions), settings, lead_times)
    }

    fn made(
        events: Arc<Events>,
        revisions: Arc<Revisions>,
        settings: &Settings,
        lead_times: LeadTimes,
    ) -> Result<Self, FactsError> {
        let deployments = &events.deployments;
        let ownership = Ownership::new(settings, deployments.repo.names().iter().map(String::as_str));
        let mut placements = ownership.of_deployments(deployments)?;
        let mut counted = counted(deployments, &placements);
        let service = |index: usize| placements.get(index).and_then(|placement| placement.counted());
        let first_of = rollouts::merge(deployments, &mut counted, &revisions, service, settings.merge);
        for &merged in first_of.keys() {
            if let Some(placement) = placements.get_mut(merged) {
                placement.left_out = Some(Reason::SameRollout);
            }
        }
        let mut facts = Self {
            revisions,
            ownership,
            placements,
            counted,
            arrivals: Arrivals::default(),
            failures: ByDeployment::default(),
            incidents: Vec::new(),
            reworks: Reworks::default(),
            events,
        };
        // Whether a rollback fails a deployment depends on the commits.
        let needs_commits = lead_times == LeadTimes::Measured || settings.count_rollbacks;
        let arrive = || {
            if needs_commits {
                Arrivals::new(&facts.events, &facts.revisions, &facts.counted)
            } else {
                Arrivals::default()
            }
        };
        let (arrivals, attributed) = both(arrive, || facts.attribute(settings, &first_of));
        let Attributed { incidents, mut failures } = attributed?;
        (facts.arrivals, facts.incidents) = (arrivals, incidents);
        if settings.count_rollbacks {
            failures.extend(facts.failures_by_rollback());
        }
        facts.failures = ByDeployment::new(facts.events.deployments.len(), failures);
        facts.reworks = Reworks::new(&facts, &settings.rework);
        Ok(facts)
    }

    /// What is known of each incident, and which deployments they failed.
    fn attribute(&self, settings: &Settings, first_of: &FxHashMap<usize, usize>) -> Result<Attributed, FactsError> {
        let incidents = &self.events.incidents;
        let mapped: Vec<Mapping> = incidents.iter().map(|incident| self.ownership.of_incident(incident)).collect();
        let left_out: Vec<Option<Reason>> =
            incidents.iter().map(|incident| self.ownership.left_out(incident)).collect();
        let affected: Vec<Option<Vec<ServiceIndex>>> = mapped
            .iter()
            .zip(&left_out)
            .map(|(mapping, left_out)| left_out.is_none().then(|| mapping.services.clone()))
            .collect();
        let service = |index: usize| self.placement(index).counted();
        let links = Attributor::new(&self.events.deployments, &self.revisions, &self.counted, service, settings)
            .with_other_ids(first_of)
            .links(incidents, &affected)?;
        let mut facts = Vec::with_capacity(incidents.len());
        let mut failures = Vec::new();
        let events = incidents.iter().zip(mapped).zip(left_out.into_iter().zip(links)).enumerate();
        for (index, ((incident, Mapping { services, rule }), (left_out, links))) in events {
            for link in &links.attributions {
                failures.push((link.deployment, Failure { rule: link.rule, by: index, validity: link.validity }));
            }
            facts.push(IncidentFact {
                services,
                rule,
                left_out,
                is_over_without_an_end: incident.is_over_without_an_end(),
                refers_to_nothing: links.refers_to_nothing,
                attributions: links.attributions,
                evidence: links.evidence,
            });
        }
        Ok(Attributed { incidents: facts, failures })
    }

    /// A rollback fails the deployment it replaced, from its own instant.
    fn failures_by_rollback(&self) -> impl Iterator<Item = (usize, Failure)> {
        let rollbacks = self.counted.iter().map(|index| *index as usize);
        rollbacks.filter(|&index| self.arrivals.kind(index) == Some(Kind::Rollback)).filter_map(|index| {
            let from = self.events.deployments.finished_at(index)?;
            let failure = Failure { rule: Rule::Rollback, by: index, validity: Validity::since(from) };
            Some((self.arrivals.previous(index)?, failure))
        })
    }

    /// All deployments.
    pub fn deployments(&self) -> &Deployments {
        &self.events.deployments
    }

    /// All incidents, as they were read.
    pub fn incident_events(&self) -> &[Arc<Incident>] {
        &self.events.incidents
    }

    /// All pull requests, as [`Facts::merged`] counts them.
    pub fn requests(&self) -> &[PullRequestTimes] {
        &self.events.requests.times
    }

    /// Where a deployment belongs.
    pub fn placement(&self, deployment: usize) -> Placement {
        let nowhere = Placement::new(None, Some(Reason::NoService));
        self.placements.get(deployment).copied().unwrap_or(nowhere)
    }

    /// What a counted deployment did.
    pub fn kind(&self, deployment: usize) -> Option<Kind> {
        self.arrivals.kind(deployment)
    }

    /// The lead time of a deployment, or why a counted one has none; nothing of one that does not count.
    pub fn lead_time(&self, deployment: usize) -> Option<Result<Seconds, LeadTimeReason>> {
        self.arrivals.lead_time(deployment)
    }

    /// What a deployment's lead time starts at; also of a negative one.
    pub fn start(&self, deployment: usize) -> Option<Start> {
        self.arrivals.start(deployment, &self.events)
    }

    /// The stages of a deployment's lead time.
    pub fn stages(&self, deployment: usize) -> Stages {
        self.arrivals.stages(deployment, &self.events)
    }

    /// The pull requests merged in a deployment, as indices into [`Facts::requests`].
    pub fn merged(&self, deployment: usize) -> &[u32] {
        self.arrivals.merged(deployment)
    }

    /// Hands over the spans of every variant of a deployment's lead time.
    pub fn each_variant(&self, deployment: usize, take: impl FnMut(VariantSpan)) {
        self.arrivals.each_variant(deployment, &self.events, take);
    }

    /// The names of a deployment's commits that are dated in the year 1 or 1970.
    pub fn absurd_commits(&self, deployment: usize) -> impl Iterator<Item = String> + '_ {
        self.arrivals.absurd(deployment, &self.events.commits)
    }

    /// Whether a deployment finishes in the second in which its own commit was made.
    pub fn finishes_with_its_commit(&self, deployment: usize) -> bool {
        self.arrivals.finishes_with_its_commit(deployment)
    }

    /// When a deployment finished.
    pub fn finished_at(&self, deployment: usize) -> Option<Timestamp> {
        self.events.deployments.finished_at(deployment)
    }

    /// Why a deployment failed; empty where it did not.
    pub fn failures(&self, deployment: usize) -> &[Failure] {
        self.failures.of(deployment)
    }

    /// Why a deployment is rework, by rule.
    pub fn rework(&self, deployment: usize) -> &[Rework] {
        self.reworks.of(deployment)
    }

    /// The counted deployment before one in the same repo and environment.
    pub fn previous(&self, deployment: usize) -> Option<usize> {
        self.arrivals.previous(deployment)
    }

    /// When an incident was opened.
    pub fn opened_at(&self, incident: usize) -> Timestamp {
        self.events.incidents.get(incident).map_or(Timestamp(i64::MAX), |incident| incident.opened_at)
    }

    /// When an incident was resolved.
    pub fn resolved_at(&self, incident: usize) -> Option<Timestamp> {
        self.events.incidents.get(incident)?.resolved_at
    }

    /// Whether an incident is over by its status, at an unknown time.
    pub fn is_over_without_an_end(&self, incident: usize) -> bool {
        self.incidents.get(incident).is_some_and(|fact| fact.is_over_without_an_end)
    }
}

/// The deployments that count, in order of finish, id, source.
fn counted(deployments: &Deployments, placements: &[Placement]) -> Vec<u32> {
    let mut counted: Vec<(Timestamp, u32)> = placements
        .iter()
        .zip(0..)
        .filter(|(placement, _)| placement.counted().is_some())
        .filter_map(|(_, index)| Some((deployments.finished_at(index as usize)?, index)))
        .collect();
    let text = |index: u32| (deployments.id.get(index as usize), deployments.source.get(index as usize));
    counted.sort_unstable_by(|(at, a), (bt, b)| at.cmp(bt).then_with(|| text(*a).cmp(&text(*b))));
    counted.into_iter().map(|(_, index)| index).collect()
}

//! The facts about every event, independent of groups and windows: its service, the commits it delivered, why it
//! failed. The metrics read them as plain columns; `published` has the two frames that leave the program.

pub mod arrivals;
mod attribution;
mod by_deployment;
mod codes;
pub mod columns;
pub mod commit_reader;
pub mod commits;
mod ends;
mod error;
mod flat_lists;
mod frame_columns;
pub mod incident_facts;
mod incident_filter;
pub mod incident_links;
pub mod incidents;
pub mod inputs;
pub mod instants;
mod links;
mod named;
mod owner_joins;
pub mod ownership;
pub mod parallel;
mod pieces;
mod placed;
pub mod published;
mod references;
mod repo_pass;
pub mod requests;
pub mod revisions;
pub mod rework;
mod rollouts;
pub mod scan;
pub mod validity;
pub mod words;

use std::sync::{Arc, OnceLock};

pub use error::FactsError;
pub use placed::Placement;

use self::arrivals::{Arrivals, VariantSpan};
use self::attribution::Attributor;
use self::by_deployment::ByDeployment;
use self::commit_reader::CommitReader;
use self::incident_facts::IncidentFacts;
use self::incidents::Incidents;
use self::ownership::Ownership;
use self::parallel::both;
use self::placed::Placed;
use self::requests::Requests;
use self::revisions::Revisions;
use self::rework::{Rework, Reworks};
use self::scan::{Deployments, Events};
use self::validity::Validity;
use self::words::{Kind, LeadTimeReason, Rule, Stages, Start};
use crate::domain::event::Table;
use crate::domain::rework::ReworkRules;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::store::Dataset;

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

/// Whether lead times are wanted: they cost a pass over all commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeadTimes {
    /// They are, and so are the other ways to count them, which cost memory for every commit, and what other policies
    /// of attribution would need.
    InEveryWay,
    /// They are.
    Measured,
    /// Nobody looks at them.
    Unasked,
}

impl LeadTimes {
    /// Whether the facts are made from commits: whether a rollback fails a deployment depends on them too.
    pub fn need_commits(self, settings: &Settings) -> bool {
        self != Self::Unasked || settings.count_rollbacks
    }
}

/// Everything that is known of the events.
#[derive(Debug, Default)]
pub struct Facts {
    events: Arc<Events>,
    revisions: Arc<Revisions>,
    /// The services in force.
    pub ownership: Ownership,
    placed: Arc<Placed>,
    arrivals: Arc<Arrivals>,
    /// Why each failed deployment did.
    failures: ByDeployment<Failure>,
    /// What is known of each incident.
    pub incidents: IncidentFacts,
    rework_rules: ReworkRules,
    /// Whether what other policies of attribution would need is kept.
    in_every_way: bool,
    /// Why deployments are rework: computed at the first call of [`Facts::rework`], which alternatives never
    /// make.
    reworks: OnceLock<Reworks>,
}

/// What attribution finds.
struct Attributed {
    incidents: IncidentFacts,
    /// The deployments that they failed.
    failures: Vec<(usize, Failure)>,
}

impl Facts {
    /// Places, measures and links all events.
    ///
    /// # Errors
    /// The commits cannot be read, or Polars cannot join, which well-formed columns do not cause.
    pub fn new(
        events: &Arc<Events>,
        commits: &CommitReader,
        settings: &Settings,
        lead_times: LeadTimes,
    ) -> Result<Self, FactsError> {
        let revisions = Arc::new(Revisions::new(&events.deployments, commits)?);
        Self::made(Arc::clone(events), commits, revisions, settings, lead_times)
    }

    /// Reads a dataset, and tells what is known of its events. The commits are dropped.
    ///
    /// # Errors
    /// As for [`Facts::new`], or a part of the dataset cannot be read.
    pub fn read(dataset: &Dataset, settings: &Settings) -> Result<Self, FactsError> {
        let (events, commits) = Events::read(dataset, &settings.rework)?;
        Self::new(&Arc::new(events), &commits, settings, LeadTimes::Measured)
    }

    /// The same events under other settings.
    ///
    /// # Errors
    /// As for [`Facts::new`].
    pub fn under(
        &self,
        commits: &CommitReader,
        settings: &Settings,
        lead_times: LeadTimes,
    ) -> Result<Self, FactsError> {
        Self::made(Arc::clone(&self.events), commits, Arc::clone(&self.revisions), settings, lead_times)
    }

    /// The same deployments and commits, and the incidents under settings that differ in what concerns incidents alone.
    ///
    /// # Errors
    /// Polars cannot join, which well-formed columns do not cause.
    pub fn with_incidents_under(&self, settings: &Settings) -> Result<Self, FactsError> {
        let mut facts = Self {
            revisions: Arc::clone(&self.revisions),
            placed: Arc::clone(&self.placed),
            arrivals: Arc::clone(&self.arrivals),
            in_every_way: self.in_every_way,
            ..Self::unlinked(Arc::clone(&self.events), settings)
        };
        let attributed = facts.attribute(settings)?;
        facts.link(attributed, settings);
        Ok(facts)
    }

    fn made(
        events: Arc<Events>,
        commits: &CommitReader,
        revisions: Arc<Revisions>,
        settings: &Settings,
        lead_times: LeadTimes,
    ) -> Result<Self, FactsError> {
        let in_every_way = lead_times == LeadTimes::InEveryWay;
        let mut facts = Self { revisions, in_every_way, ..Self::unlinked(events, settings) };
        let deployments = &facts.events.deployments;
        let placed = Placed::new(deployments, &facts.ownership, &facts.revisions, settings);
        facts.placed = Arc::new(placed.map_err(FactsError::reading(Table::Deployments))?);
        let arrive = || {
            if lead_times.need_commits(settings) {
                Arrivals::new(&facts.events, commits, &facts.revisions, &facts.placed.counted, in_every_way)
            } else {
                Ok(Arrivals::default())
            }
        };
        let (arrivals, attributed) = both(arrive, || facts.attribute(settings));
        facts.arrivals = Arc::new(arrivals?);
        facts.link(attributed?, settings);
        Ok(facts)
    }

    /// The events before anything is known of them.
    fn unlinked(events: Arc<Events>, settings: &Settings) -> Self {
        Self {
            ownership: Ownership::new(settings, events.deployments.repo.names().iter().map(String::as_str)),
            events,
            rework_rules: settings.rework.clone(),
            ..Self::default()
        }
    }

    /// Takes over what attribution found, and what follows from it.
    fn link(&mut self, Attributed { incidents, mut failures }: Attributed, settings: &Settings) {
        self.incidents = incidents;
        if settings.count_rollbacks {
            failures.extend(self.failures_by_rollback());
        }
        self.failures = ByDeployment::new(self.events.deployments.len(), failures);
    }

    /// What is known of each incident, and which deployments they failed.
    fn attribute(&self, settings: &Settings) -> Result<Attributed, FactsError> {
        let Events { deployments, incidents, .. } = &*self.events;
        let linked = || {
            let facts = IncidentFacts::new(&self.ownership, incidents, settings)?;
            let attributor = Attributor::new(deployments, &self.revisions, &self.placed, settings);
            let links = attributor.links(incidents, &facts, self.in_every_way)?;
            Ok(facts.with_links(links))
        };
        let facts = linked().map_err(FactsError::reading(Table::Incidents))?;
        let mut failures = Vec::new();
        for (by, fact) in facts.iter().enumerate() {
            let failed = fact.attributions.iter();
            failures
                .extend(failed.map(|link| (link.deployment, Failure { rule: link.rule, by, validity: link.validity })));
        }
        Ok(Attributed { incidents: facts, failures })
    }

    /// A rollback fails the deployment it replaced, from its own instant.
    fn failures_by_rollback(&self) -> impl Iterator<Item = (usize, Failure)> {
        let rollbacks = self.counted().filter(|&index| self.arrivals.kind(index) == Some(Kind::Rollback));
        rollbacks.filter_map(|index| {
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
    pub fn incident_events(&self) -> &Incidents {
        &self.events.incidents
    }

    /// All pull requests, as [`Facts::merged`] counts them.
    pub fn requests(&self) -> &Requests {
        &self.events.requests
    }

    /// Indices of the deployments that count, in order of finish, id, source.
    pub fn counted(&self) -> impl Iterator<Item = usize> + '_ {
        self.placed.counted.iter().map(|index| *index as usize)
    }

    /// Where a deployment belongs.
    pub fn placement(&self, deployment: usize) -> Placement {
        self.placed.of(deployment)
    }

    /// What a counted deployment did.
    pub fn kind(&self, deployment: usize) -> Option<Kind> {
        self.arrivals.kind(deployment)
    }

    /// The lead time of a deployment, or why a counted one has none; nothing of one that does not count.
    pub fn lead_time(&self, deployment: usize) -> Option<Result<Seconds, LeadTimeReason>> {
        self.arrivals.lead_time(deployment, &self.events)
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

    /// Hands over the spans of every variant of a deployment's lead time, if they are [kept](LeadTimes::InEveryWay).
    pub fn each_variant(&self, deployment: usize, take: impl FnMut(VariantSpan)) {
        self.arrivals.each_variant(deployment, &self.events, take);
    }

    /// The names of a deployment's commits that are dated in the year 1 or 1970.
    pub fn absurd_commits(&self, deployment: usize) -> impl Iterator<Item = String> + '_ {
        self.arrivals.absurd(deployment)
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
        self.reworks().of(deployment)
    }

    fn reworks(&self) -> &Reworks {
        self.reworks.get_or_init(|| Reworks::new(self, &self.rework_rules))
    }

    /// The counted deployment before one in the same repo and environment.
    pub fn previous(&self, deployment: usize) -> Option<usize> {
        self.arrivals.previous(deployment)
    }

    /// When an incident was opened.
    pub fn opened_at(&self, incident: usize) -> Timestamp {
        self.events.incidents.opened_at(incident).unwrap_or(Timestamp(i64::MAX))
    }

    /// When an incident was resolved.
    pub fn resolved_at(&self, incident: usize) -> Option<Timestamp> {
        self.events.incidents.resolved_at(incident)
    }

    /// Whether an incident is over by its status, at an unknown time.
    pub fn is_over_without_an_end(&self, incident: usize) -> bool {
        self.incidents.is_over_without_an_end(incident)
    }
}

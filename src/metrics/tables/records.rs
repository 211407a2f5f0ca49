//! The events behind the figures, each used or left out for a reason.

use std::borrow::Cow;
use std::fmt;

use crate::domain::event::{Deployment, Incident};
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::reason::Reason;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::facts::rework::ReworkRule;
use crate::facts::words::{Kind, LeadTimeReason, Rule, Stages, Start};

/// What failed a deployment; written as the incident's id, or `rollback:ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// An incident.
    Incident {
        /// Its source.
        source: String,
        /// Its id.
        id: String,
    },
    /// A rollback that replaced it.
    Rollback {
        /// Id of the deployment that did.
        id: String,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident { id, .. } => out.write_str(id),
            Self::Rollback { id } => write!(out, "rollback:{id}"),
        }
    }
}

/// A deployment as a report lists it: the columns of [`crate::domain::event::Deployment`] that it shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeploymentEvent<'a> {
    /// Short name of the system it was read from.
    pub source: Cow<'a, str>,
    /// The source's own id.
    pub id: Cow<'a, str>,
    /// `owner/name`.
    pub repo: Cow<'a, str>,
    /// Environment, as written.
    pub environment: Option<Cow<'a, str>>,
    /// The revision put there.
    pub sha: Option<Cow<'a, str>>,
    /// Its status.
    pub status: Cow<'a, str>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// First success, else first terminal status, else none.
    pub finished_at: Option<Timestamp>,
    /// What was run.
    pub task: Option<Cow<'a, str>>,
    /// Where a person can look at it.
    pub url: Option<Cow<'a, str>>,
}

impl<'a> From<&'a Deployment> for DeploymentEvent<'a> {
    fn from(row: &'a Deployment) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        Self {
            source: Cow::Borrowed(&row.source),
            id: Cow::Borrowed(&row.id),
            repo: Cow::Borrowed(&row.repo),
            environment: text(&row.environment),
            sha: text(&row.sha),
            status: Cow::Borrowed(&row.status),
            created_at: row.created_at,
            finished_at: row.finished_at,
            task: text(&row.task),
            url: text(&row.url),
        }
    }
}

/// One deployment, used or left out, as known at the period's end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeploymentRecord<'a> {
    /// The event; what had not happened by the period's known end is missing.
    pub event: DeploymentEvent<'a>,
    /// The service that it belongs to.
    pub service: Option<Cow<'a, ServiceName>>,
    /// That service's team.
    pub team: Option<Cow<'a, TeamName>>,
    /// Whether its instant lies in the period itself, not only in the windows before.
    pub in_period: bool,
    /// Why it does not count; `None`: it counts.
    pub left_out: Option<Reason>,
    /// What it did; `None` where it does not count.
    pub kind: Option<Kind>,
    /// Its lead time.
    pub lead_time: Option<Seconds>,
    /// Why it has none; `None` where it has one or does not count.
    pub lead_time_reason: Option<LeadTimeReason>,
    /// What its lead time starts at; also of a negative one.
    pub start: Option<Start>,
    /// Its stages.
    pub stages: Stages,
    /// Shas of its commits that are dated in the year 1 or 1970: no lead time starts at them.
    pub absurd_commits: Vec<String>,
    /// Whether it finishes in the second in which its commit was made.
    pub finishes_with_its_commit: bool,
    /// Whether it failed; `None` where it does not count or no incident source covers it.
    pub failed: Option<bool>,
    /// What failed it, by rule, then time, then id.
    pub failed_by: Vec<Cause>,
    /// Every rule that applies, in the order explicit, window, rollback.
    pub failed_rules: Vec<Rule>,
    /// Whether it is rework; `None` where it does not count, or no rule holds and no incident source covers it.
    pub rework: Option<bool>,
    /// Every rule of rework that holds, in the order rework, fix, rollback.
    pub rework_rules: Vec<ReworkRule>,
}

impl DeploymentRecord<'_> {
    /// The same with texts of its own.
    pub fn into_owned(self) -> DeploymentRecord<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let event = self.event;
        DeploymentRecord {
            event: DeploymentEvent {
                source: own(event.source),
                id: own(event.id),
                repo: own(event.repo),
                environment: event.environment.map(own),
                sha: event.sha.map(own),
                status: own(event.status),
                created_at: event.created_at,
                finished_at: event.finished_at,
                task: event.task.map(own),
                url: event.url.map(own),
            },
            service: self.service.map(|name| Cow::Owned(name.into_owned())),
            team: self.team.map(|name| Cow::Owned(name.into_owned())),
            in_period: self.in_period,
            left_out: self.left_out,
            kind: self.kind,
            lead_time: self.lead_time,
            lead_time_reason: self.lead_time_reason,
            start: self.start,
            stages: self.stages,
            absurd_commits: self.absurd_commits,
            finishes_with_its_commit: self.finishes_with_its_commit,
            failed: self.failed,
            failed_by: self.failed_by,
            failed_rules: self.failed_rules,
            rework: self.rework,
            rework_rules: self.rework_rules,
        }
    }
}

/// An incident as a report lists it: the columns of [`Incident`] that it shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IncidentEvent<'a> {
    /// Short name of the system it was read from.
    pub source: Cow<'a, str>,
    /// The source's own id.
    pub id: Cow<'a, str>,
    /// Its title (hostile text).
    pub title: Option<Cow<'a, str>>,
    /// Every id and name by which the source knows the service or team.
    pub service_keys: Vec<Cow<'a, str>>,
    /// For example `P2` or `SEV1`.
    pub priority: Option<Cow<'a, str>>,
    /// For example `high`.
    pub urgency: Option<Cow<'a, str>>,
    /// As the source calls it.
    pub status: Option<Cow<'a, str>>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When someone took it.
    pub acknowledged_at: Option<Timestamp>,
    /// When service was restored.
    pub resolved_at: Option<Timestamp>,
    /// The verdict of triage.
    pub caused_by_deploy: Option<bool>,
    /// Its tags.
    pub tags: Vec<Cow<'a, str>>,
    /// Where a person can look at it.
    pub url: Option<Cow<'a, str>>,
}

impl<'a> From<&'a Incident> for IncidentEvent<'a> {
    fn from(row: &'a Incident) -> Self {
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        let list = |list: &'a [String]| list.iter().map(|text| Cow::Borrowed(text.as_str())).collect();
        Self {
            source: Cow::Borrowed(&row.source),
            id: Cow::Borrowed(&row.id),
            title: text(&row.title),
            service_keys: list(&row.service_keys),
            priority: text(&row.priority),
            urgency: text(&row.urgency),
            status: text(&row.status),
            opened_at: row.opened_at,
            acknowledged_at: row.acknowledged_at,
            resolved_at: row.resolved_at,
            caused_by_deploy: row.caused_by_deploy,
            tags: list(&row.tags),
            url: text(&row.url),
        }
    }
}

/// One incident, used or left out, as known at the period's end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncidentRecord<'a> {
    /// The event; what had not happened by the period's known end is missing.
    pub event: IncidentEvent<'a>,
    /// The services that it affects, in config order; empty where it is unmapped.
    pub services: Vec<Cow<'a, ServiceName>>,
    /// Their teams, each once, in the same order.
    pub teams: Vec<Cow<'a, TeamName>>,
    /// Whether it counts.
    pub counted: bool,
    /// Why it does not count, or a remark on one that does.
    pub reason: Option<Reason>,
    /// Whether it is over by its status without an end: neither open nor resolved.
    pub is_over_without_an_end: bool,
    /// Whether it refers to an unknown deployment.
    pub refers_to_nothing: bool,
    /// Time to restore, where it is resolved.
    pub time_to_restore: Option<Seconds>,
    /// The deployment it is attributed to.
    pub link: Option<Link<'a>>,
}

impl IncidentRecord<'_> {
    /// Whether it is open at the period's known end: neither resolved nor over at an unknown time.
    pub fn is_open(&self) -> bool {
        self.event.resolved_at.is_none() && !self.is_over_without_an_end
    }
}

/// An incident's link to a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// Id of the deployment.
    pub deployment_id: Cow<'a, str>,
    /// Its service, which is the one that failed.
    pub service: Option<Cow<'a, ServiceName>>,
    /// That service's team.
    pub team: Option<Cow<'a, TeamName>>,
    /// By which rule.
    pub rule: Rule,
    /// From the deployment's finish to the incident's opening; negative where a reference names a later one.
    pub age: Seconds,
}

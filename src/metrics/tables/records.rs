//! The events behind the figures, each used or left out for a reason.

use std::fmt;

use crate::domain::event::{Deployment, Incident};
use crate::domain::group::{ServiceName, TeamName};
use crate::domain::reason::Reason;
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

/// One deployment, used or left out, as known at the period's end.
#[derive(Debug, Clone, PartialEq)]
pub struct DeploymentRecord {
    /// The event; what had not happened by the period's known end is missing.
    pub event: Deployment,
    /// The service that it belongs to.
    pub service: Option<ServiceName>,
    /// That service's team.
    pub team: Option<TeamName>,
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

/// One incident, used or left out, as known at the period's end.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRecord {
    /// The event; what had not happened by the period's known end is missing.
    pub event: Incident,
    /// The services that it affects, in config order; empty where it is unmapped.
    pub services: Vec<ServiceName>,
    /// Their teams, each once, in the same order.
    pub teams: Vec<TeamName>,
    /// Whether it counts.
    pub counted: bool,
    /// Why it does not count, or a remark on one that does.
    pub reason: Option<Reason>,
    /// Whether it is over by its status without an end: neither open nor resolved.
    pub is_over_without_an_end: bool,
    /// Whether it refers to a deployment that nobody knows.
    pub refers_to_nothing: bool,
    /// Time to restore, where it is resolved.
    pub time_to_restore: Option<Seconds>,
    /// The deployment it is attributed to.
    pub link: Option<Link>,
}

/// An incident's link to a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Id of the deployment.
    pub deployment_id: String,
    /// Its service, which is the one that failed.
    pub service: Option<ServiceName>,
    /// That service's team.
    pub team: Option<TeamName>,
    /// By which rule.
    pub rule: Rule,
    /// From the deployment's finish to the incident's opening; negative where a reference names a later one.
    pub age: Seconds,
}

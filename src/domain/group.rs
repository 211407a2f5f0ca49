//! The groups that have figures: everything, a team, a service.

use std::borrow::Borrow;
use std::fmt;

use serde::Serialize;

/// Name of a configured service, or `owner/name` of a repo that is its own service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ServiceName(pub String);

/// Name of a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TeamName(pub String);

impl fmt::Display for ServiceName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Display for TeamName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The kind of a group; sorts in the order of every output: all, team, service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// The pool of everything.
    All,
    /// The pool of a team's services.
    Team,
    /// One service.
    Service,
}

impl GroupKind {
    /// The kind that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::All, Self::Team, Self::Service].into_iter().find(|kind| kind.as_str() == text)
    }

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Team => "team",
            Self::Service => "service",
        }
    }
}

/// One group of events that figures are computed over; sorts by kind, then name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    /// Its kind.
    pub kind: GroupKind,
    /// Its name; `all` for the whole.
    pub name: String,
}

impl Group {
    /// The pool of everything.
    pub fn all() -> Self {
        Self { kind: GroupKind::All, name: "all".into() }
    }

    /// Whether an event that affects some services and their teams is one of its own.
    pub fn has_any(&self, services: &[impl Borrow<ServiceName>], teams: &[impl Borrow<TeamName>]) -> bool {
        match self.kind {
            GroupKind::All => true,
            GroupKind::Team => teams.iter().any(|team| team.borrow().0 == self.name),
            GroupKind::Service => services.iter().any(|service| service.borrow().0 == self.name),
        }
    }

    /// Whether an event of a service and its team is one of its own.
    pub fn has(&self, service: Option<&ServiceName>, team: Option<&TeamName>) -> bool {
        self.has_any(service.map_or(&[], std::slice::from_ref), team.map_or(&[], std::slice::from_ref))
    }
}

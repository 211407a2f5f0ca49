//! Why there may be no figure.

use crate::domain::time::Span;

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoData {
    /// The period lies after `as_of`.
    NotYet,
    /// No repo belongs to the group.
    NoRepos,
    /// Not every repo of the group was read over the whole period.
    DeploymentsNotRead {
        /// Repos with a gap, sorted.
        repos: Vec<String>,
        /// The span in which all of them were read, if there is any, nearest to the period.
        read: Option<Span>,
    },
    /// Deployments were read, but none has both an environment that counts and a known status.
    NothingCounted,
    /// Incidents were read, and none of them belongs to a service.
    IncidentsUnmapped,
    /// There is no incident source at all.
    NoIncidentSource,
    /// Not every incident source was read over the whole period.
    IncidentsNotRead {
        /// Sources with a gap, sorted.
        sources: Vec<String>,
        /// The span in which all of them were read, if there is any, nearest to the period.
        read: Option<Span>,
    },
}

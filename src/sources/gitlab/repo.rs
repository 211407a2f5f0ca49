//! What every row of one project shares.

use crate::domain::time::Timestamp;

/// What every row of one project shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repo {
    /// Its number, which stays when it is renamed.
    pub(super) id: String,
    /// `group/subgroup/name`, as GitLab writes it now.
    pub(super) name: String,
    /// Its page, for people.
    pub(super) url: Option<String>,
    /// When its rows are read.
    pub(super) observed_at: Timestamp,
}

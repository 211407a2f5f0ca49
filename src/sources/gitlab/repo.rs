//! The values that all rows of a project share.

use crate::domain::time::Timestamp;

/// The values that all rows of a project share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repo {
    /// The id, which stays the same after a rename.
    pub(super) id: String,
    /// `group/subgroup/name`, as GitLab writes it now.
    pub(super) name: String,
    /// Its page, for people.
    pub(super) url: Option<String>,
    /// When its rows are read.
    pub(super) observed_at: Timestamp,
}

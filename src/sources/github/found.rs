//! What a run found of a repo's deployments, or of the records that are read as deployments.

use super::chain::Chain;
use super::map::Repo;
use crate::domain::event::Deployment;

/// A repo's deployments as a run found them.
pub(super) struct Found {
    /// What it is called now.
    pub(super) repo: Repo,
    /// Every row handed on.
    pub(super) rows: Vec<Deployment>,
    /// Whether the oldest deployment of all was read.
    pub(super) exhausted: bool,
    /// The reading they belong to.
    pub(super) chain: Chain,
}

/// What became of reading a repo under a name.
pub(super) enum Outcome {
    Found(Found),
    /// It is called so now; what is known of it may stand under the name it had.
    Renamed {
        from: String,
        to: String,
    },
}

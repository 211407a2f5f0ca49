//! The files that a write will add to the dataset, and those that it will remove.

use std::path::PathBuf;

use super::durable::Staged;

/// What one commit does.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) staged: Vec<Staged>,
    pub(super) remove: Vec<PathBuf>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.staged.is_empty() && self.remove.is_empty()
    }
}

//! What the dataset already has of the repos of a source, so that a run asks for the rest alone.

use std::collections::BTreeMap;

use crate::domain::time::Timestamp;

/// What is known of all repos, by name.
pub type KnownRepos = BTreeMap<String, KnownRepo>;

/// What the dataset already knows of one repo.
#[derive(Debug, Clone, Default)]
pub struct KnownRepo {
    /// Deployments: id, when created, sha, and whether its state is terminal.
    pub deployments: Vec<KnownDeployment>,
    /// Commits: sha and parents.
    pub commits: Vec<(String, Vec<String>)>,
    /// Merged pull requests: number, and the commit that the merge made.
    pub pull_requests: Vec<(i64, String)>,
    /// The cursor that the last run left, if it was interrupted within this repo.
    pub cursor: Option<String>,
    /// The instant up to which the last complete run covers this repo.
    pub covered_to: Option<Timestamp>,
    /// The instant from which it covers this repo without a gap.
    pub covered_from: Option<Timestamp>,
}

/// A deployment that the dataset already has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDeployment {
    /// Its id.
    pub id: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Its revision.
    pub sha: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// Whether it has succeeded, failed or ended otherwise.
    pub terminal: bool,
    /// Whether it has succeeded.
    pub succeeded: bool,
}

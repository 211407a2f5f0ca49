//! What the dataset has of repos, in the form in which sources take it.

use std::collections::BTreeMap;

use crate::sources::known::{KnownDeployment, KnownRepo, KnownRepos};
use crate::store::known::{RepoHistory, StoredDeployment};

/// By repo.
pub(super) fn known(repos: BTreeMap<String, RepoHistory>) -> KnownRepos {
    repos.into_iter().map(|(repo, history)| (repo, of_repo(history))).collect()
}

fn of_repo(history: RepoHistory) -> KnownRepo {
    KnownRepo {
        deployments: history.deployments.into_iter().map(deployment).collect(),
        commits: history.commits,
        pull_requests: history.pull_requests,
        cursor: history.cursor,
        covered_to: history.covered.map(|span| span.to),
        covered_from: history.covered.map(|span| span.from),
    }
}

fn deployment(stored: StoredDeployment) -> KnownDeployment {
    KnownDeployment {
        id: stored.id,
        created_at: stored.created_at,
        sha: stored.sha,
        environment: stored.environment,
        terminal: stored.ended,
        succeeded: stored.succeeded,
    }
}

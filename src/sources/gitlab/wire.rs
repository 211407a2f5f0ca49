//! GitLab's JSON. Whatever may be absent is optional; unknown states are kept as text.

use serde::Deserialize;

use super::changes::Changed;
use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::without_nulls;
use crate::sources::instants::{instant_or_zero, maybe_instant};

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Project {
    pub(super) id: i64,
    pub(super) path_with_namespace: String,
    #[serde(default)]
    pub(super) web_url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deployment {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) r#ref: Option<String>,
    #[serde(default)]
    pub(super) sha: Option<String>,
    #[serde(default)]
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) updated_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) finished_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) environment: Option<Environment>,
    #[serde(default)]
    pub(super) deployable: Option<Job>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    #[serde(default)]
    pub(super) username: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Environment {
    #[serde(default)]
    pub(super) id: Option<i64>,
    #[serde(default)]
    pub(super) name: Option<String>,
}

/// The CI job that deployed.
#[derive(Debug, Deserialize)]
pub(super) struct Job {
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) web_url: Option<String>,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) finished_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) id: String,
    /// `None`, or one of them `None`: not all parents are known.
    #[serde(default)]
    pub(super) parent_ids: Option<Vec<Option<String>>>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) authored_date: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) committed_date: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) created_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MergeRequest {
    pub(super) iid: i64,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) author: Option<User>,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) labels: Vec<String>,
    #[serde(default)]
    pub(super) source_branch: Option<String>,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) updated_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) merged_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) merge_commit_sha: Option<String>,
    #[serde(default)]
    pub(super) squash_commit_sha: Option<String>,
    /// The head of its branch.
    #[serde(default)]
    pub(super) sha: Option<String>,
    /// Comments by people and bots, without those that GitLab writes itself.
    #[serde(default)]
    pub(super) user_notes_count: Option<u64>,
}

impl Changed for Deployment {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

impl Changed for MergeRequest {
    fn id(&self) -> i64 {
        self.iid
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Issue {
    pub(super) id: i64,
    pub(super) iid: i64,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) state: Option<String>,
    /// `incident`, `issue` and so on.
    #[serde(default, rename = "issue_type")]
    pub(super) kind: Option<String>,
    /// In capital letters, for an incident.
    #[serde(default)]
    pub(super) severity: Option<String>,
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) labels: Vec<String>,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "instant_or_zero")]
    pub(super) updated_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) closed_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) web_url: Option<String>,
    /// The issue of another project that continues this one.
    #[serde(default)]
    pub(super) moved_to_id: Option<i64>,
    #[serde(default, rename = "_links")]
    pub(super) links: Option<Links>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Links {
    #[serde(default)]
    pub(super) closed_as_duplicate_of: Option<String>,
}

impl Changed for Issue {
    fn id(&self) -> i64 {
        self.id
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::described::{
        reads_what_is_described as described, reads_what_is_described_but as described_but,
    };

    #[test]
    fn every_field_that_is_read_is_in_the_description_of_the_service() {
        described::<Project>(&[("GET /api/v4/projects/{id}", "")]);
        described::<Project>(&[("GET /api/v4/groups/{id}/projects", "[]")]);
        let deployments = "GET /api/v4/projects/{id}/deployments";
        // Its own end is not shown by any version so far.
        described_but::<Deployment>(&[(deployments, "[]")], &["finished_at"]);
        described::<User>(&[(deployments, "[].user")]);
        described::<User>(&[(deployments, "[].deployable.user")]);
        described::<Environment>(&[(deployments, "[].environment")]);
        described::<Job>(&[(deployments, "[].deployable")]);
        described::<Commit>(&[("GET /api/v4/projects/{id}/repository/commits", "[]")]);
        described::<MergeRequest>(&[("GET /api/v4/projects/{id}/merge_requests", "[]")]);
        described::<User>(&[("GET /api/v4/projects/{id}/merge_requests", "[].author")]);
        described::<Issue>(&[("GET /api/v4/projects/{id}/issues", "[]")]);
        described::<Links>(&[("GET /api/v4/projects/{id}/issues", "[]._links")]);
    }
}

//! GitHub's JSON as our queries ask for it. A missing field is an error; empty entries of lists were removed before.
//!
//! Ids are 64 bits wide, whatever the schema says of `Int`; unknown states are kept as text.

use serde::Deserialize;

use crate::domain::time::Timestamp;
use crate::sources::instants::{instant, maybe_instant};

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connection<T> {
    pub(super) page_info: PageInfo,
    pub(super) nodes: Vec<T>,
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    pub(super) has_next_page: bool,
    pub(super) end_cursor: Option<String>,
}

impl PageInfo {
    /// Whether it says that there is more, and not where.
    pub(super) fn contradicts_itself(&self) -> bool {
        self.has_next_page && self.end_cursor.is_none()
    }

    /// The cursor of the next page, if there is one.
    pub(super) fn next(&self) -> Option<String> {
        self.end_cursor.clone().filter(|_| self.has_next_page)
    }
}

/// A list of which one page is enough.
#[derive(Debug, Deserialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<T>,
}

/// A list of which only the length is asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Total {
    pub(super) total_count: u64,
}

/// `data` of a query below a repo.
#[derive(Debug, Deserialize)]
pub(super) struct InRepository<T> {
    pub(super) repository: T,
}

/// `data` of the query for an owner's repos.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Owner {
    pub(super) repository_owner: Option<Repositories>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repositories {
    pub(super) repositories: Connection<Listed>,
}

/// A repo in a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    pub(super) name_with_owner: String,
    pub(super) is_empty: bool,
}

/// A repo with a page of its deployments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repository {
    pub(super) name_with_owner: String,
    pub(super) url: String,
    pub(super) deployments: Connection<Deployment>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deployment {
    pub(super) id: String,
    pub(super) database_id: i64,
    pub(super) commit_oid: String,
    pub(super) environment: Option<String>,
    pub(super) task: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
    pub(super) r#ref: Option<Named>,
    pub(super) creator: Option<Actor>,
    pub(super) statuses: Option<Connection<Status>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Actor {
    #[serde(rename = "__typename", default)]
    pub(super) kind: Option<String>,
    pub(super) login: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) state: String,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
}

/// `data` of a query for one thing by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Node<T> {
    pub(super) node: Option<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Statuses {
    pub(super) statuses: Option<Connection<Status>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reviews {
    pub(super) reviews: Option<Connection<Review>>,
}

/// What a revision is. GitHub has none where the object is missing, and no history where it is no commit.
#[derive(Debug, Deserialize)]
pub(super) struct Revision<T> {
    pub(super) object: Option<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) history: Option<Connection<Commit>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parents {
    pub(super) parents: Option<Connection<Option<Oid>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Commit {
    pub(super) oid: String,
    #[serde(deserialize_with = "instant")]
    pub(super) authored_date: Timestamp,
    #[serde(deserialize_with = "instant")]
    pub(super) committed_date: Timestamp,
    pub(super) parents: Connection<Option<Oid>>,
    pub(super) associated_pull_requests: Option<Associated>,
}

/// The first pull requests that hold a commit, and how many there are.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Associated {
    #[serde(default)]
    pub(super) total_count: u64,
    pub(super) nodes: Vec<PullRequest>,
}

/// The repo that a pull request goes into.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Base {
    pub(super) name_with_owner: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Oid {
    pub(super) oid: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PullRequest {
    pub(super) id: String,
    pub(super) number: i64,
    pub(super) title: String,
    pub(super) head_ref_name: String,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
    #[serde(deserialize_with = "maybe_instant")]
    pub(super) merged_at: Option<Timestamp>,
    pub(super) author: Option<Actor>,
    pub(super) base_repository: Option<Base>,
    pub(super) merge_commit: Option<Oid>,
    pub(super) labels: Option<Nodes<Named>>,
    pub(super) commits: Nodes<ListedCommit>,
    pub(super) reviews: Option<Connection<Review>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ListedCommit {
    pub(super) commit: Authored,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authored {
    #[serde(deserialize_with = "instant")]
    pub(super) authored_date: Timestamp,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review {
    #[serde(deserialize_with = "maybe_instant")]
    pub(super) submitted_at: Option<Timestamp>,
    pub(super) state: String,
    pub(super) author: Option<Actor>,
}

/// How much there is of one repo.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extent {
    pub(super) name_with_owner: String,
    pub(super) deployments: Total,
    pub(super) releases: Total,
    pub(super) pull_requests: Total,
    pub(super) default_branch_ref: Option<Branch>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) target: Option<Head>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) history: Option<Total>,
}

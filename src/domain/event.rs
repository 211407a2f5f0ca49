//! The four tables of events, one struct per row, with the columns and names of the published dataset.
//!
//! A missing value is `None`. The metrics decide which events count.

use super::time::Timestamp;

/// One attempt to put a revision into one environment. Key: `source`, `id`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deployment {
    /// Short name of the system it was read from (letters, digits, `-`, `_`).
    pub source: String,
    /// The source's own id, as text.
    pub id: String,
    /// `owner/name`, with further groups in between where the system has them.
    pub repo: String,
    /// Current environment, as written; `None` matches no pattern.
    pub environment: Option<String>,
    /// The revision put there.
    pub sha: Option<String>,
    /// Branch or tag it was asked for.
    pub r#ref: Option<String>,
    /// `success` where it ever succeeded, else its terminal or newest state in lower case.
    pub status: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// First success, else first terminal status, else none.
    pub finished_at: Option<Timestamp>,
    /// What was run, for example `deploy`.
    pub task: Option<String>,
    /// Who asked for it.
    pub creator: Option<String>,
    /// Where a person can look at it.
    pub url: Option<String>,
    /// When this row was read.
    pub observed_at: Timestamp,
}

/// One commit reachable from something deployed. Key: `repo`, `sha`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commit {
    /// `owner/name`.
    pub repo: String,
    /// Its name in git.
    pub sha: String,
    /// Its parents in order; empty for a root; `None` where they were not read.
    pub parents: Option<Vec<String>>,
    /// When it was written.
    pub authored_at: Timestamp,
    /// When it was applied.
    pub committed_at: Timestamp,
    /// Number of the pull request that brought it.
    pub pull_request: Option<i64>,
    /// When this row was read.
    pub observed_at: Timestamp,
}

/// One merged pull request. Key: `repo`, `number`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PullRequest {
    /// `owner/name`.
    pub repo: String,
    /// Its number in the repo.
    pub number: i64,
    /// Its title (hostile text).
    pub title: Option<String>,
    /// Who opened it.
    pub author: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// The branch it came from.
    pub head_ref: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Authored instant of its first listed commit.
    pub first_commit_at: Option<Timestamp>,
    /// First review by a person other than the author.
    pub first_review_at: Option<Timestamp>,
    /// First approval.
    pub approved_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// The commit that its merge made on the target branch.
    pub merge_sha: Option<String>,
    /// When this row was read.
    pub observed_at: Timestamp,
}

/// The status of an issue closed as not planned, which does not count as an incident by default.
pub const NOT_PLANNED: &str = "not_planned";

/// One incident or qualifying alert. Key: `source`, `id`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Incident {
    /// Short name of the system it was read from.
    pub source: String,
    /// The source's own id, as text.
    pub id: String,
    /// Its title (hostile text).
    pub title: Option<String>,
    /// Every id and name by which the source knows the service or team.
    pub service_keys: Vec<String>,
    /// For example `P2` or `SEV1`.
    pub priority: Option<String>,
    /// For example `high`.
    pub urgency: Option<String>,
    /// As the source calls it; `merged` is a duplicate of another and counts nowhere.
    pub status: Option<String>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When someone took it. This does not restore anything.
    pub acknowledged_at: Option<Timestamp>,
    /// When service was restored.
    pub resolved_at: Option<Timestamp>,
    /// The verdict of triage; `None` if there is no verdict.
    pub caused_by_deploy: Option<bool>,
    /// Id or sha of the deployment that caused it.
    pub deployment_ref: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where a person can look at it.
    pub url: Option<String>,
    /// When this row was read.
    pub observed_at: Timestamp,
}

/// Which of the four tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// [`Deployment`] rows.
    Deployments,
    /// [`Commit`] rows.
    Commits,
    /// [`PullRequest`] rows.
    PullRequests,
    /// [`Incident`] rows.
    Incidents,
}

impl Table {
    /// All four, in the order in which they are described.
    pub const ALL: [Self; 4] = [Self::Deployments, Self::Commits, Self::PullRequests, Self::Incidents];

    /// Whether the dataset keeps which spans of it were read completely.
    pub fn has_coverage(self) -> bool {
        matches!(self, Self::Deployments | Self::Incidents)
    }

    /// The names of its columns, in order: those of the dataset and of import files.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Deployments => &[
                "source",
                "id",
                "repo",
                "environment",
                "sha",
                "ref",
                "status",
                "created_at",
                "finished_at",
                "task",
                "creator",
                "url",
                "observed_at",
            ],
            Self::Commits => &["repo", "sha", "parents", "authored_at", "committed_at", "pull_request", "observed_at"],
            Self::PullRequests => &[
                "repo",
                "number",
                "title",
                "author",
                "labels",
                "head_ref",
                "opened_at",
                "first_commit_at",
                "first_review_at",
                "approved_at",
                "merged_at",
                "merge_sha",
                "observed_at",
            ],
            Self::Incidents => &[
                "source",
                "id",
                "title",
                "service_keys",
                "priority",
                "urgency",
                "status",
                "opened_at",
                "acknowledged_at",
                "resolved_at",
                "caused_by_deploy",
                "deployment_ref",
                "tags",
                "url",
                "observed_at",
            ],
        }
    }

    /// What command lines and configurations call it, like `pull-requests`.
    pub fn name(self) -> String {
        self.folder().replace('_', "-")
    }

    /// Its rows in a sentence, like `pull requests`.
    pub fn plural(self) -> String {
        self.folder().replace('_', " ")
    }

    /// The name of its folder in the dataset.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Deployments => "deployments",
            Self::Commits => "commits",
            Self::PullRequests => "pull_requests",
            Self::Incidents => "incidents",
        }
    }
}

/// Rows of one table, as a source hands them on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Deployments.
    Deployments(Vec<Deployment>),
    /// Commits.
    Commits(Vec<Commit>),
    /// Pull requests.
    PullRequests(Vec<PullRequest>),
    /// Incidents.
    Incidents(Vec<Incident>),
}

impl Rows {
    /// No rows of a table.
    pub fn none_of(table: Table) -> Self {
        match table {
            Table::Deployments => Self::Deployments(Vec::new()),
            Table::Commits => Self::Commits(Vec::new()),
            Table::PullRequests => Self::PullRequests(Vec::new()),
            Table::Incidents => Self::Incidents(Vec::new()),
        }
    }

    /// The table they belong to.
    pub fn table(&self) -> Table {
        match self {
            Self::Deployments(_) => Table::Deployments,
            Self::Commits(_) => Table::Commits,
            Self::PullRequests(_) => Table::PullRequests,
            Self::Incidents(_) => Table::Incidents,
        }
    }

    /// One batch per table, rows in the order in which they came.
    pub fn by_table(batches: Vec<Self>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::new();
        for batch in batches {
            match (joined.iter_mut().find(|rows| rows.table() == batch.table()), batch) {
                (Some(Self::Deployments(rows)), Self::Deployments(more)) => rows.extend(more),
                (Some(Self::Commits(rows)), Self::Commits(more)) => rows.extend(more),
                (Some(Self::PullRequests(rows)), Self::PullRequests(more)) => rows.extend(more),
                (Some(Self::Incidents(rows)), Self::Incidents(more)) => rows.extend(more),
                (_, batch) => joined.push(batch),
            }
        }
        joined
    }

    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Deployments(rows) => rows.len(),
            Self::Commits(rows) => rows.len(),
            Self::PullRequests(rows) => rows.len(),
            Self::Incidents(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

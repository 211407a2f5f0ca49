//! The words for what is known of an event: what a deployment did, where its lead time starts or why it has none, and by
//! which rule it failed. Plain types; the definitions are in the files that find them.

use super::frame_columns::coded;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;

/// What a counted deployment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It delivered new commits, or its commits are unknown.
    Deploy,
    /// The same revision again.
    Redeploy,
    /// An ancestor of the revision before.
    Rollback,
}

impl Kind {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Redeploy => "redeploy",
            Self::Rollback => "rollback",
        }
    }
}

/// The stages of one lead time, seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stages {
    /// First commit to opened.
    pub coding: Option<Seconds>,
    /// Opened to first review, or to the merge where there was none.
    pub pickup: Option<Seconds>,
    /// First review to merged.
    pub review: Option<Seconds>,
    /// Merged to deployed.
    pub deploy: Option<Seconds>,
}

/// What a lead time starts at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// When.
    pub at: Timestamp,
    /// The commit that was written then; `None` where only the first commit of a pull request is known.
    pub sha: Option<String>,
    /// Number of the pull request that holds the start; `None` for a commit without one.
    pub pull_request: Option<i64>,
}

/// Ways to count a lead time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// Each deployment from the first commit of its batch: the headline.
    Deployment,
    /// Each pull request, and each commit without one, from its first commit.
    Change,
    /// Each commit from its commit time.
    Commit,
    /// Each pull request from its opening: hides the work before it.
    PullRequestOpened,
}

impl Variant {
    /// All of them, in the order of the outputs.
    pub const ALL: [Self; 4] = [Self::Deployment, Self::Change, Self::Commit, Self::PullRequestOpened];

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::Change => "change",
            Self::Commit => "commit",
            Self::PullRequestOpened => "pull-request-opened",
        }
    }
}

/// Why a counted deployment has no lead time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadTimeReason {
    /// It is the first known one of its repo and environment.
    FirstDeployment,
    /// The same revision again.
    Redeploy,
    /// An ancestor of the revision before.
    Rollback,
    /// Its revision, or commits between the two, were not read.
    UnknownCommits,
    /// Its first commit is dated after it.
    Negative,
}

impl LeadTimeReason {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstDeployment => "first-deployment",
            Self::Redeploy => "redeploy",
            Self::Rollback => "rollback",
            Self::UnknownCommits => "unknown-commits",
            Self::Negative => "negative",
        }
    }
}

/// By which rule a deployment failed or an incident is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A reference or a flag says so.
    Explicit,
    /// The clock alone.
    Window,
    /// A rollback replaced it.
    Rollback,
}

impl Rule {
    /// All rules in the order of the outputs.
    pub const ALL: [Self; 3] = [Self::Explicit, Self::Window, Self::Rollback];

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explicit => "explicit",
            Self::Window => "window",
            Self::Rollback => "rollback",
        }
    }
}

coded!(Rule: Explicit, Window, Rollback);

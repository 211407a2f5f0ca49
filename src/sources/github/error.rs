//! The errors of GitHub: those that end a run, and those that affect only one repo.

use thiserror::Error;

use super::refusal::refusal;
use crate::http::HttpError;

/// An error that ends the run. Events emitted before remain valid.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum GitHubError {
    /// The token or the App is not accepted, or may not read what was asked.
    #[error("GitHub does not accept the token: {cause}; {advice}")]
    Authentication {
        /// In GitHub's words.
        cause: String,
        /// What helps.
        advice: String,
    },
    /// The App's private key cannot be used.
    #[error("the App's private key cannot be used: {cause}; it is the PEM file that GitHub made for the App")]
    PrivateKey {
        /// Why.
        cause: String,
    },
    /// A token would have travelled unencrypted, or cannot be sent at all.
    #[error("{0}")]
    Refused(HttpError),
    /// GitHub cannot be reached.
    #[error("{0}")]
    Unreachable(HttpError),
    /// The limit outlasts the longest wait.
    #[error("{0}")]
    Limit(HttpError),
    /// The owner of the wanted repos does not exist, or the token does not see it.
    #[error("GitHub knows no owner `{owner}`, or does not show it to this token; check the name and the token")]
    NoOwner {
        /// Its login.
        owner: String,
    },
    /// What was asked for is not shown to the token.
    #[error("GitHub does not show it to this token: {cause}")]
    Denied {
        /// In GitHub's words.
        cause: String,
    },
    /// No repo is left to read.
    #[error("no repo matches: {wanted}; check `org`, `repos`, `exclude` and --repo")]
    NoRepos {
        /// What was asked for.
        wanted: String,
    },
    /// Anything else.
    #[error("GitHub could not be read: {cause}")]
    Failed {
        /// Why.
        cause: String,
    },
    /// The receiver of the events is gone.
    #[error("reading stopped because the dataset no longer accepts rows")]
    Abandoned,
}

impl GitHubError {
    /// A token that is not accepted, in GitHub's words and with the header `X-GitHub-SSO` of the reply.
    pub(super) fn refused(cause: String, sso: Option<&str>) -> Self {
        let advice = refusal(&cause, sso).map(|refusal| refusal.advice);
        let usual = || "check that the token is valid, has not expired and may read the repos".to_owned();
        Self::Authentication { advice: advice.unwrap_or_else(usual), cause }
    }
}

impl From<HttpError> for GitHubError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Refused { .. } => Self::Refused(error),
            HttpError::UnusableToken => Self::refused(error.to_string(), None),
            HttpError::Unreachable { .. }
            | HttpError::Broken { .. }
            | HttpError::TimedOut { .. }
            | HttpError::Server { .. } => Self::Unreachable(error),
            HttpError::Limit { .. } | HttpError::Deadline { .. } => Self::Limit(error),
            _ => Self::Failed { cause: error.to_string() },
        }
    }
}

/// Why one query failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum QueryError {
    /// The whole run has to end.
    Run(GitHubError),
    /// The page is too much for GitHub: ask for a smaller one.
    Heavy(String),
    /// This cannot be read; other things can.
    Here(String),
    /// This is not there, or not shown to this token; other things are.
    Denied(String),
}

impl QueryError {
    /// The error of a query that belongs to no repo: everything ends the run.
    pub(super) fn into_run(self) -> GitHubError {
        match self {
            Self::Run(error) => error,
            Self::Heavy(cause) | Self::Here(cause) => GitHubError::Failed { cause },
            Self::Denied(cause) => GitHubError::Denied { cause },
        }
    }

    /// Why one thing could not be read, and whether it is not shown to us; an error where nothing can be.
    pub(super) fn reason(self) -> Result<(String, bool), GitHubError> {
        match self {
            Self::Run(error) => Err(error),
            Self::Denied(reason) => Ok((reason, true)),
            Self::Heavy(reason) | Self::Here(reason) => Ok((reason, false)),
        }
    }
}

impl From<GitHubError> for QueryError {
    fn from(error: GitHubError) -> Self {
        Self::Run(error)
    }
}

impl From<HttpError> for QueryError {
    /// The host answers other requests, so a missing reply affects only this query.
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Broken { .. }
            | HttpError::TimedOut { .. }
            | HttpError::Server { .. }
            | HttpError::TooLarge { .. }
            | HttpError::Redirected { .. }
            | HttpError::Redirects { .. } => Self::Here(error.to_string()),
            _ => Self::Run(error.into()),
        }
    }
}

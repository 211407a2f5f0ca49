//! Exit codes, documented because scripts branch on them.

use std::process::ExitCode;

use crate::document::ConfigError;
use crate::export::handover::HandoverError;
use crate::export::notify::NotifyError;
use crate::export::pushgateway::PushError;
use crate::export::remote_write::WriteError;
use crate::facts::FactsError;
use crate::http::HttpError;
use crate::metrics::MetricsError;
use crate::platform::Interrupt;
use crate::sources::file::FileError;
use crate::sources::git::GitError;
use crate::sources::github::GitHubError;
use crate::sources::incidents::SourceError as IncidentsError;
use crate::store::StoreError;

/// Why the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// All done.
    Done = 0,
    /// Something unexpected: a disk, a damaged dataset, a defect.
    Unexpected = 1,
    /// The command line or the config is wrong, or another process is writing.
    Usage = 2,
    /// A service knows no such token, or lets it see nothing.
    Access = 3,
    /// A source could not be read, a server could not be written, or a rate limit outlasted the run; for `import`, a
    /// file, a row or a clone could not be read.
    Source = 4,
    /// Done, but on partial data, and `--strict` was given.
    Partial = 5,
    /// Done, but a message of `[notify]` could not be sent; the report is written.
    NotSent = 6,
    /// A gate of `--fail-if` tripped; the report is written.
    Gate = 10,
    /// Ended by SIGINT (Ctrl-C): 128 and the number of the signal, as shells give it.
    Interrupted = 130,
    /// Ended by SIGTERM.
    Terminated = 143,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// A mistake on the command line that clap cannot detect.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// There is no token to ask a service with.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct AccessError(pub(super) String);

/// Nothing of a source could be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct SourceError(pub(super) String);

/// The command was asked to end before it was done.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(
    "interrupted by {}: everything written so far is complete; run the same command again to continue", name(self.0)
)]
pub(super) struct Interrupted(pub(super) Interrupt);

/// What a signal is called.
pub(super) fn name(signal: Interrupt) -> &'static str {
    match signal {
        Interrupt::Int => "SIGINT (Ctrl-C)",
        Interrupt::Term => "SIGTERM",
    }
}

impl From<Interrupt> for Code {
    fn from(signal: Interrupt) -> Self {
        match signal {
            Interrupt::Int => Self::Interrupted,
            Interrupt::Term => Self::Terminated,
        }
    }
}

/// How the reading of one source ended.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ended {
    /// The code of the error that ended it, where one did.
    pub(super) error: Option<Code>,
    /// Repos, services or lists that were begun.
    pub(super) scopes: usize,
    /// Those that were not read to their end.
    pub(super) failed: usize,
    /// Those that the token may not see.
    pub(super) denied: usize,
}

impl Ended {
    /// The exit code of a source: failed, partly read, or read.
    fn code(self) -> Code {
        match self {
            Self { error: Some(code), .. } => code,
            Self { scopes: scopes @ 1.., denied, .. } if denied == scopes => Code::Access,
            Self { scopes: scopes @ 1.., failed, .. } if failed == scopes => Code::Source,
            Self { failed: 1.., .. } => Code::Partial,
            _ => Code::Done,
        }
    }
}

/// The code of a run over several sources. A source that failed is never hidden by another that succeeded; partial data
/// are an error only with `strict`.
pub(super) fn of_sources(sources: impl IntoIterator<Item = Ended>, strict: bool) -> Code {
    let worst = sources.into_iter().map(Ended::code).fold(Code::Done, first);
    if worst == Code::Partial && !strict { Code::Done } else { worst }
}

/// The exit code of two sources together: the lowest code other than [`Code::Done`].
pub(super) fn first(one: Code, other: Code) -> Code {
    [one, other].into_iter().filter(|code| *code != Code::Done).min_by_key(|code| *code as u8).unwrap_or(Code::Done)
}

/// The code of an error.
pub(super) fn of(error: &anyhow::Error) -> Code {
    let of_store = |error: &StoreError| match error {
        StoreError::Locked { .. } | StoreError::NewerFormat { .. } => Code::Usage,
        _ => Code::Unexpected,
    };
    for cause in error.chain() {
        if cause.is::<UsageError>() || cause.is::<ConfigError>() {
            return Code::Usage;
        }
        if let Some(Interrupted(signal)) = cause.downcast_ref::<Interrupted>() {
            return (*signal).into();
        }
        if cause.is::<AccessError>() {
            return Code::Access;
        }
        if cause.is::<FileError>() || cause.is::<GitError>() || cause.is::<SourceError>() {
            return Code::Source;
        }
        if let Some(github) = cause.downcast_ref::<GitHubError>() {
            return match github {
                GitHubError::Authentication { .. }
                | GitHubError::PrivateKey { .. }
                | GitHubError::Denied { .. }
                | GitHubError::NoOwner { .. } => Code::Access,
                GitHubError::Refused(_) | GitHubError::NoRepos { .. } => Code::Usage,
                _ => Code::Source,
            };
        }
        if cause.is::<NotifyError>() {
            return Code::NotSent;
        }
        if let Some(push) = cause.downcast_ref::<PushError>() {
            return match push {
                PushError::Refused { status: 401 | 403, .. } => Code::Access,
                _ => Code::Source,
            };
        }
        if let Some(write) = cause.downcast_ref::<WriteError>() {
            return match write {
                WriteError::Denied { .. } | WriteError::Http(HttpError::UnusableToken) => Code::Access,
                WriteError::Http(HttpError::Refused { .. }) => Code::Usage,
                _ => Code::Source,
            };
        }
        if let Some(handover) = cause.downcast_ref::<HandoverError>() {
            return match handover {
                HandoverError::Denied { .. } | HandoverError::Http { cause: HttpError::UnusableToken, .. } => {
                    Code::Access
                }
                HandoverError::Http { cause: HttpError::Refused { .. }, .. } => Code::Usage,
                HandoverError::Store(store) => of_store(store),
                _ => Code::Source,
            };
        }
        if let Some(incidents) = cause.downcast_ref::<IncidentsError>() {
            return match incidents {
                IncidentsError::Authentication { .. }
                | IncidentsError::Nothing { .. }
                | IncidentsError::Http(HttpError::UnusableToken) => Code::Access,
                IncidentsError::Http(HttpError::Refused { .. }) => Code::Usage,
                _ => Code::Source,
            };
        }
        if let Some(store) = cause.downcast_ref::<StoreError>() {
            return of_store(store);
        }
        if let Some(FactsError::Store(store)) = cause.downcast_ref::<FactsError>() {
            return of_store(store);
        }
        match cause.downcast_ref::<MetricsError>() {
            Some(MetricsError::NothingLeft { .. }) => return Code::Usage,
            Some(MetricsError::Facts(FactsError::Store(store))) => return of_store(store),
            _ => {}
        }
    }
    Code::Unexpected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successful_source_does_not_hide_an_unreadable_one() {
        let read = Ended { scopes: 3, ..Ended::default() };
        let partly = Ended { failed: 1, denied: 1, ..read };
        let down = Ended { failed: 3, ..read };
        let hidden = Ended { failed: 3, denied: 3, ..read };
        let refused = Ended { error: Some(Code::Access), ..Ended::default() };
        for (sources, strict, code) in [
            (vec![read], true, Code::Done),
            (vec![read, partly], false, Code::Done),
            (vec![read, partly], true, Code::Partial),
            (vec![read, down], false, Code::Source),
            (vec![partly, hidden], true, Code::Access),
            (vec![down, refused, read], false, Code::Access),
        ] {
            assert_eq!(of_sources(sources.clone(), strict), code, "{sources:?}");
        }
    }
}

//! The errors of incident sources: those that end a run, and those that affect only one scope or request.

use thiserror::Error;

use crate::http::HttpError;

/// An error that ends the run of one source. What was handed on before is good.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum SourceError {
    /// The key is not accepted, or may not read what was asked.
    #[error("{service} does not accept the key: {cause}; check the key, and that api_url is that of its region")]
    Authentication {
        /// What it is called.
        service: &'static str,
        /// In the service's words.
        cause: String,
    },
    /// The transport failed.
    #[error("{0}")]
    Http(HttpError),
    /// Nothing that is configured is there.
    #[error("{service}: {cause}")]
    Nothing {
        /// What it is called.
        service: &'static str,
        /// What is missing.
        cause: String,
    },
    /// Anything else.
    #[error("{service} could not be read: {cause}")]
    Failed {
        /// What it is called.
        service: &'static str,
        /// Why.
        cause: String,
    },
    /// The receiver of the events is gone.
    #[error("reading stopped because the dataset no longer accepts rows")]
    Abandoned,
}

/// Why one request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) enum QueryError {
    /// The whole run has to end.
    Run(SourceError),
    /// This cannot be read; other things can.
    Here(String),
    /// This is not shown to this key.
    Denied(String),
    /// This is not there.
    Gone(String),
}

impl QueryError {
    /// What was found; nothing where it is gone.
    pub(crate) fn gone_is_none<T>(reply: Result<T, Self>) -> Result<Option<T>, Self> {
        match reply {
            Ok(reply) => Ok(Some(reply)),
            Err(Self::Gone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What was found, else why it is not shown; an error where it cannot be told.
    pub(in crate::sources) fn shown<T>(
        reply: Result<T, Self>,
        service: &'static str,
    ) -> Result<Result<T, String>, SourceError> {
        match reply {
            Ok(reply) => Ok(Ok(reply)),
            Err(Self::Denied(reason) | Self::Gone(reason)) => Ok(Err(reason)),
            Err(error) => error.reason().and_then(|(cause, _)| Err(SourceError::Failed { service, cause })),
        }
    }

    /// The error of a run that cannot go on without what was asked for.
    pub(in crate::sources) fn of(self, service: &'static str) -> SourceError {
        match self.reason() {
            Err(error) => error,
            Ok((cause, true)) => SourceError::Nothing { service, cause },
            Ok((cause, false)) => SourceError::Failed { service, cause },
        }
    }

    /// Why one thing could not be read, and whether it is not shown to us; an error where nothing can be.
    pub(in crate::sources) fn reason(self) -> Result<(String, bool), SourceError> {
        match self {
            Self::Run(error) => Err(error),
            Self::Here(reason) => Ok((reason, false)),
            Self::Denied(reason) | Self::Gone(reason) => Ok((reason, true)),
        }
    }
}

impl From<SourceError> for QueryError {
    fn from(error: SourceError) -> Self {
        Self::Run(error)
    }
}

impl From<HttpError> for QueryError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Broken { .. }
            | HttpError::TimedOut { .. }
            | HttpError::Server { .. }
            | HttpError::TooLarge { .. } => Self::Here(error.to_string()),
            _ => Self::Run(SourceError::Http(error)),
        }
    }
}

//! Why a history cannot be handed over, or not further. No message holds a key.

use thiserror::Error;

use crate::http::HttpError;
use crate::store::StoreError;

/// Why a tool did not take an event, and the command ended.
#[derive(Debug, Error)]
pub enum HandoverError {
    /// The transport failed.
    #[error("{tool}: {cause}")]
    Http {
        /// The tool.
        tool: &'static str,
        /// Why.
        cause: HttpError,
    },
    /// The key is missing rights or is not known.
    #[error("{tool}: does not accept the key: {status}, {said}; set {variable} to a key that may write there")]
    Denied {
        /// The tool.
        tool: &'static str,
        /// The status.
        status: u16,
        /// In the tool's words.
        said: String,
        /// The variable that holds the key.
        variable: String,
    },
    /// What answers is something else.
    #[error("{tool}: what answers is not its API: {status}, {said}; check --url")]
    NoApi {
        /// The tool.
        tool: &'static str,
        /// The status.
        status: u16,
        /// What it answered.
        said: String,
    },
    /// It refused the first events, one after the other.
    #[error(
        "{tool}: refused the first {count} events, so the others were not sent; the last reply was {said}; what was \
         refused can be sent again: run the same command"
    )]
    AllRefused {
        /// The tool.
        tool: &'static str,
        /// How many.
        count: usize,
        /// Why the last one.
        said: String,
    },
    /// Nobody knows whether an event arrived.
    #[error("{tool}: the reply for {event} did not come through ({cause}); run the same command again: {next}")]
    Unconfirmed {
        /// The tool.
        tool: &'static str,
        /// The event.
        event: String,
        /// Why.
        cause: String,
        /// What the next run does.
        next: &'static str,
    },
    /// The ledger cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

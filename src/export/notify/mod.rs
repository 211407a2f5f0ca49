//! Sends the main points of a report: a post to a webhook, and a mail with the report attached. The caller passes the
//! text.
//!
//! A failed message never changes the report.

mod letter;
mod smtp;
mod webhook;

use std::time::Duration;

use thiserror::Error;

use crate::domain::time::Timestamp;
use crate::http::HttpError;

pub(crate) use self::letter::{Attachment, MailText};
pub(crate) use self::smtp::send;
pub(crate) use self::webhook::{Webhook, address};

/// Why a message was not sent. No message holds the address of a webhook or a password.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum NotifyError {
    /// The transport failed.
    #[error("webhook: {0}")]
    Http(HttpError),
    /// No whole reply came in time.
    #[error("webhook: {host}: no complete reply within {} s; the message may have arrived anyway", timeout.as_secs())]
    TimedOut {
        /// The host.
        host: String,
        /// The time that there was.
        timeout: Duration,
    },
    /// The host accepts no more messages for now.
    #[error("webhook: {host}: accepts no more messages until {until}; send it again then")]
    Limit {
        /// The host.
        host: String,
        /// When it can be asked again.
        until: Timestamp,
    },
    /// The host does not take the message.
    #[error("webhook: {host} did not accept the message: {status}, {cause}")]
    Refused {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// In the host's words, with what to do.
        cause: String,
    },
    /// The mail was not taken.
    #[error("mail: {server}: {cause}")]
    Mail {
        /// The server.
        server: String,
        /// Why, with what to do.
        cause: String,
    },
}

impl From<HttpError> for NotifyError {
    /// Two of the transport's errors name flags that not every command has that sends a message.
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::TimedOut { host, timeout, .. } => Self::TimedOut { host, timeout },
            HttpError::Limit { host, until, .. } => Self::Limit { host, until },
            other => Self::Http(other),
        }
    }
}

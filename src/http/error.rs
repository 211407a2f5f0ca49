//! The errors of requests to a service. No message contains a secret: it is removed from quoted bodies and causes.

use std::time::Duration;

use thiserror::Error;

use crate::domain::time::Timestamp;

/// A request that failed after all tries.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum HttpError {
    /// A token would have travelled unencrypted to another machine. Nothing was sent.
    #[error("{host}: a key is not sent over plain http to another machine; write https:// in its place")]
    Refused {
        /// The host.
        host: String,
    },
    /// No connection came about.
    #[error("{host}: cannot be reached: {cause}; check the address, the network and the proxy, then run again")]
    Unreachable {
        /// The host.
        host: String,
        /// Why, in the transport's words.
        cause: String,
    },
    /// Every connection was made and then broke.
    #[error("{host}: the reply did not come through ({cause}), tried {}; run again later", times(*tries))]
    Broken {
        /// The host.
        host: String,
        /// Why, in the transport's words.
        cause: String,
        /// How often it was tried.
        tries: u32,
    },
    /// Every connection was made, but no complete reply arrived in time.
    #[error(
        "{host}: no complete reply within {} s (tried {}); run again later, or set a longer --timeout",
        timeout.as_secs(), times(*tries)
    )]
    TimedOut {
        /// The host.
        host: String,
        /// The time that one try had.
        timeout: Duration,
        /// How often it was tried.
        tries: u32,
    },
    /// The deadline of the command has passed.
    #[error("{host}: the --deadline passed before every request was answered; run again, or set a longer --deadline")]
    Deadline {
        /// The host.
        host: String,
    },
    /// The service failed, every time.
    #[error("{host}: answered {status}, {tries} times: {body}; run again later")]
    Server {
        /// The host.
        host: String,
        /// The last status.
        status: u16,
        /// The last body, shortened.
        body: String,
        /// How often it was tried.
        tries: u32,
    },
    /// The rate limit outlasts the longest wait, or recurs after every wait.
    #[error("{host}: accepts no more requests until {until}, {}: what was done is kept", allowed(*waits, *max_wait))]
    Limit {
        /// The host.
        host: String,
        /// When it can be asked again.
        until: Timestamp,
        /// The longest wait that was allowed.
        max_wait: Duration,
        /// How many waits did not help; 0: the limit outlasts the longest wait.
        waits: u32,
    },
    /// A redirect that neither a token nor a body must follow.
    #[error(
        "{from}: points to {to}, and data for the first is not sent to the second; if the second is right, configure {to}"
    )]
    Redirected {
        /// The host that was asked.
        from: String,
        /// The one it points to.
        to: String,
    },
    /// A redirect without a target, or too many redirects.
    #[error("{host}: redirects {problem}; check the address")]
    Redirects {
        /// The host.
        host: String,
        /// What is wrong with them.
        problem: &'static str,
    },
    /// A body that is too large.
    #[error(
        "{host}: the reply has more than {most}, the limit for one reply; check that the address is that of the API"
    )]
    TooLarge {
        /// The host.
        host: String,
        /// The most that is read, with its unit.
        most: String,
    },
    /// The token contains characters that a header cannot have.
    #[error("the key contains a character that is not allowed in a key (a line break?); set the variable again")]
    UnusableToken,
    /// No request can be made of the address.
    #[error("{host}: the address of a request cannot be used: {cause}; is a name in it too long?")]
    Address {
        /// The host.
        host: String,
        /// Why, in the transport's words.
        cause: String,
    },
    /// The client could not be set up.
    #[error("the HTTP client cannot be set up: {cause}; check the system's certificates")]
    Setup {
        /// Why.
        cause: String,
    },
}

impl HttpError {
    /// The same of a request that was sent once.
    pub(super) fn after_one_try(mut self) -> Self {
        if let Self::Broken { tries, .. } | Self::TimedOut { tries, .. } = &mut self {
            *tries = 1;
        }
        self
    }
}

fn allowed(waits: u32, max_wait: Duration) -> String {
    match waits {
        0 => format!("longer than --max-wait ({}) allows; run again then, or allow a longer wait", minutes(max_wait)),
        _ => format!("and said so again after each of {waits} waits; run again later"),
    }
}

fn times(tries: u32) -> String {
    if tries == 1 { "once".into() } else { format!("{tries} times") }
}

fn minutes(wait: Duration) -> String {
    match wait.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

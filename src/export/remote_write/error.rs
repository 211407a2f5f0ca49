//! Why a server refuses samples, and which setting to change.

use thiserror::Error;

use crate::domain::time::Timestamp;
use crate::http::HttpError;

const DAY: i64 = 86_400_000;

/// Why a batch, or the half of one, is not taken.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// The transport failed.
    #[error("{0}")]
    Http(HttpError),
    /// The samples are older than what the server takes.
    #[error(
        "{url}: accepts no sample as old as {oldest}: {status}, {cause}. Set in its configuration `storage: {{tsdb: \
         {{out_of_order_time_window: {days}d}}}}`, which counts back from its newest sample, and start it with \
         `--storage.tsdb.retention.time={days}d` or more; or import the old history with `backfill openmetrics` and send \
         the rest with --since and a date"
    )]
    TooOld {
        /// The address.
        url: String,
        /// The oldest sample of the batch.
        oldest: Timestamp,
        /// The status: 400, or 500 for ever.
        status: u16,
        /// In the server's words.
        cause: String,
        /// Days that the window has to have.
        days: i64,
    },
    /// The server has another value at that instant.
    #[error("{url}: has another value at that instant: {cause}")]
    Duplicate {
        /// The address.
        url: String,
        /// In the server's words.
        cause: String,
    },
    /// The token is missing or not accepted.
    #[error(
        "{url}: does not accept the login: {status}, {cause}; in [remote_write] set `bearer_token_env`, or `username` and \
         `password_env`, to a login that may write, and where the server has tenants `headers = {{ \"X-Scope-OrgID\" = \"...\" }}`"
    )]
    Denied {
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// In the server's words.
        cause: String,
    },
    /// The address accepts no writes.
    #[error(
        "{url}: accepts no remote writes: {status}, {cause}; start Prometheus with `--web.enable-remote-write-receiver`, and \
         check that `url` in [remote_write] ends in /api/v1/write"
    )]
    NoReceiver {
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// In the server's words.
        cause: String,
    },
    /// Any other refusal.
    #[error(
        "{url}: does not accept the samples: {status}, {cause}; what was sent before is kept, and the next run continues there"
    )]
    Refused {
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// In the server's words.
        cause: String,
    },
}

impl From<HttpError> for WriteError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// Whether the same request would always fail, although its status asks for a retry.
pub(super) fn is_for_ever(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    is_too_old(&body) || body.contains("invalid sample") || body.contains("duplicate sample")
}

fn is_too_old(body: &str) -> bool {
    ["too old sample", "out of bounds", "out of order sample", "timestamp too old"]
        .iter()
        .any(|words| body.to_ascii_lowercase().contains(words))
}

impl WriteError {
    /// Samples below which it makes no sense to send a batch in halves.
    pub(super) fn indivisible(&self) -> usize {
        match self {
            Self::Duplicate { .. } => 1,
            Self::Refused { status: 413, .. } => 64,
            _ => usize::MAX,
        }
    }

    /// What a refusal of a batch means whose oldest sample is of that instant.
    pub(super) fn of(url: &str, status: u16, said: &str, oldest: Option<Timestamp>, now: Timestamp) -> Self {
        let (url, cause) = (url.to_owned(), said.to_owned());
        match (status, oldest) {
            (401 | 403, _) => Self::Denied { url, status, cause },
            (404 | 405 | 200..=299, _) => Self::NoReceiver { url, status, cause },
            (_, Some(oldest)) if is_too_old(said) => {
                Self::TooOld { url, oldest, status, cause, days: window_days(oldest, now) }
            }
            _ if said.contains("duplicate sample") => Self::Duplicate { url, cause },
            _ => Self::Refused { url, status, cause },
        }
    }
}

/// The days that a server has to look back to take a sample of that instant, with one to spare.
pub fn window_days(oldest: Timestamp, now: Timestamp) -> i64 {
    now.0.saturating_sub(oldest.0).div_euclid(DAY) + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_to_set() {
        let now = Timestamp(400 * DAY);
        let said =
            |status, text: &str| WriteError::of("http://x/api/v1/write", status, text, Some(Timestamp(DAY)), now);
        for (status, text) in [(400, "out of bounds"), (400, "out of order sample"), (500, "too old sample")] {
            let words = said(status, text).to_string();
            assert!(words.contains("out_of_order_time_window: 401d") && words.contains(text), "{words}");
            assert!(is_for_ever(text));
        }
        for (status, text, way_out) in [
            (401, "who?", "bearer_token_env"),
            (404, "remote write receiver needs to be enabled", "--web.enable-remote-write-receiver"),
            (413, "too large", "the next run continues there"),
        ] {
            let words = said(status, text).to_string();
            assert!(words.contains(way_out) && words.contains(text) && words.contains(&status.to_string()), "{words}");
            assert!(!is_for_ever(text));
        }
    }
}

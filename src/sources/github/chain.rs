//! The cursor of an interrupted run: how far its deployments were read, and when the reading began.
//!
//! Deployments are read newest first. A run that goes on after an interruption continues below the cursor, and then
//! reads the top down to the instant at which the first of these runs began: what came in between lies above it.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// One reading of a repo, over any number of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// When its first run began, in milliseconds.
    began: i64,
    /// The instant down to which it reads, in milliseconds; it does not cover anything older.
    since: i64,
    /// GitHub's cursor behind the last page that was handed on.
    pub(super) after: Option<String>,
    /// Whether all deployments below the first page were read; commits may be missing.
    pub(super) done: bool,
}

impl Chain {
    pub(super) fn begin(at: Timestamp, since: Timestamp) -> Self {
        Self { began: at.0, since: since.0, after: None, done: false }
    }

    /// Reads a cursor; one that is not ours, did not reach as far back as `since`, or began after `now` (by a clock that
    /// was ahead) counts as none.
    pub(super) fn read(cursor: &str, since: Timestamp, now: Timestamp) -> Option<Self> {
        serde_json::from_str(cursor).ok().filter(|chain: &Self| chain.since <= since.0 && chain.began <= now.0)
    }

    pub(super) fn began(&self) -> Timestamp {
        Timestamp(self.began)
    }

    /// The cursor.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_unchanged_and_a_foreign_cursor_is_ignored() {
        let chain = Chain { began: 5, since: 3, after: Some("Y3Vyc29y\"".into()), done: true };
        let text = chain.text().expect("a cursor");
        assert_eq!(Chain::read(&text, Timestamp(3), Timestamp(5)), Some(chain));
        assert_eq!(Chain::read(&text, Timestamp(2), Timestamp(5)), None, "what is older than it reached was not read");
        assert_eq!(Chain::read(&text, Timestamp(3), Timestamp(4)), None, "it began after now");
        assert_eq!(Chain::read("Y3Vyc29y", Timestamp(3), Timestamp(5)), None);
    }
}

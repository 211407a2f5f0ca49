//! The cursor of an interrupted run within a project: up to which change its deployments were read.
//!
//! Deployments are read in order of change, so a later run continues at the cursor and sees every later change. Merge
//! requests are listed again; commits that are in the dataset are not read again.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

/// The progress within a project, over any number of interrupted runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// When its first run began, in milliseconds.
    began: i64,
    /// From which change on it reads, in milliseconds.
    from: i64,
    /// Up to which change everything was handed on, in milliseconds.
    upto: i64,
}

impl Cursor {
    pub(super) fn begin(began: Timestamp, from: Timestamp) -> Self {
        Self { began: began.0, from: from.0, upto: from.0 }
    }

    /// Reads a cursor; one that is not ours, did not begin as early as `from`, or began after `now` counts as none.
    pub(super) fn read(text: &str, from: Timestamp, now: Timestamp) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|it: &Self| it.from <= from.0 && it.began <= now.0 && it.upto >= it.from)
    }

    /// The change from which the run reads.
    pub(super) fn upto(&self) -> Timestamp {
        Timestamp(self.upto)
    }

    pub(super) fn reached(&mut self, at: Timestamp) {
        self.upto = self.upto.max(at.0);
    }

    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_unchanged_and_a_foreign_cursor_is_ignored() {
        let at = Timestamp;
        let mut cursor = Cursor::begin(at(50), at(10));
        cursor.reached(at(40));
        cursor.reached(at(20));
        let text = cursor.text().expect("a cursor");
        assert_eq!(Cursor::read(&text, at(10), at(50)).map(|cursor| cursor.upto()), Some(at(40)));
        assert_eq!(Cursor::read(&text, at(9), at(50)), None, "what is older was not read");
        assert_eq!(Cursor::read(&text, at(10), at(49)), None, "it began after now");
        assert_eq!(Cursor::read("Y3Vyc29y", at(10), at(50)), None);
    }
}

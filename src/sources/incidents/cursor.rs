//! The cursor of an interrupted walk: the instant up to which it has read, and when the reading began.

use serde::{Deserialize, Serialize};

use super::SETTLED_MS;
use crate::domain::time::Timestamp;

/// One walk over a scope, over any number of runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sources) struct Cursor {
    /// When its first run began, in milliseconds.
    began: i64,
    /// From which instant it was to read, in milliseconds.
    from: i64,
    /// Up to which instant everything was handed on, in milliseconds.
    upto: i64,
}

impl Cursor {
    pub(in crate::sources) fn begin(began: Timestamp, from: Timestamp) -> Self {
        Self { began: began.0, from: from.0, upto: from.0 }
    }

    /// Reads a cursor; one that is not ours, did not begin as early as `from`, or began after `now` counts as none.
    pub(in crate::sources) fn read(text: &str, from: Timestamp, now: Timestamp) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|it: &Self| it.from <= from.0 && it.began <= now.0 && it.upto >= it.from)
    }

    /// From where to go on: what was read before may have changed since, unless it was settled already.
    pub(in crate::sources) fn goes_on(&self, now: Timestamp) -> Timestamp {
        let settled = Timestamp(self.began.saturating_sub(SETTLED_MS));
        // A run at the same instant resumes exactly there.
        if now.0 == self.began { Timestamp(self.upto) } else { Timestamp(self.upto.min(settled.0.max(self.from))) }
    }

    pub(in crate::sources) fn reached(&mut self, at: Timestamp) {
        self.upto = self.upto.max(at.0);
    }

    pub(in crate::sources) fn text(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_walk_resumes_and_rereads_unsettled_history() {
        let day = 86_400_000;
        let at = |days: i64| Timestamp(days * day);
        let mut cursor = Cursor::begin(at(100), at(10));
        cursor.reached(at(40));
        let text = cursor.text().expect("a cursor");
        let read = |from, now| Cursor::read(&text, from, now).map(|cursor| cursor.goes_on(now));
        assert_eq!(read(at(10), at(101)), Some(at(40)));
        assert_eq!(read(at(9), at(101)), None, "what is older was not read");
        assert_eq!(read(at(10), at(99)), None, "it began after now");
        cursor.reached(at(99));
        assert_eq!(cursor.goes_on(at(101)), at(86), "two weeks before its first run began");
        assert_eq!(Cursor::read("x", at(10), at(101)), None);
    }
}

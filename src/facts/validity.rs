//! The span in which a fact is known: a link can change when a later deployment finishes.

use crate::domain::time::Timestamp;

/// The window ends in `(from, until]`: what happens at the end of a window itself is not known at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Validity {
    /// Known at window ends after this instant.
    pub from: Timestamp,
    /// Up to this one, itself included; `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Validity {
    /// From an instant on, for good.
    pub fn since(from: Timestamp) -> Self {
        Self { from, until: None }
    }

    /// Whether a window end is one of them.
    pub fn holds_at(self, end: Timestamp) -> bool {
        self.from < end && self.until.is_none_or(|until| end <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_holds_after_its_beginning_and_up_to_its_end() {
        let known = Validity { from: Timestamp(10), until: Some(Timestamp(20)) };
        let held: Vec<i64> = [10, 11, 20, 21].into_iter().filter(|at| known.holds_at(Timestamp(*at))).collect();
        assert_eq!(held, [11, 20]);
        assert!(Validity::since(Timestamp(10)).holds_at(Timestamp(i64::MAX)));
    }
}

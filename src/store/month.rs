//! A calendar month in UTC, as the folders of parts are named.

use chrono::{Months, NaiveDate};

use crate::domain::time::{Span, Timestamp};

/// A month, as its span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month(Span);

impl Month {
    /// Reads `2026-07`; none where a text names no month.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()?;
        let at = |day: NaiveDate| Timestamp(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis());
        Some(Self(Span { from: at(first), to: at(first.checked_add_months(Months::new(1))?) }))
    }

    /// Whether it contains an instant in milliseconds.
    pub(super) fn contains(self, at: i64) -> bool {
        self.0.contains(Timestamp(at))
    }

    /// From its first instant to that of the next.
    pub(super) fn span(self) -> Span {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_one_that_names_the_part() {
        for at in [-1, 0, 1_772_323_199_999, 1_772_323_200_000, 1_785_542_400_000] {
            let name = Timestamp(at).utc_month();
            assert!(Month::parse(&name).is_some_and(|month| month.contains(at)), "{name}");
            assert!(Month::parse("2027-01").is_some_and(|month| !month.contains(at)));
        }
        assert_eq!((Month::parse("2026-13"), Month::parse("x")), (None, None));
    }
}

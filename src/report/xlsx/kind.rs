//! The kinds of cells and how Excel shows them; instants and durations as the numbers that Excel has for them.
//!
//! Excel counts days: an instant is the days since 1899-12-30 on the clock of the report's zone, a duration is days.

use chrono::{NaiveDate, NaiveDateTime};
use rust_xlsxwriter::{Format, FormatAlign};

use crate::metrics::tables::Unit;

const MILLISECONDS_A_DAY: f64 = 86_400_000.0;
pub(super) const SECONDS_A_DAY: f64 = 86_400.0;

/// Excel takes 1900 for a leap year, so days before March 1900 have other numbers.
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(1900, 3, 1);
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(9999, 12, 31);
const DAY_ZERO: Option<NaiveDate> = NaiveDate::from_ymd_opt(1899, 12, 30);

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Wrapped,
    Flag,
    Count,
    PerDay,
    Share,
    Seconds,
    Duration,
    /// Excel shows no negative time.
    NegativeDuration,
    Day,
    Instant,
}

impl Kind {
    /// A number of a metric as it is.
    pub(super) fn of(unit: Unit) -> Self {
        match unit {
            Unit::PerDay => Self::PerDay,
            Unit::Seconds => Self::Seconds,
            Unit::Ratio => Self::Share,
        }
    }

    /// A duration in days.
    pub(super) fn of_duration(days: f64) -> Self {
        if days < 0.0 { Self::NegativeDuration } else { Self::Duration }
    }

    /// Excel's number format.
    pub(super) fn number_format(self) -> &'static str {
        match self {
            Self::Text | Self::Wrapped | Self::Flag => "General",
            Self::Count => "0",
            Self::PerDay => "0.00",
            Self::Share => "0.0%",
            Self::Seconds => "#,##0",
            Self::Duration => "[>=2]0.0\" d\";[h]:mm:ss",
            Self::NegativeDuration => "0.0000\" d\"",
            Self::Day => "yyyy-mm-dd",
            Self::Instant => "yyyy-mm-dd hh:mm:ss",
        }
    }

    pub(super) fn format(self) -> Format {
        let format = Format::new().set_num_format(self.number_format());
        match self {
            // With the prefix a text stays one where a reader edits the cell.
            Self::Text => format.set_quote_prefix(),
            Self::Wrapped => format.set_quote_prefix().set_text_wrap().set_align(FormatAlign::Top),
            _ => format,
        }
    }

    /// Letters that its widest value needs; texts are measured.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Text | Self::Wrapped => 0,
            Self::Flag | Self::Count | Self::PerDay | Self::Share => 8,
            Self::Seconds | Self::Duration | Self::NegativeDuration | Self::Day => 11,
            Self::Instant => 19,
        }
    }
}

/// The number of a day; none outside Excel's years.
pub(super) fn day_number(day: NaiveDate) -> Option<f64> {
    let is_in = FIRST_DAY.is_some_and(|first| day >= first) && LAST_DAY.is_some_and(|last| day <= last);
    is_in.then_some(day.signed_duration_since(DAY_ZERO?).num_days() as f64)
}

/// The number of an instant on a clock; none outside Excel's years.
pub(super) fn instant_number(clock: NaiveDateTime) -> Option<f64> {
    let time = clock.time().signed_duration_since(chrono::NaiveTime::MIN).num_milliseconds();
    Some(day_number(clock.date())? + time as f64 / MILLISECONDS_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{Timestamp, Zone};

    #[test]
    fn days_and_instants_have_the_numbers_of_excel() {
        let day = |text: &str| day_number(text.parse().expect("a date"));
        // Microsoft: DATEVALUE("2011-08-22") is 40777, DATEVALUE("2008-01-01") is 39448.
        assert_eq!(day("2011-08-22"), Some(40_777.0));
        assert_eq!(day("2008-01-01"), Some(39_448.0));
        assert_eq!(day("1900-03-01"), Some(61.0));
        assert_eq!((day("1900-02-28"), day("0001-01-01")), (None, None));
        let at = Timestamp::parse("2026-06-30T22:00:00Z").expect("an instant");
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        assert_eq!(instant_number(berlin.local(at)), day("2026-07-01"));
        assert_eq!(instant_number(Zone::UTC.local(at)), day("2026-06-30").map(|day| day + 22.0 / 24.0));
    }
}

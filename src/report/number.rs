//! Numbers that people read: rates, durations, shares, changes, dates.
//!
//! Two digits that matter, a plain space before the unit, U+2212 as minus. What is not finite reads as "no value";
//! it never reaches a page as `NaN`. Machines get their numbers from the CSV and JSON instead.

use chrono::{Datelike, NaiveDate};

use crate::domain::time::{Timestamp, Zone};
use crate::domain::unit::Interval;
use crate::metrics::tables::Unit;

/// Printed for a number that is not finite.
const NO_VALUE: &str = "no value";
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
/// With fewer events, a change in percent would suggest too much precision.
const SMALLEST_BASE: u64 = 10;

/// The unit in which a rate reads best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateUnit {
    /// Per calendar day.
    Day,
    /// Per seven days.
    Week,
    /// Per thirty days.
    Month,
}

impl RateUnit {
    /// The largest rate that is still at least one in its unit; a month for what is rarer.
    pub fn of(per_day: f64) -> Self {
        if per_day >= 0.995 {
            Self::Day
        } else if per_day * 7.0 >= 0.95 {
            Self::Week
        } else {
            Self::Month
        }
    }

    /// Days in it.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.0,
        }
    }

    /// `a day`, `a week`, `a month`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "a day",
            Self::Week => "a week",
            Self::Month => "a month",
        }
    }
}

/// A metric's value, a rate in the given unit.
pub fn value_in(unit: Unit, rate: RateUnit, value: f64) -> String {
    if unit == Unit::PerDay { rate_in(value, rate) } else { self::value(unit, value) }
}

/// The interval of a metric's value, of a rate in the given unit.
pub fn interval_in(unit: Unit, rate: RateUnit, ends: Interval) -> String {
    if unit == Unit::PerDay { rate_interval(ends, rate) } else { interval(unit, ends.low, ends) }
}

/// A metric's value in its unit.
pub fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::PerDay => rate(value),
        Unit::Seconds => duration(value),
        Unit::Ratio => percent(value),
    }
}

/// The interval of a metric's value: of a rate in the unit in which the value itself reads best.
pub fn interval(unit: Unit, value: f64, ends: Interval) -> String {
    match unit {
        Unit::PerDay => rate_interval(ends, RateUnit::of(value)),
        Unit::Seconds => duration_interval(ends),
        Unit::Ratio => percent_interval(ends),
    }
}

/// `2.3 a day`, `3.1 a week`, `0.5 a month`: whichever unit reads best.
pub fn rate(per_day: f64) -> String {
    rate_in(per_day, RateUnit::of(per_day))
}

/// A daily rate in a given unit.
pub fn rate_in(per_day: f64, unit: RateUnit) -> String {
    format!("{} {}", decimal(per_day * unit.days()), unit.words())
}

/// Both ends of a rate's interval in one unit: `2.0 to 2.6 a day`.
fn rate_interval(interval: Interval, unit: RateUnit) -> String {
    format!("{} to {}", decimal(interval.low * unit.days()), rate_in(interval.high, unit))
}

/// `42 s`, `12 min`, `19 h`, `4.2 d`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NO_VALUE.to_owned();
    }
    let sign = if seconds < 0.0 { "\u{2212}" } else { "" };
    let length = seconds.abs();
    // The unit is chosen by the rounded number, so that there is never `60 s` or `60 min`.
    let (value, unit) = if length < MINUTE - 0.5 {
        (length.round(), "s")
    } else if length < HOUR - MINUTE / 2.0 {
        (length / MINUTE, "min")
    } else if length < 2.0 * DAY - HOUR / 2.0 {
        (length / HOUR, "h")
    } else {
        (length / DAY, "d")
    };
    format!("{sign}{} {unit}", two_digits(value))
}

/// Both ends of a duration's interval: `14 h to 27 h`.
fn duration_interval(interval: Interval) -> String {
    format!("{} to {}", duration(interval.low), duration(interval.high))
}

/// `8.3 %` of a ratio from 0 to 1.
pub fn percent(ratio: f64) -> String {
    format!("{} %", decimal(ratio * 100.0))
}

/// Both ends of a ratio's interval: `3.6 % to 18 %`.
pub fn percent_interval(interval: Interval) -> String {
    format!("{} to {}", percent(interval.low), percent(interval.high))
}

/// `8.3 % (5 of 60)`.
pub fn share(ratio: f64, part: u64, whole: u64) -> String {
    format!("{} ({} of {})", percent(ratio), count(part), count(whole))
}

/// `12,345`.
pub fn count(value: u64) -> String {
    in_threes(&value.to_string())
}

fn in_threes(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 incident`, `2 incidents`.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// The sign of a change and the size of it as already written: `+3.2 h`, `−0.4 a day`, `no change`.
pub fn signed(difference: f64, size: impl Fn(f64) -> String) -> String {
    let text = size(difference.abs());
    if !difference.is_finite() {
        return NO_VALUE.to_owned();
    }
    // A difference that rounds to zero is no change, with either sign.
    if text == size(0.0) {
        return "no change".to_owned();
    }
    format!("{}{text}", if difference < 0.0 { '\u{2212}' } else { '+' })
}

/// A change of a ratio in percentage points: `1.2 points`.
pub fn points(ratio: f64) -> String {
    format!("{} points", decimal(ratio * 100.0))
}

/// `+14 %`; none on a base of 0 or where either side has fewer than ten events.
pub fn relative_change(now: f64, before: f64, n_now: u64, n_before: u64) -> Option<String> {
    if before <= 0.0 || n_now < SMALLEST_BASE || n_before < SMALLEST_BASE {
        return None;
    }
    let change = (now - before) / before;
    change.is_finite().then(|| signed((change * 100.0).round(), |size| format!("{} %", decimal(size))))
}

/// At most one digit after the point, none from 100 on, none that is 0; two digits below 0.1.
pub fn decimal(value: f64) -> String {
    if !value.is_finite() {
        return NO_VALUE.to_owned();
    }
    let size = value.abs();
    if size >= 99.95 {
        let whole = in_threes(&format!("{size:.0}"));
        return if value < 0.0 { format!("\u{2212}{whole}") } else { whole };
    }
    let places = if size > 0.0 && size < 0.095 { 2 } else { 1 };
    trim(&format!("{value:.places$}"))
}

/// One digit after the point below ten, none above.
fn two_digits(value: f64) -> String {
    if value >= 9.95 { in_threes(&format!("{value:.0}")) } else { trim(&format!("{value:.1}")) }
}

fn trim(text: &str) -> String {
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    match short.strip_prefix('-') {
        Some("0") => "0".to_owned(),
        Some(rest) => format!("\u{2212}{rest}"),
        None => short.to_owned(),
    }
}

/// `1 Jul 2026`.
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// The days `[from, to)` by their first and last: `1 to 31 Jul 2026`, `1 Jul to 30 Sep 2026`.
pub fn days(from: NaiveDate, to: NaiveDate) -> String {
    let last = to.pred_opt().unwrap_or(to);
    if last <= from {
        return date(from);
    }
    if (from.year(), from.month()) == (last.year(), last.month()) {
        format!("{} to {}", from.day(), date(last))
    } else if from.year() == last.year() {
        format!("{} to {}", from.format("%-d %b"), date(last))
    } else {
        format!("{} to {}", date(from), date(last))
    }
}

/// An instant on the clock of a zone: `2026-07-01 09:30`.
pub fn instant(at: Timestamp, zone: Zone) -> String {
    zone.local(at).format("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_printed_in_the_unit_that_reads_best() {
        for (per_day, text) in [
            (2.3, "2.3 a day"),
            (12.44, "12.4 a day"),
            (1.0, "1 a day"),
            (3.1 / 7.0, "3.1 a week"),
            (1.0 / 7.0, "1 a week"),
            (0.5 / 30.0, "0.5 a month"),
            (0.0, "0 a month"),
            (1234.6, "1,235 a day"),
        ] {
            assert_eq!(rate(per_day), text);
        }
    }

    #[test]
    fn a_duration_never_reads_as_sixty_of_a_smaller_unit() {
        for (seconds, text) in [
            (0.0, "0 s"),
            (42.4, "42 s"),
            (59.6, "1 min"),
            (330.0, "5.5 min"),
            (720.0, "12 min"),
            (3_599.0, "1 h"),
            (68_400.0, "19 h"),
            (172_799.0, "2 d"),
            (4.2 * DAY, "4.2 d"),
            (400.0 * DAY, "400 d"),
            (-90.0, "\u{2212}1.5 min"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn a_share_names_its_part_and_its_whole() {
        assert_eq!(share(5.0 / 60.0, 5, 60), "8.3 % (5 of 60)");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0004), "0.04 %");
    }

    #[test]
    fn no_percentage_is_printed_for_an_empty_or_small_base() {
        assert_eq!(relative_change(2.0, 0.0, 50, 50), None);
        assert_eq!(relative_change(2.0, 1.0, 9, 50), None);
        assert_eq!(relative_change(2.0, 1.0, 50, 9), None);
        assert_eq!(relative_change(2.0, 1.6, 50, 50).as_deref(), Some("+25 %"));
    }

    #[test]
    fn a_change_that_rounds_to_zero_has_no_sign() {
        assert_eq!(signed(-0.000_1, duration), "no change");
        assert_eq!(signed(-7_200.0, duration), "\u{2212}2 h");
        assert_eq!(signed(0.012, points), "+1.2 points");
    }

    #[test]
    fn what_is_not_finite_has_no_value() {
        for text in [duration(f64::NAN), decimal(f64::INFINITY), signed(f64::NAN, duration)] {
            assert_eq!(text, NO_VALUE);
        }
    }

    #[test]
    fn an_instant_is_printed_in_local_time_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        let at = Timestamp::parse("2026-03-29T01:30:00Z").expect("an instant");
        assert_eq!(instant(at, berlin), "2026-03-29 03:30", "after the jump of that morning");
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(days(day("2026-07-01"), day("2026-10-01")), "1 Jul to 30 Sep 2026");
        assert_eq!(days(day("2025-12-01"), day("2026-02-01")), "1 Dec 2025 to 31 Jan 2026");
    }

    #[test]
    fn large_counts_have_thousands_separators() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
    }
}

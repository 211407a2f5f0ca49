//! The organisation's calendar: its thirteen months, its working hours in Berlin, its holidays and its five phases.
//!
//! Units: instants in UTC, working hours in local time (09:00 to 18:00).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Europe::Berlin;

/// An instant.
pub(crate) type Instant = DateTime<Utc>;

const OPENS: u32 = 9;
const CLOSES: u32 = 18;

/// A stretch of the history in which the organisation works in one way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// September 2025.
    Start = 0,
    /// The last quarter of 2025.
    Autumn = 1,
    /// The first quarter of 2026.
    Winter = 2,
    /// The second quarter of 2026: long reviews, held releases.
    Slow = 3,
    /// The third quarter of 2026: small changes, released as they are merged.
    Better = 4,
}

impl Phase {
    /// The phase that a day is in.
    pub(crate) fn of(day: NaiveDate) -> Self {
        match (day.year(), day.month()) {
            (2025, ..=9) => Self::Start,
            (2025, _) => Self::Autumn,
            (_, ..=3) => Self::Winter,
            (_, 4..=6) => Self::Slow,
            _ => Self::Better,
        }
    }

    /// This phase's item of a list that has one for each.
    pub(crate) fn of_each(self, items: [i64; 5]) -> i64 {
        items[self as usize]
    }
}

/// A calendar day; the arguments are a date that exists.
pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The instant of a Berlin clock time; the time exists on that day.
pub(crate) fn local(day: NaiveDate, hour: u32, minute: u32) -> Instant {
    let time = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
    Berlin.from_local_datetime(&time).earliest().map_or_else(|| time.and_utc(), |t| t.with_timezone(&Utc))
}

/// The first instant after the history.
pub(crate) fn end() -> Instant {
    local(day(2026, 10, 1), 0, 0)
}

/// The Berlin day of an instant.
pub(crate) fn day_of(at: Instant) -> NaiveDate {
    at.with_timezone(&Berlin).date_naive()
}

/// The days of the history, in order.
pub(crate) fn days() -> impl Iterator<Item = NaiveDate> {
    day(2025, 9, 1).iter_days().take_while(|d| *d < day(2026, 10, 1))
}

/// Whether people are at work: neither weekend nor holiday nor the fortnight around Christmas.
pub(crate) fn is_workday(date: NaiveDate) -> bool {
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let christmas = (day(2025, 12, 20)..day(2026, 1, 5)).contains(&date);
    let holidays =
        [day(2025, 10, 3), day(2026, 4, 3), day(2026, 4, 6), day(2026, 5, 1), day(2026, 5, 14), day(2026, 5, 25)];
    !weekend && !christmas && !holidays.contains(&date)
}

/// The instant itself if it is in working hours, else one early on the next working morning.
pub(crate) fn at_work_from(at: Instant) -> Instant {
    let (mut date, hour) = (day_of(at), at.with_timezone(&Berlin).hour());
    if is_workday(date) && (OPENS..CLOSES).contains(&hour) {
        return at;
    }
    if hour >= CLOSES {
        date = date + Days::new(1);
    }
    while !is_workday(date) {
        date = date + Days::new(1);
    }
    local(date, OPENS, 0) + TimeDelta::seconds(at.timestamp().rem_euclid(5400))
}

/// The instant itself if it is in working hours, else one late on the working day before.
pub(crate) fn at_work_until(at: Instant) -> Instant {
    let (mut date, hour) = (day_of(at), at.with_timezone(&Berlin).hour());
    if is_workday(date) && (OPENS..CLOSES).contains(&hour) {
        return at;
    }
    if hour < OPENS {
        date = date - Days::new(1);
    }
    while !is_workday(date) {
        date = date - Days::new(1);
    }
    local(date, CLOSES, 0) - TimeDelta::seconds(60 + at.timestamp().rem_euclid(10_000))
}

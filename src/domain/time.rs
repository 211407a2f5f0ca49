//! Instants, calendar days of a time zone, durations.
//!
//! An instant is UTC milliseconds; a day is a calendar day of the report's zone, from its first instant (which is
//! not always 00:00) to the first instant of the next. Nothing here reads the clock: "now" is always an argument.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

use super::unit::Seconds;
use super::zone_names::likely_zone;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// The years in which instants and dates are read. Days around them can still be written and read in every time zone.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;
/// The years of history: a span of days that begins before them is a mistake, and long spans cost memory.
const HISTORY: std::ops::RangeInclusive<i32> = 1970..=9998;

/// Reads a calendar date, `2026-07-01`.
///
/// # Errors
/// It is none, or outside the years 1 to 9998.
pub fn parse_date(text: &str) -> Result<NaiveDate, String> {
    let date: NaiveDate =
        text.parse().map_err(|_| format!("`{text}` is not a valid date; write one like 2026-07-01"))?;
    if YEARS.contains(&date.year()) { Ok(date) } else { Err(format!("`{text}` is outside the years 1 to 9998")) }
}

/// An instant with the colon in its offset and no space before it; `None` where it ends with no such offset.
fn with_colon(text: &str) -> Option<String> {
    let (rest, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let (rest, hours) =
        rest.trim_end_matches(':').split_at_checked(rest.trim_end_matches(':').len().checked_sub(3)?)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_offset = digits(minutes) && hours.starts_with(['+', '-']) && digits(hours.get(1..)?);
    // `2026-07-01` ends like an offset, and has no time before it.
    (is_offset && rest.contains(':')).then(|| format!("{}{hours}:{minutes}", rest.trim_end()))
}

/// Reads a calendar date at which history can begin or end.
///
/// # Errors
/// It is none, or before 1970.
pub fn parse_history_date(text: &str) -> Result<NaiveDate, String> {
    let date = parse_date(text)?;
    if HISTORY.contains(&date.year()) {
        Ok(date)
    } else {
        Err(format!("`{text}` is before 1970, and no history is that old; write the day on which yours begins"))
    }
}

impl Timestamp {
    /// Reads an instant that this program wrote: RFC 3339, of any year.
    ///
    /// # Errors
    /// It is none.
    pub fn parse_own(text: &str) -> Result<Self, String> {
        let at = DateTime::parse_from_rfc3339(text).map_err(|cause| format!("`{text}` is not an instant ({cause})"))?;
        Ok(Self(at.timestamp_millis()))
    }

    /// Reads RFC 3339 with an offset; digits beyond the millisecond are cut off. A space is read in place of the `T`,
    /// and an offset without its colon or behind a space, as git (`2026-07-01 12:00:00 +0200`) and Jira write them.
    ///
    /// # Errors
    /// Says what is missing (an offset, a time) where that can be told.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let read = DateTime::parse_from_rfc3339(text)
            .or_else(|cause| with_colon(text).and_then(|text| DateTime::parse_from_rfc3339(&text).ok()).ok_or(cause));
        let local = || format!("{}Z", text.replacen(' ', "T", 1)).parse::<DateTime<Utc>>();
        match read {
            // Then the day in any zone, and the next day, can be written and read back.
            Ok(at) if !YEARS.contains(&at.year()) => Err("an instant outside the years 1 to 9998".into()),
            Ok(at) => Ok(Self(at.timestamp_millis())),
            Err(_) if text.len() == 10 && text.parse::<NaiveDate>().is_ok() => {
                Err("a date without a time; write an instant like 2026-07-01T09:30:00Z".into())
            }
            Err(_) if local().is_ok() => Err(
                "an instant without an offset; end it with +00:00 or Z if it is UTC, else with its offset, like +02:00"
                    .into(),
            ),
            Err(cause) => Err(format!(
                "not an RFC 3339 instant ({cause}); write one like 2026-07-01T09:30:00+00:00 or 2026-07-01T09:30:00Z"
            )),
        }
    }

    /// `2026-07-01T09:30:00Z`, with milliseconds only where there are some.
    pub fn to_rfc3339(self) -> String {
        self.to_string()
    }

    /// The digits of an instant of the years 0 to 9999 and their number: a table of a million deployments has millions of
    /// instants, and chrono takes ten times as long for one.
    fn digits(self) -> Option<([u8; 24], usize)> {
        let (days, rest) = (self.0.div_euclid(86_400_000), self.0.rem_euclid(86_400_000));
        // From days to a date of the Gregorian calendar, in eras of 400 years that begin in March (Hinnant 2013).
        let (era, of_era) = ((days + 719_468).div_euclid(146_097), (days + 719_468).rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        if !(0..=9999).contains(&year) {
            return None;
        }
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
        let (second, milli) = (rest / 1_000 % 60, rest % 1_000);
        for (from, to, mut value) in [
            (0, 4, year),
            (5, 7, month),
            (8, 10, day),
            (11, 13, hour),
            (14, 16, minute),
            (17, 19, second),
            (20, 23, milli),
        ] {
            for digit in text[from..to].iter_mut().rev() {
                *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
                value /= 10;
            }
        }
        if milli > 0 {
            return Some((text, 24));
        }
        text[19] = b'Z';
        Some((text, 20))
    }

    /// The same instant as chrono has it; an instant beyond chrono's years is clamped to its ends.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// Whether it lies in the year 1 or 1970 in any time zone, which is what programs write for "no instant" (Go's and
    /// .NET's zero time, the Unix epoch, also with the offset of the place where they run).
    pub fn is_placeholder(self) -> bool {
        const FARTHEST_OFFSET: i64 = 14 * 3_600_000;
        const YEAR: i64 = 365 * 86_400_000;
        // Both years have 365 days; the first begins so long before 1970.
        const YEAR_1: i64 = -719_162 * 86_400_000;
        let is_in = |begin: i64| (begin - FARTHEST_OFFSET..begin + YEAR + FARTHEST_OFFSET).contains(&self.0);
        is_in(YEAR_1) || is_in(0)
    }

    /// Whole seconds from `earlier` to this instant, floored.
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0).div_euclid(1_000))
    }

    /// The UTC month, `YYYY-MM`: the name of a dataset partition.
    pub fn utc_month(self) -> String {
        self.utc().format("%Y-%m").to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.digits() {
            Some((text, length)) => out.write_str(str::from_utf8(&text[..length]).map_err(|_| fmt::Error)?),
            None => out.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

/// A half-open span of instants, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First instant inside.
    pub from: Timestamp,
    /// First instant after.
    pub to: Timestamp,
}

impl Span {
    /// Whether `at` lies inside.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// The report's time zone: an IANA name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Finds a zone by its IANA name.
    ///
    /// # Errors
    /// The name is not in the IANA database; the message holds the nearest one that is.
    pub fn parse(name: &str) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| match likely_zone(name) {
            Some(likely) => format!("`{name}` is not an IANA time zone; {likely}"),
            None => format!("`{name}` is not an IANA time zone; write one like `Europe/Berlin` or `UTC`"),
        })
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// An instant as RFC 3339 with this zone's offset, to the second where it is a whole one.
    pub fn rfc3339(self, at: Timestamp) -> String {
        at.utc().with_timezone(&self.0).to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// What the clocks of this zone show at an instant.
    pub fn local(self, at: Timestamp) -> NaiveDateTime {
        at.utc().with_timezone(&self.0).naive_local()
    }

    /// The first and the last instant at which the clocks of this zone show a time: two where they went back over it,
    /// none where they went forward over it.
    pub fn shown_at(self, local: NaiveDateTime) -> Option<(Timestamp, Timestamp)> {
        let found = self.0.from_local_datetime(&local);
        let millis = |at: DateTime<Tz>| Timestamp(at.timestamp_millis());
        found.earliest().map(millis).zip(found.latest().map(millis))
    }

    /// The calendar day that holds an instant.
    pub fn day_of(self, at: Timestamp) -> NaiveDate {
        at.utc().with_timezone(&self.0).date_naive()
    }

    /// The first instant of a day: the earlier of two midnights, and where clocks jump over midnight the end of
    /// the jump. A day that a zone skipped altogether is empty: it begins where the next one does.
    pub fn midnight(self, day: NaiveDate) -> Timestamp {
        let wanted = day.and_time(chrono::NaiveTime::MIN);
        if let Some(at) = self.0.from_local_datetime(&wanted).earliest() {
            return Timestamp(at.timestamp_millis());
        }
        // Local time only moves forward across the jump, so the first instant at or after it is found by halving.
        let centre = wanted.and_utc().timestamp();
        let (mut before, mut after) = (centre - 172_800, centre + 172_800);
        while after - before > 1 {
            let middle = i64::midpoint(before, after);
            if self.local(Timestamp(middle * 1_000)) < wanted {
                before = middle;
            } else {
                after = middle;
            }
        }
        Timestamp(after * 1_000)
    }

    /// The instants of the days `[from, to)`.
    pub fn span(self, from: NaiveDate, to: NaiveDate) -> Span {
        Span { from: self.midnight(from), to: self.midnight(to) }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// Reads `90s`, `15m`, `1h`, `7d`, `2w`: a whole number and a unit, and no more. A crate would also read `1month`,
/// whose length is not defined.
///
/// # Errors
/// Any other text.
pub fn parse_duration(text: &str) -> Result<Seconds, String> {
    let unreadable =
        || format!("`{text}` is not a valid duration; write a whole number and s, m, h, d or w, like `1h`");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(unreadable()),
    };
    digits
        .parse::<u32>()
        .ok()
        .and_then(|count| i64::from(count).checked_mul(seconds))
        .map(Seconds)
        .ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_day_begins_where_the_clock_first_shows_it() {
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        let span = berlin.span(day("2026-03-29"), day("2026-03-30"));
        assert_eq!(span.to.0 - span.from.0, 23 * 3_600_000, "the day the clocks go forward is 23 h long");
        let sao_paulo = Zone::parse("America/Sao_Paulo").expect("a zone");
        assert_eq!(sao_paulo.midnight(day("2018-11-04")).to_rfc3339(), "2018-11-04T03:00:00Z", "00:00 was skipped");
        let havana = Zone::parse("America/Havana").expect("a zone");
        assert_eq!(
            havana.midnight(day("2026-11-01")).to_rfc3339(),
            "2026-11-01T04:00:00Z",
            "the earlier of two midnights"
        );
        let apia = Zone::parse("Pacific/Apia").expect("a zone");
        let skipped = apia.span(day("2011-12-30"), day("2011-12-31"));
        assert_eq!(skipped.from, skipped.to, "a day that a zone skipped is empty");
    }

    #[test]
    fn clocks_show_an_hour_twice_or_never_when_they_are_changed() {
        let berlin = Zone::parse("Europe/Berlin").expect("a zone");
        let shown = |text: &str| {
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time");
            berlin.shown_at(local).map(|(first, last)| (first.to_rfc3339(), last.to_rfc3339()))
        };
        let both = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(shown("2026-07-01 12:00"), both("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"));
        assert_eq!(shown("2026-10-25 02:30"), both("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"));
        assert_eq!(shown("2026-03-29 02:30"), None);
    }

    #[test]
    fn seconds_are_floored_also_below_zero() {
        assert_eq!(Timestamp(1_999).since(Timestamp(0)), Seconds(1));
        assert_eq!(Timestamp(0).since(Timestamp(1)), Seconds(-1));
    }

    #[test]
    fn an_instant_without_offset_or_time_is_refused_by_name() {
        assert!(Timestamp::parse("2026-07-01T09:00:00").expect_err("refused").contains("offset"));
        assert!(Timestamp::parse("2026-07-01").expect_err("refused").contains("date without a time"));
        assert_eq!(
            Timestamp::parse("2026-07-01T09:00:00.1239+02:00").expect("read").to_rfc3339(),
            "2026-07-01T07:00:00.123Z"
        );
    }

    #[test]
    fn a_placeholder_is_an_instant_of_the_year_1_or_1970_somewhere() {
        let somewhere = |at: i64| {
            let year = |hours: i64| Timestamp(at + hours * 3_600_000).utc().year();
            [-14, 0, 14].into_iter().any(|hours| matches!(year(hours), 1 | 1970))
        };
        for edge in [-62_135_596_800_000, -62_104_060_800_000, 0, 31_536_000_000] {
            for at in [-50_400_001, -50_400_000, -1, 0, 1, 50_399_999, 50_400_000].map(|off| edge + off) {
                assert_eq!(Timestamp(at).is_placeholder(), somewhere(at), "{at}");
            }
        }
    }

    #[test]
    fn an_instant_is_written_as_chrono_writes_it() {
        let day = 86_400_000;
        for at in
            [0, -1, 1, 951_782_399_999, 951_782_400_000, 253_402_300_799_999, -62_135_596_800_000, -62_167_219_200_000]
                .into_iter()
                .chain((-800_000_i64..2_900_000).step_by(9_973).map(|days| days * day + days.rem_euclid(day)))
                .chain([i64::MIN, i64::MAX, 253_402_300_800_000, -62_167_219_200_001])
        {
            let chrono = Timestamp(at).utc().to_rfc3339_opts(SecondsFormat::AutoSi, true);
            assert_eq!(Timestamp(at).to_rfc3339(), chrono, "{at}");
        }
    }
}

//! Instants in the forms that files use: with an offset, or as local time of one zone.
//!
//! A time that clocks showed twice is read as the first of the two instants, and counted. A time that clocks never showed
//! is refused: the zone is wrong.

use chrono::{DateTime, Datelike, NaiveDateTime};

use super::instant;
use crate::domain::time::{Timestamp, Zone};

/// Times without an offset that mean the same everywhere: year, month and day in this order.
const UNIVERSAL: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// How a file writes its instants.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InstantForms<'a> {
    /// The zone of times without an offset.
    pub(super) zone: Option<Zone>,
    /// The one form of all instants, as `--time-format` gives it.
    pub(super) stated: Option<&'a str>,
    /// Further forms that a vendor is known to write.
    pub(super) known: &'static [&'static str],
}

/// An instant, and whether the clocks showed its time twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) at: Timestamp,
    pub(super) is_first_of_two: bool,
}

impl InstantForms<'_> {
    /// Reads an instant.
    ///
    /// # Errors
    /// Says what is wrong with it, as the end of a sentence that begins with the text.
    pub(super) fn read(&self, text: &str) -> Result<Read, String> {
        let once = |at| Read { at, is_first_of_two: false };
        if let Some(form) = self.stated {
            return match DateTime::parse_from_str(text, form) {
                Ok(at) if !(1..=9998).contains(&at.year()) => Err("an instant outside the years 1 to 9998".into()),
                Ok(at) => Ok(once(Timestamp(at.timestamp_millis()))),
                Err(_) => match NaiveDateTime::parse_from_str(text, form) {
                    Ok(local) => self.in_zone(local),
                    Err(cause) => Err(format!("not of the form `{form}` that --time-format states ({cause})")),
                },
            };
        }
        if let Some(at) = instant::plain(text) {
            return Ok(once(at));
        }
        let why = match Timestamp::parse(text) {
            Ok(at) => return Ok(once(at)),
            Err(why) => why,
        };
        // Newer versions of Java put a narrow no-break space before AM and PM.
        let spaced = text.replace(['\u{202f}', '\u{a0}'], " ");
        let mut forms = UNIVERSAL.iter().chain(self.known);
        match forms.find_map(|form| NaiveDateTime::parse_from_str(&spaced, form).ok()) {
            Some(local) if self.zone.is_some() || !self.known.is_empty() => self.in_zone(local),
            Some(_) => {
                Err(format!("{why}; --time-zone states the zone of a whole file, like --time-zone Europe/Berlin"))
            }
            None => Err(format!("{why}; --time-format reads other forms, like --time-format '%d.%m.%Y %H:%M'")),
        }
    }

    fn in_zone(&self, local: NaiveDateTime) -> Result<Read, String> {
        let Some(zone) = self.zone else {
            return Err("an instant without an offset; --time-zone states the zone of the file, like --time-zone \
                        Europe/Berlin or --time-zone UTC"
                .into());
        };
        if !(1..=9998).contains(&local.year()) {
            return Err("an instant outside the years 1 to 9998".into());
        }
        match zone.shown_at(local) {
            Some((first, last)) => Ok(Read { at: first, is_first_of_two: first != last }),
            None => Err(format!(
                "a time that clocks in {zone} never showed, because they went forward over it; check --time-zone"
            )),
        }
    }
}

/// Reads a form as `--time-format` takes it.
///
/// # Errors
/// It is no form of chrono's, or has no time of day.
pub fn check_time_format(form: &str) -> Result<(), String> {
    use chrono::format::{Fixed, Item, Numeric, StrftimeItems};
    let items: Vec<Item<'_>> = StrftimeItems::new(form).collect();
    if items.contains(&Item::Error) {
        return Err(format!("`{form}` is not a time format; write one like `%d.%m.%Y %H:%M` or `%s`"));
    }
    let hours = items.iter().any(|item| matches!(item, Item::Numeric(Numeric::Hour | Numeric::Hour12, _)));
    let days = items.iter().any(|item| matches!(item, Item::Numeric(Numeric::Day | Numeric::Ordinal, _)));
    let is_whole = items.iter().any(|item| {
        matches!(item, Item::Numeric(Numeric::Timestamp, _) | Item::Fixed(Fixed::RFC3339 | Fixed::RFC2822))
    });
    if is_whole || (hours && days) {
        Ok(())
    } else {
        Err(format!("`{form}` lacks the day or the hour; write a form like `%d.%m.%Y %H:%M`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> InstantForms<'static> {
        InstantForms { zone: Zone::parse("Europe/Berlin").ok(), ..InstantForms::default() }
    }

    fn read(forms: InstantForms<'_>, text: &str) -> Result<(String, bool), String> {
        forms.read(text).map(|read| (read.at.to_rfc3339(), read.is_first_of_two))
    }

    #[test]
    fn a_time_without_an_offset_is_read_in_the_zone_that_is_stated() {
        let at = |text: &str| Ok((text.to_owned(), false));
        for text in ["2026-07-01 12:00:00", "2026-07-01T12:00", "2026-07-01T12:00:00.000", "2026-07-01 12:00"] {
            assert_eq!(read(berlin(), text), at("2026-07-01T10:00:00Z"), "{text}");
            let why = read(InstantForms::default(), text).expect_err("no zone is stated");
            assert!(why.contains("--time-zone"), "{why}");
        }
        assert_eq!(read(berlin(), "2026-07-01T12:00:00Z"), at("2026-07-01T12:00:00Z"), "the offset of the file holds");
    }

    #[test]
    fn a_time_that_was_shown_twice_is_its_first_instant_and_one_never_shown_is_refused() {
        assert_eq!(read(berlin(), "2026-10-25 02:30"), Ok(("2026-10-25T00:30:00Z".into(), true)));
        let why = read(berlin(), "2026-03-29 02:30").expect_err("a gap");
        assert!(why.contains("clocks in Europe/Berlin never showed"), "{why}");
    }

    #[test]
    fn with_time_format_no_other_form_is_accepted() {
        let form = |stated| InstantForms { stated: Some(stated), ..berlin() };
        let at = |text: &str| Ok((text.to_owned(), false));
        assert_eq!(read(form("%d.%m.%Y %H:%M"), "01.07.2026 12:00"), at("2026-07-01T10:00:00Z"));
        assert_eq!(read(form("%m/%d/%Y %I:%M %p"), "7/1/2026 2:05 PM"), at("2026-07-01T12:05:00Z"));
        assert_eq!(read(form("%d.%m.%Y %H:%M %z"), "01.07.2026 12:00 +0000"), at("2026-07-01T12:00:00Z"));
        assert_eq!(read(form("%s"), "1782907200"), at("2026-07-01T12:00:00Z"));
        let why = read(form("%d.%m.%Y %H:%M"), "2026-07-01T12:00:00Z").expect_err("another form");
        assert!(why.contains("not of the form `%d.%m.%Y %H:%M`"), "{why}");
    }

    #[test]
    fn a_form_without_a_day_or_an_hour_is_refused_before_any_file_is_read() {
        for good in ["%d.%m.%Y %H:%M", "%s", "%+", "%Y-%jT%H", "%F %T", "%c"] {
            assert_eq!(check_time_format(good), Ok(()), "{good}");
        }
        for bad in ["%Q", "%Y-%m-%d", "%H:%M", "", "12:00"] {
            assert!(check_time_format(bad).is_err(), "{bad}");
        }
    }
}

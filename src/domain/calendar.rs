//! The month in which quarters, halves and years begin, and what they are called.
//!
//! With a year that begins in January they are `2026-Q3`, `2026-H2` and `2026`. With any other month they are
//! `FY2027-Q1`, `FY2027-H1` and `FY2027`, after the year in which the fiscal year ends.

use chrono::{Datelike, NaiveDate};

/// The month in which quarters, halves and years begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    first_month: u32,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { first_month: 1 }
    }
}

impl Calendar {
    /// Reads the first month of the year as `01` to `12`.
    ///
    /// # Errors
    /// The text is not one of them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let month = is_number.then(|| text.parse().ok()).flatten();
        match month {
            Some(first_month) if (1..=12).contains(&first_month) => Ok(Self { first_month }),
            _ => Err(format!("`{text}` is not a month; write two digits from \"01\" to \"12\", like \"04\" for April")),
        }
    }

    /// Every calendar there is.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=12).map(|first_month| Self { first_month })
    }

    /// Whether years begin in another month than January.
    pub fn is_fiscal(self) -> bool {
        self.first_month != 1
    }

    /// The month as it is written in the configuration.
    pub fn first_month(self) -> String {
        format!("{:02}", self.first_month)
    }

    /// The first day of a part of a year, which parts of so many months divide; the first part is 1.
    pub(super) fn start(self, year: i32, months: u32, part: u32) -> Option<NaiveDate> {
        let before = part.checked_sub(1)?.checked_mul(months).filter(|before| *before < 12)?;
        let since_january = self.first_month - 1 + before;
        let begins = if self.is_fiscal() { year.checked_sub(1)? } else { year };
        NaiveDate::from_ymd_opt(begins + i32::try_from(since_january / 12).ok()?, since_january % 12 + 1, 1)
    }

    /// The first day of the part that holds a day.
    pub(super) fn start_of(self, day: NaiveDate, months: u32) -> Option<NaiveDate> {
        let (year, part) = self.part_of(day, months);
        self.start(year, months, part)
    }

    /// The name of the part that holds a day: of 3, 6 or 12 months.
    pub(super) fn label(self, day: NaiveDate, months: u32) -> String {
        let (year, part) = self.part_of(day, months);
        let fiscal = if self.is_fiscal() { "FY" } else { "" };
        match months {
            3 => format!("{fiscal}{year:04}-Q{part}"),
            6 => format!("{fiscal}{year:04}-H{part}"),
            _ => format!("{fiscal}{year:04}"),
        }
    }

    /// The year and the part of it that hold a day.
    fn part_of(self, day: NaiveDate, months: u32) -> (i32, u32) {
        let into_year = (day.month() + 12 - self.first_month) % 12;
        let is_next = self.is_fiscal() && day.month() >= self.first_month;
        (day.year() + i32::from(is_next), into_year / months + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_is_a_month_of_two_digits() {
        for bad in ["4", "00", "13", "April", "+4", ""] {
            assert!(Calendar::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Calendar::parse("01"), Ok(Calendar::default()));
        assert_eq!(Calendar::parse("04").map(Calendar::first_month), Ok("04".into()));
    }

    #[test]
    fn a_part_of_a_year_has_one_name_in_every_calendar_and_begins_where_it_says() {
        for calendar in Calendar::all() {
            for months in [3, 6, 12] {
                for part in 1..=12 / months {
                    let start = calendar.start(2027, months, part).expect("a day");
                    for day in start.iter_days().take(89) {
                        assert_eq!(calendar.start_of(day, months), Some(start), "{calendar:?} {day}");
                        assert_eq!(calendar.label(day, months), calendar.label(start, months));
                    }
                }
                assert_eq!(calendar.start(2027, months, 12 / months + 1), None);
            }
        }
    }
}

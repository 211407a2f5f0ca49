//! Reporting periods: half-open ranges of calendar days, the names they are asked for by, and the ones before.
//!
//! Which instants a day holds is the zone's to say (`time`); nothing here reads the clock.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::time::parse_date;

/// What kind of calendar unit a period is, which decides what "the one before" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Months(u32),
    Days,
}

/// A half-open range of calendar days, `[from, to)`, with the name it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// First day after.
    pub to: NaiveDate,
    /// `2026-Q3`, `2026-08`, `2026` or `2026-07-01_2026-10-01`; also the name of the report's folder.
    pub label: String,
    unit: Unit,
}

impl Period {
    /// A free range of days.
    ///
    /// # Errors
    /// The range is empty or runs backwards.
    pub fn range(from: NaiveDate, to: NaiveDate) -> Result<Self, String> {
        if from >= to {
            return Err(format!("the period {from}..{to} holds no day: the second date is the first day after it"));
        }
        Ok(Self { from, to, label: format!("{from}_{to}"), unit: Unit::Days })
    }

    fn months(from: NaiveDate, months: u32, label: String) -> Option<Self> {
        Some(Self { from, to: from.checked_add_months(Months::new(months))?, label, unit: Unit::Months(months) })
    }

    fn quarter(year: i32, quarter: u32) -> Option<Self> {
        let from = NaiveDate::from_ymd_opt(year, quarter.checked_sub(1)? * 3 + 1, 1)?;
        Self::months(from, 3, format!("{year:04}-Q{quarter}"))
    }

    fn month(year: i32, month: u32) -> Option<Self> {
        Self::months(NaiveDate::from_ymd_opt(year, month, 1)?, 1, format!("{year:04}-{month:02}"))
    }

    /// Reads `2026-Q3`, `2026-08`, `2026`, `last-quarter`, `last-month` or `FROM..TO`; `today` is the day of `as_of`.
    ///
    /// # Errors
    /// None of those forms, or a range that holds no day.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, String> {
        let unreadable = || {
            format!(
                "`{text}` is no period; write 2026-Q3, 2026-08, 2026, last-quarter, last-month or 2026-07-01..2026-10-01"
            )
        };
        if let Some((from, to)) = text.split_once("..") {
            return Self::range(parse_date(from)?, parse_date(to)?);
        }
        let this_quarter = today.month0() / 3 + 1;
        let parsed = match text {
            "last-quarter" if this_quarter == 1 => Self::quarter(today.year() - 1, 4),
            "last-quarter" => Self::quarter(today.year(), this_quarter - 1),
            "last-month" if today.month() == 1 => Self::month(today.year() - 1, 12),
            "last-month" => Self::month(today.year(), today.month() - 1),
            _ => match (text.get(..4).and_then(|year| year.parse().ok()), text.get(4..)) {
                (Some(year), Some("")) => {
                    NaiveDate::from_ymd_opt(year, 1, 1).and_then(|from| Self::months(from, 12, format!("{year:04}")))
                }
                (Some(year), Some(rest)) if rest.len() == 3 && rest.starts_with("-Q") => rest[2..]
                    .parse()
                    .ok()
                    .filter(|quarter| (1..=4).contains(quarter))
                    .and_then(|quarter| Self::quarter(year, quarter)),
                (Some(year), Some(rest)) if rest.len() == 3 && rest.starts_with('-') => {
                    rest[1..].parse().ok().and_then(|month| Self::month(year, month))
                }
                _ => None,
            },
        };
        parsed.ok_or_else(unreadable)
    }

    /// The `days` complete days before `today`.
    pub fn last_complete_days(today: NaiveDate, days: u32) -> Self {
        let from = today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN);
        Self { from, to: today, label: format!("{from}_{today}"), unit: Unit::Days }
    }

    /// The period before: the same calendar unit, or as many days.
    pub fn previous(&self) -> Option<Self> {
        match self.unit {
            Unit::Months(12) => Self::parse(&format!("{:04}", self.from.year() - 1), self.from).ok(),
            Unit::Months(3) => Self::parse("last-quarter", self.from).ok(),
            Unit::Months(_) => Self::parse("last-month", self.from).ok(),
            Unit::Days => {
                let from = self.from.checked_sub_days(Days::new(self.calendar_days().into()))?;
                Self::range(from, self.from).ok()
            }
        }
    }

    /// The same period one year earlier (29 February becomes 28 February).
    pub fn year_ago(&self) -> Option<Self> {
        let back = Months::new(12);
        match self.unit {
            Unit::Months(12) => self.previous(),
            Unit::Months(3) => Self::quarter(self.from.year() - 1, self.from.month0() / 3 + 1),
            Unit::Months(_) => Self::month(self.from.year() - 1, self.from.month()),
            Unit::Days => Self::range(self.from.checked_sub_months(back)?, self.to.checked_sub_months(back)?).ok(),
        }
    }

    /// Whether another period is of the same kind: a quarter as a quarter, as many days as so many days.
    pub fn is_alike(&self, other: &Self) -> bool {
        self.unit == other.unit && (self.unit != Unit::Days || self.calendar_days() == other.calendar_days())
    }

    /// How many calendar days it holds.
    pub fn calendar_days(&self) -> u32 {
        u32::try_from((self.to - self.from).num_days()).unwrap_or(0)
    }

    /// Its days, first to last.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take(self.calendar_days() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn period(text: &str) -> Period {
        Period::parse(text, day("2026-11-24")).expect("a period")
    }

    #[test]
    fn periods_know_their_days_their_names_and_the_one_before() {
        for (text, label, from, to, before, year_ago) in [
            ("2026-Q3", "2026-Q3", "2026-07-01", "2026-10-01", "2026-Q2", "2025-Q3"),
            ("2026-Q1", "2026-Q1", "2026-01-01", "2026-04-01", "2025-Q4", "2025-Q1"),
            ("2026-01", "2026-01", "2026-01-01", "2026-02-01", "2025-12", "2025-01"),
            ("2026", "2026", "2026-01-01", "2027-01-01", "2025", "2025"),
            ("last-quarter", "2026-Q3", "2026-07-01", "2026-10-01", "2026-Q2", "2025-Q3"),
            ("last-month", "2026-10", "2026-10-01", "2026-11-01", "2026-09", "2025-10"),
            (
                "2026-07-01..2026-07-11",
                "2026-07-01_2026-07-11",
                "2026-07-01",
                "2026-07-11",
                "2026-06-21_2026-07-01",
                "2025-07-01_2025-07-11",
            ),
        ] {
            let it = period(text);
            assert_eq!((it.label.as_str(), it.from, it.to), (label, day(from), day(to)));
            assert_eq!(it.previous().expect("a period").label, before);
            assert_eq!(it.year_ago().expect("a period").label, year_ago);
        }
        for bad in ["", "2026-Q5", "2026-13", "26", "2026-07-02..2026-07-01", "2026-07-01..x", "Q3"] {
            assert!(Period::parse(bad, day("2026-11-24")).is_err(), "{bad}");
        }
    }
}

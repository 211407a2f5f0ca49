//! Reporting periods: half-open ranges of calendar days, their names, and the previous periods.
//!
//! The zone says which instants a day holds (`time`). Nothing here reads the clock.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::calendar::Calendar;
use super::time::{YEARS, parse_date};

/// What kind of calendar unit a period is, which decides what "the one before" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Month,
    /// So many months of a year of this calendar: a quarter, a half or the whole.
    Part(Calendar, u32),
    /// An ISO week, from Monday to Sunday.
    Week,
    Days,
}

/// A half-open range of calendar days, `[from, to)`, with the name it is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// First day after.
    pub to: NaiveDate,
    /// `2026-Q3`, `2026-H1`, `2026-08`, `2026`, `2026-W31`, `FY2027-Q1` or `2026-07-01_2026-10-01`; also the name of the
    /// report's folder.
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
            return Err(format!("the period {from}..{to} contains no days: the second date is the first day after it"));
        }
        Ok(Self { from, to, label: format!("{from}_{to}"), unit: Unit::Days })
    }

    /// So many months from a first of a month.
    fn months(from: NaiveDate, months: u32, unit: Unit) -> Option<Self> {
        let label = match unit {
            Unit::Part(calendar, months) => calendar.label(from, months),
            _ => from.format("%Y-%m").to_string(),
        };
        let to = from.checked_add_months(Months::new(months))?;
        YEARS.contains(&from.year()).then_some(Self { from, to, label, unit })
    }

    fn month(from: NaiveDate) -> Option<Self> {
        Self::months(from.with_day(1)?, 1, Unit::Month)
    }

    fn part(calendar: Calendar, from: NaiveDate, months: u32) -> Option<Self> {
        Self::months(from, months, Unit::Part(calendar, months))
    }

    fn week(day: NaiveDate) -> Option<Self> {
        let week = day.iso_week();
        let from = NaiveDate::from_isoywd_opt(week.year(), week.week(), Weekday::Mon)?;
        let to = from.checked_add_days(Days::new(7))?;
        let label = format!("{:04}-W{:02}", week.year(), week.week());
        YEARS.contains(&from.year()).then_some(Self { from, to, label, unit: Unit::Week })
    }

    /// Reads a period in a year that begins in January, see [`Period::parse_in`].
    ///
    /// # Errors
    /// The text is not a period, or a range that contains no days.
    pub fn parse(text: &str, today: NaiveDate) -> Result<Self, String> {
        Self::parse_in(Calendar::default(), text, today)
    }

    /// Reads `2026-Q3`, `2026-H1`, `2026-08`, `2026`, `2026-W31`, `this-` or `last-` and `week`, `month`, `quarter`, `half`
    /// or `year`, or `FROM..TO` of dates or months. `today` is the day of `as_of`. In a year that begins in another month than
    /// January, quarters, halves and years are `FY2027-Q1`, `FY2027-H1` and `FY2027`.
    ///
    /// # Errors
    /// None of those forms, or a range that contains no days.
    pub fn parse_in(calendar: Calendar, text: &str, today: NaiveDate) -> Result<Self, String> {
        if let Some((from, to)) = text.split_once("..") {
            return Self::range(date_or_month(from)?, date_or_month(to)?);
        }
        let parsed = match (text.strip_prefix("this-"), text.strip_prefix("last-")) {
            (Some(unit), _) => Self::around(calendar, unit, today),
            (_, Some(unit)) => Self::around(calendar, unit, today).and_then(|this| this.previous()),
            _ => Self::named(calendar, text),
        };
        parsed.ok_or_else(|| not_valid(calendar, text))
    }

    /// The period of a report by the name of its folder. In the name of a fiscal period the calendar is missing: it is the
    /// one in which the period begins on `from`, else the given one.
    pub fn of_label(calendar: Calendar, label: &str, from: Option<NaiveDate>) -> Option<Self> {
        let read = |calendar| {
            let period = match label.split_once('_') {
                Some((from, to)) => Self::range(parse_date(from).ok()?, parse_date(to).ok()?).ok(),
                None => Self::named(calendar, label),
            };
            period.filter(|period| period.label == label)
        };
        let dated = from.and_then(|from| Calendar::all().filter_map(read).find(|period| period.from == from));
        dated.or_else(|| read(calendar)).or_else(|| read(Calendar::default()))
    }

    /// The calendar unit that holds a day.
    fn around(calendar: Calendar, unit: &str, today: NaiveDate) -> Option<Self> {
        let months = match unit {
            "week" => return Self::week(today),
            "month" => return Self::month(today),
            "quarter" => 3,
            "half" => 6,
            "year" => 12,
            _ => return None,
        };
        Self::part(calendar, calendar.start_of(today, months)?, months)
    }

    fn named(calendar: Calendar, text: &str) -> Option<Self> {
        let (is_fiscal, name) = text.strip_prefix("FY").map_or((false, text), |name| (true, name));
        let (year, part) = name.split_once('-').map_or((name, None), |(year, part)| (year, Some(part)));
        let year = i32::try_from(number(year, 4)?).ok()?;
        let months = |months, part| {
            let start = calendar.start(year, months, part).filter(|_| is_fiscal == calendar.is_fiscal())?;
            Self::part(calendar, start, months)
        };
        let Some(part) = part else { return months(12, 1) };
        if let Some(quarter) = part.strip_prefix('Q') {
            return months(3, number(quarter, 1)?);
        }
        if let Some(half) = part.strip_prefix('H') {
            return months(6, number(half, 1)?);
        }
        if is_fiscal {
            return None;
        }
        match part.strip_prefix('W') {
            Some(week) => Self::week(NaiveDate::from_isoywd_opt(year, number(week, 2)?, Weekday::Mon)?),
            None => Self::month(NaiveDate::from_ymd_opt(year, number(part, 2)?, 1)?),
        }
    }

    /// The `days` complete days before `today`.
    pub fn last_complete_days(today: NaiveDate, days: u32) -> Self {
        let from = today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN);
        Self { from, to: today, label: format!("{from}_{today}"), unit: Unit::Days }
    }

    /// The period before: the same calendar unit, or as many days.
    pub fn previous(&self) -> Option<Self> {
        self.earlier(match self.unit {
            Unit::Month => 1,
            Unit::Part(_, months) => months,
            Unit::Week => return Self::week(self.from.checked_sub_days(Days::new(7))?),
            Unit::Days => {
                let from = self.from.checked_sub_days(Days::new(self.calendar_days().into()))?;
                return Self::range(from, self.from).ok();
            }
        })
    }

    /// The same period one year earlier. 29 February becomes 28 February; a week 53 becomes the last week of the year before.
    pub fn year_ago(&self) -> Option<Self> {
        let year = Months::new(12);
        match self.unit {
            Unit::Month | Unit::Part(..) => self.earlier(12),
            Unit::Week => {
                let week = self.from.iso_week();
                let same = |week| NaiveDate::from_isoywd_opt(self.from.iso_week().year() - 1, week, Weekday::Mon);
                Self::week(same(week.week()).or_else(|| same(52))?)
            }
            Unit::Days => Self::range(self.from.checked_sub_months(year)?, self.to.checked_sub_months(year)?).ok(),
        }
    }

    /// The same unit of months so many months earlier.
    fn earlier(&self, months: u32) -> Option<Self> {
        let from = self.from.checked_sub_months(Months::new(months))?;
        match self.unit {
            Unit::Part(calendar, months) => Self::part(calendar, from, months),
            _ => Self::month(from),
        }
    }

    /// Whether another period is of the same kind: a quarter as a quarter of the same calendar, as many days as so many days.
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

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A date, or the first day of a month.
fn date_or_month(text: &str) -> Result<NaiveDate, String> {
    if text.len() == 7 { parse_date(&format!("{text}-01")).or_else(|_| parse_date(text)) } else { parse_date(text) }
}

/// What to write in place of a text that is not a period.
fn not_valid(calendar: Calendar, text: &str) -> String {
    let refused = format!("`{text}` is not a valid period");
    if let Some(meant) = Period::named(Calendar::default(), text).filter(|_| calendar.is_fiscal()) {
        let month = |day: NaiveDate| day.format("%Y-%m").to_string();
        return format!(
            "{refused}: `fiscal_year_start` is \"{}\", so quarters, halves and years have names like {}; for the days of \
             {text} in the calendar year write {}..{}",
            calendar.first_month(),
            calendar.label(meant.from, 3),
            month(meant.from),
            month(meant.to)
        );
    }
    if text.starts_with("FY") && !calendar.is_fiscal() {
        return format!(
            "{refused}: set `fiscal_year_start` under [report] to the month in which the fiscal year begins, like \"04\", or \
             write 2026-Q3"
        );
    }
    let [year, half, quarter] =
        [12, 6, 3].map(|months| calendar.label(NaiveDate::from_ymd_opt(2026, 7, 1).unwrap_or_default(), months));
    format!(
        "{refused}; write {quarter}, {half}, 2026-08, {year}, 2026-W31, last-quarter, this-month (also -week, -half and \
         -year), or 2026-07-01..2026-10-01"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn april() -> Calendar {
        Calendar::parse("04").expect("a calendar")
    }

    /// Expects label, first day, first day after, label of the period before and of the one a year ago.
    fn expect(calendar: Calendar, text: &str, [label, from, to, before, year_ago]: [&str; 5]) {
        let it = Period::parse_in(calendar, text, day("2026-11-24")).expect("a period");
        assert_eq!((it.label.as_str(), it.from, it.to), (label, day(from), day(to)), "{text}");
        for (other, label) in [(it.previous(), before), (it.year_ago(), year_ago)] {
            let other = other.expect("a period");
            assert_eq!(other.label, label, "{text}");
            assert!(it.unit == Unit::Days || other.is_alike(&it), "{text}");
            assert_eq!(Period::of_label(calendar, &other.label, None), Some(other), "{text}");
        }
    }

    #[test]
    fn periods_know_their_days_their_names_and_the_one_before() {
        for (text, wanted) in [
            ("2026-Q3", ["2026-Q3", "2026-07-01", "2026-10-01", "2026-Q2", "2025-Q3"]),
            ("2026-Q1", ["2026-Q1", "2026-01-01", "2026-04-01", "2025-Q4", "2025-Q1"]),
            ("2026-H1", ["2026-H1", "2026-01-01", "2026-07-01", "2025-H2", "2025-H1"]),
            ("2026-H2", ["2026-H2", "2026-07-01", "2027-01-01", "2026-H1", "2025-H2"]),
            ("2026-01", ["2026-01", "2026-01-01", "2026-02-01", "2025-12", "2025-01"]),
            ("2026", ["2026", "2026-01-01", "2027-01-01", "2025", "2025"]),
            ("2026-W31", ["2026-W31", "2026-07-27", "2026-08-03", "2026-W30", "2025-W31"]),
            ("2026-W01", ["2026-W01", "2025-12-29", "2026-01-05", "2025-W52", "2025-W01"]),
            ("2026-W53", ["2026-W53", "2026-12-28", "2027-01-04", "2026-W52", "2025-W52"]),
            ("last-quarter", ["2026-Q3", "2026-07-01", "2026-10-01", "2026-Q2", "2025-Q3"]),
            ("this-quarter", ["2026-Q4", "2026-10-01", "2027-01-01", "2026-Q3", "2025-Q4"]),
            ("last-month", ["2026-10", "2026-10-01", "2026-11-01", "2026-09", "2025-10"]),
            ("this-month", ["2026-11", "2026-11-01", "2026-12-01", "2026-10", "2025-11"]),
            ("last-half", ["2026-H1", "2026-01-01", "2026-07-01", "2025-H2", "2025-H1"]),
            ("this-year", ["2026", "2026-01-01", "2027-01-01", "2025", "2025"]),
            ("last-year", ["2025", "2025-01-01", "2026-01-01", "2024", "2024"]),
            ("this-week", ["2026-W48", "2026-11-23", "2026-11-30", "2026-W47", "2025-W48"]),
            ("last-week", ["2026-W47", "2026-11-16", "2026-11-23", "2026-W46", "2025-W47"]),
            (
                "2026-07-01..2026-07-11",
                ["2026-07-01_2026-07-11", "2026-07-01", "2026-07-11", "2026-06-21_2026-07-01", "2025-07-01_2025-07-11"],
            ),
            (
                "2026-07..2026-08-02",
                ["2026-07-01_2026-08-02", "2026-07-01", "2026-08-02", "2026-05-30_2026-07-01", "2025-07-01_2025-08-02"],
            ),
        ] {
            expect(Calendar::default(), text, wanted);
        }
    }

    #[test]
    fn fiscal_quarters_halves_and_years_are_named_after_the_year_in_which_they_end() {
        for (text, wanted) in [
            ("FY2027-Q1", ["FY2027-Q1", "2026-04-01", "2026-07-01", "FY2026-Q4", "FY2026-Q1"]),
            ("FY2027-Q4", ["FY2027-Q4", "2027-01-01", "2027-04-01", "FY2027-Q3", "FY2026-Q4"]),
            ("FY2027-H2", ["FY2027-H2", "2026-10-01", "2027-04-01", "FY2027-H1", "FY2026-H2"]),
            ("FY2027", ["FY2027", "2026-04-01", "2027-04-01", "FY2026", "FY2026"]),
            ("last-quarter", ["FY2027-Q2", "2026-07-01", "2026-10-01", "FY2027-Q1", "FY2026-Q2"]),
            ("this-half", ["FY2027-H2", "2026-10-01", "2027-04-01", "FY2027-H1", "FY2026-H2"]),
            ("last-year", ["FY2026", "2025-04-01", "2026-04-01", "FY2025", "FY2025"]),
            ("2026-08", ["2026-08", "2026-08-01", "2026-09-01", "2026-07", "2025-08"]),
            ("2026-W31", ["2026-W31", "2026-07-27", "2026-08-03", "2026-W30", "2025-W31"]),
        ] {
            expect(april(), text, wanted);
        }
    }

    #[test]
    fn a_text_that_is_not_a_period_is_refused_with_what_to_write() {
        let refused = |calendar, text: &str| Period::parse_in(calendar, text, day("2026-11-24")).expect_err(text);
        for bad in [
            "",
            "2026-Q5",
            "2026-Q0",
            "2026-Q",
            "2026-Q03",
            "2026-H3",
            "2026-13",
            "2026-7",
            "2026-W54",
            "2025-W53",
            "2026-W1",
            "26",
            "0000",
            "+026",
            "2026-+1",
            "2026-",
            "Q3",
            "this-",
            "last-day",
            "this-QUARTER",
            "FY2026-08",
            "FY2026-W31",
        ] {
            let said = refused(Calendar::default(), bad);
            assert!(said.starts_with(&format!("`{bad}` is not a valid period")), "{said}");
        }
        for bad in ["2026-07-02..2026-07-01", "2026-07-01..x", "2026-07..2026-07", "2026-07..2026-13"] {
            refused(Calendar::default(), bad);
        }
        let said = refused(Calendar::default(), "FY2027-Q1");
        assert!(said.contains("set `fiscal_year_start` under [report]"), "{said}");
        let said = refused(april(), "2026-Q3");
        assert!(
            said.contains("names like FY2027-Q2; for the days of 2026-Q3 in the calendar year write 2026-07..2026-10"),
            "{said}"
        );
        assert!(refused(april(), "x").contains("write FY2027-Q2, FY2027-H1, 2026-08, FY2027"));
    }

    #[test]
    fn the_name_of_a_folder_is_read_whichever_calendar_is_configured_now() {
        let of = |calendar, label, from: Option<&str>| Period::of_label(calendar, label, from.map(day));
        let quarter = Period::parse_in(april(), "FY2027-Q1", day("2026-11-24")).ok();
        assert!(quarter.is_some());
        assert_eq!(of(Calendar::default(), "FY2027-Q1", Some("2026-04-01")), quarter);
        assert_eq!(of(april(), "FY2027-Q1", None), quarter);
        assert_eq!(of(Calendar::default(), "FY2027-Q1", None), None);
        assert_eq!(of(april(), "2026-Q3", None), of(Calendar::default(), "2026-Q3", Some("2026-07-01")));
        assert!(of(april(), "2026-Q3", None).is_some());
        for other in ["last-quarter", "this-week", "2026-07_2026-10", "2026-07-01..2026-10-01", "notes"] {
            assert_eq!(of(april(), other, None), None, "{other}");
        }
    }

    #[test]
    fn periods_are_alike_where_unit_and_calendar_are_the_same() {
        let period = |calendar, text| Period::parse_in(calendar, text, day("2026-11-24")).expect("a period");
        let (january, april) = (Calendar::default(), april());
        assert!(period(april, "FY2027-Q1").is_alike(&period(april, "FY2025-Q3")));
        assert!(period(january, "2026-08").is_alike(&period(april, "2026-02")));
        for (one, other) in
            [("2026-Q3", "2026-H1"), ("2026-W31", "2026-07-27..2026-08-03"), ("2026", "2026-01..2027-01")]
        {
            assert!(!period(january, one).is_alike(&period(january, other)), "{one} and {other}");
        }
        assert!(!period(april, "FY2027-Q2").is_alike(&period(january, "2026-Q3")), "another calendar");
    }
}

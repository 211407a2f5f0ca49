//! The form in which nearly every file writes its instants, read without a parser of every form.

use crate::domain::time::Timestamp;

/// Reads `2026-07-01T09:30:00Z`, with or without milliseconds, with `Z` or an offset like `+02:00`, of the years 1971 to
/// 8999. `None` is not an error: `Timestamp::parse` reads everything else, and says what is wrong.
pub(super) fn plain(text: &str) -> Option<Timestamp> {
    let (head, tail) = text.as_bytes().split_at_checked(19)?;
    let &[y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', mi1, mi2, b':', s1, s2] = head else {
        return None;
    };
    let year = two(y1, y2)? * 100 + two(y3, y4)?;
    let (month, day) = (two(mo1, mo2)?, two(d1, d2)?);
    let (hour, minute, second) = (two(h1, h2)?, two(mi1, mi2)?, two(s1, s2)?);
    let (millis, tail) = match tail {
        [b'.', a, b, c, rest @ ..] => (two(*a, *b)? * 10 + two(b'0', *c)?, rest),
        rest => (0, rest),
    };
    let offset = match *tail {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            (if sign == b'-' { -1 } else { 1 }) * (hours * 60 + minutes)
        }
        _ => return None,
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last_day = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1971..=8999).contains(&year) || !(1..=last_day).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some(Timestamp((minutes * 60 + second) * 1_000 + millis))
}

/// The number that two digits write.
fn two(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// Days from 1970-01-01 to a date; the year begins in March, so that a leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_day_is_the_one_that_the_calendar_has() {
        for day in (400..2_500_000_i64).step_by(13) {
            let at = Timestamp(day * 86_400_000 + 45_296_789);
            assert_eq!(plain(&at.to_rfc3339()), Some(at), "{at}");
        }
    }

    #[test]
    fn other_instant_formats_are_left_to_the_full_parser() {
        for text in [
            "",
            "2026-07-01",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-07-01T24:00:00Z",
            "2026-07-01T09:30:60Z",
            "2026-07-01T09:30:00",
            "2026-07-01T09:30:00+0200",
            "2026-07-01 09:30:00Z",
            "1970-07-01T09:30:00Z",
            "9000-01-01T00:00:00Z",
            "2026-07-01T09:30:00.1Z",
            "2026-07-01T09:30:00+15:00",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_parser_reads(
            text in "(19|20|89|00)[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{3})?(Z|[+-][01][0-9]:[0-6][0-9])",
        ) {
            if let Some(at) = plain(&text) {
                prop_assert_eq!(Timestamp::parse(&text), Ok(at));
            }
        }
    }
}

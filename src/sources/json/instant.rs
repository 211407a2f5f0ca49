//! Reads instants in replies, and writes instants for requests.

use serde_json::Value;

use super::place::text;
use crate::domain::time::Timestamp;

/// Numbers from here on are milliseconds since 1970; in seconds this is the year 5138.
const MILLISECONDS: i64 = 100_000_000_000;

/// The format of an instant in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Instants {
    /// `2026-07-01T09:30:00.000Z`.
    Rfc3339,
    /// `2026-07-01T09:30:00`, in UTC.
    Seconds,
    /// `2026-07-01 09:30:00`, in UTC.
    SecondsWithSpace,
    /// `2026-07-01 09:30`.
    Minutes,
    /// `2026-07-01`.
    Date,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
}

impl Instants {
    /// The instant, rounded down if necessary.
    pub(in crate::sources) fn floor(self, at: Timestamp) -> String {
        let utc = at.utc();
        match self {
            Self::Rfc3339 => utc.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            Self::Seconds => utc.format("%Y-%m-%dT%H:%M:%S").to_string(),
            Self::SecondsWithSpace => utc.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Minutes => utc.format("%Y-%m-%d %H:%M").to_string(),
            Self::Date => utc.format("%Y-%m-%d").to_string(),
            Self::EpochSeconds => at.0.div_euclid(1_000).to_string(),
            Self::EpochMilliseconds => at.0.to_string(),
        }
    }

    /// The instant, rounded up if necessary.
    pub(super) fn ceil(self, at: Timestamp) -> String {
        let unit = match self {
            Self::Rfc3339 | Self::EpochMilliseconds => 1,
            Self::Seconds | Self::SecondsWithSpace | Self::EpochSeconds => 1_000,
            Self::Minutes => 60_000,
            Self::Date => 86_400_000,
        };
        self.floor(Timestamp(at.0.saturating_add(unit - 1)))
    }
}

/// Reads an instant: RFC 3339, the same without an offset in UTC where a service writes it so, or seconds or
/// milliseconds since 1970. The zero instants are missing.
pub(in crate::sources) fn read(value: &Value, without_offset: bool) -> Result<Option<Timestamp>, String> {
    let Some(text) = text(value) else {
        return match value {
            Value::Null | Value::String(_) => Ok(None),
            _ => Err("a list or an object is not an instant".into()),
        };
    };
    let at = match text.parse::<i64>() {
        Ok(number) if number.checked_abs().is_none_or(|it| it >= MILLISECONDS) => Timestamp(number),
        Ok(number) => Timestamp(number * 1_000),
        Err(_) if without_offset => Timestamp::parse(&text).or_else(|_| Timestamp::parse(&format!("{text}Z")))?,
        Err(_) => Timestamp::parse(&text)?,
    };
    // The same years as those of written instants, so that every instant can be written and read back.
    if !(-62_135_596_800_000..253_370_764_800_000).contains(&at.0) {
        return Err("an instant outside the years 1 to 9998".into());
    }
    Ok(Some(at).filter(|at| !at.is_placeholder()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_read_in_each_form_and_zero_ones_are_missing() {
        let july = Timestamp(1_782_898_200_000);
        for (value, wanted) in [
            (json!("2026-07-01T09:30:00Z"), Some(july)),
            (json!("2026-07-01T11:30:00.000+0200"), Some(july)),
            (json!("2026-07-01 09:30:00"), Some(july)),
            (json!(1_782_898_200), Some(july)),
            (json!(1_782_898_200_000_i64), Some(july)),
            (json!("1782898200"), Some(july)),
            (json!(null), None),
            (json!(""), None),
            (json!(0), None),
            (json!("0001-01-01T00:00:00Z"), None),
        ] {
            assert_eq!(read(&value, true), Ok(wanted), "{value}");
        }
        for value in [json!({}), json!("yesterday"), json!(i64::MAX), json!(i64::MIN), json!(1.5)] {
            assert!(read(&value, true).is_err(), "{value}");
        }
        assert!(read(&json!("2026-07-01 09:30:00"), false).is_err_and(|words| words.contains("offset")));
    }

    #[test]
    fn a_query_covers_at_least_its_span() {
        let at = Timestamp(1_782_898_200_001);
        for (form, floor, ceil) in [
            (Instants::Rfc3339, "2026-07-01T09:30:00.001Z", "2026-07-01T09:30:00.001Z"),
            (Instants::Seconds, "2026-07-01T09:30:00", "2026-07-01T09:30:01"),
            (Instants::SecondsWithSpace, "2026-07-01 09:30:00", "2026-07-01 09:30:01"),
            (Instants::Minutes, "2026-07-01 09:30", "2026-07-01 09:31"),
            (Instants::Date, "2026-07-01", "2026-07-02"),
            (Instants::EpochSeconds, "1782898200", "1782898201"),
            (Instants::EpochMilliseconds, "1782898200001", "1782898200001"),
        ] {
            assert_eq!((form.floor(at).as_str(), form.ceil(at).as_str()), (floor, ceil), "{form:?}");
        }
    }
}

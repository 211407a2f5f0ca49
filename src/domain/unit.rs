//! Quantities that carry their unit, so that a ratio is never added to a second.

use serde::Serialize;

/// A length of time in whole seconds, floored from milliseconds; may be negative while it is being judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    /// One minute.
    pub const MINUTE: Self = Self(60);
    /// One hour.
    pub const HOUR: Self = Self(3_600);
    /// Twenty-four hours.
    pub const DAY: Self = Self(86_400);

    /// The same length as a real number of seconds, for statistics.
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

/// The two ends of an interval estimate, in the unit of its figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.low, self.high].serialize(serializer)
    }
}

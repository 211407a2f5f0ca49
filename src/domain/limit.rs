//! The worst value that still counts as one of several ordered answers: a band, or an answer of a survey.

/// The worst value that is still inside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// More than this.
    Above(f64),
    /// This or more.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
    /// This or less.
    AtMost(f64),
}

impl Limit {
    /// Whether a value is inside.
    pub fn admits(self, value: f64) -> bool {
        match self {
            Self::Above(limit) => value > limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Below(limit) => value < limit,
            Self::AtMost(limit) => value <= limit,
        }
    }

    /// The number itself.
    pub fn value(self) -> f64 {
        match self {
            Self::Above(limit) | Self::AtLeast(limit) | Self::Below(limit) | Self::AtMost(limit) => limit,
        }
    }

    /// Its comparison: `>`, `>=`, `<` or `<=`.
    pub fn operator(self) -> &'static str {
        match self {
            Self::Above(_) => ">",
            Self::AtLeast(_) => ">=",
            Self::Below(_) => "<",
            Self::AtMost(_) => "<=",
        }
    }
}

//! The same data as other tools count them, so that a team can move without its trend breaking.

use super::metric::Metric;

/// A tool whose counting is emulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    /// DORA's own words.
    Dora,
    /// Google's Four Keys.
    FourKeys,
    /// Apache `DevLake`, the calculation of 2021.
    DevLake2021,
    /// Apache `DevLake`, the calculation of 2023.
    DevLake2023,
    /// `GitLab`'s DORA API.
    GitLab,
    /// Sleuth.
    Sleuth,
    /// `LinearB`.
    LinearB,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Dora, Self::FourKeys, Self::DevLake2021, Self::DevLake2023, Self::GitLab, Self::Sleuth, Self::LinearB];

    /// As people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dora => "DORA (words of 2026, names of 2024)",
            Self::FourKeys => "Four Keys",
            Self::DevLake2021 => "DevLake (2021 report)",
            Self::DevLake2023 => "DevLake (2023 report)",
            Self::GitLab => "GitLab",
            Self::Sleuth => "Sleuth",
            Self::LinearB => "LinearB",
        }
    }
}

/// A value in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EmulatedValue {
    /// Deployments a day.
    PerDay(f64),
    /// Days with deployments in a week.
    DaysPerWeek(f64),
    /// Seconds.
    Seconds(f64),
    /// A share of 1, or more where a tool does not divide by what it counts.
    Ratio(f64),
}

/// One metric of one group as one tool counts it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emulation {
    /// Whose way.
    pub tool: Tool,
    /// Of what.
    pub metric: Metric,
    /// The result; none if there is nothing to count, even if the tool itself would print 0.
    pub value: Option<EmulatedValue>,
    /// How many deployments, changes or incidents are in it.
    pub n: u64,
    /// The formula in a sentence.
    pub formula: &'static str,
}

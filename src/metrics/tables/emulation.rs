//! The same data as other tools count them, so that a team can move without its trend breaking.

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

/// A metric, whoever counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Deployment frequency.
    DeploymentFrequency,
    /// Lead time for changes.
    LeadTime,
    /// Change failure rate.
    ChangeFailureRate,
    /// Time to restore service.
    TimeToRestore,
    /// Failed deployment recovery time.
    RecoveryTime,
}

impl Metric {
    /// All of them, in the order of the outputs.
    pub const ALL: [Self; 5] =
        [Self::DeploymentFrequency, Self::LeadTime, Self::ChangeFailureRate, Self::TimeToRestore, Self::RecoveryTime];

    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeploymentFrequency => "deployment_frequency",
            Self::LeadTime => "lead_time",
            Self::ChangeFailureRate => "change_failure_rate",
            Self::TimeToRestore => "time_to_restore",
            Self::RecoveryTime => "recovery_time",
        }
    }

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::DeploymentFrequency => "Deployment frequency",
            Self::LeadTime => "Lead time for changes",
            Self::ChangeFailureRate => "Change failure rate",
            Self::TimeToRestore => "Time to restore service",
            Self::RecoveryTime => "Failed deployment recovery time",
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
    /// What comes of it; none where there is nothing to count, even if the tool itself would print 0.
    pub value: Option<EmulatedValue>,
    /// How many deployments, changes or incidents are in it.
    pub n: u64,
    /// The formula in a sentence.
    pub formula: &'static str,
}

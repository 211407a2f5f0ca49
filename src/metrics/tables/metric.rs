//! The metrics by name, and the words for how a metric is counted: units, directions, statistics.
//!
//! What each metric is lies in its own file; `Metric::descriptor` finds it.

/// A metric, of this program or of an emulated tool.
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
    /// Deployment rework rate.
    ReworkRate,
}

impl Metric {
    /// All of them, in the order of the outputs.
    pub const ALL: [Self; 6] = [
        Self::DeploymentFrequency,
        Self::LeadTime,
        Self::ChangeFailureRate,
        Self::TimeToRestore,
        Self::RecoveryTime,
        Self::ReworkRate,
    ];
}

/// The unit of a metric's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Events per calendar day.
    PerDay,
    /// Seconds.
    Seconds,
    /// A share, 0 to 1.
    Ratio,
}

impl Unit {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PerDay => "per_day",
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
        }
    }
}

/// Which direction is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A higher value.
    Higher,
    /// A lower value.
    Lower,
}

impl Better {
    /// How a better figure compares with others: of a rate, and of a duration or share.
    pub fn compared(self) -> &'static str {
        match self {
            Self::Higher => "more often",
            Self::Lower => "faster",
        }
    }
}

/// One number of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// Events per day.
    Rate,
    /// Median.
    P50,
    /// 75th percentile.
    P75,
    /// 90th percentile.
    P90,
    /// Mean.
    Mean,
    /// A share.
    Ratio,
    /// Kaplan-Meier median.
    KaplanMeierP50,
}

impl Statistic {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::P50 => "p50",
            Self::P75 => "p75",
            Self::P90 => "p90",
            Self::Mean => "mean",
            Self::Ratio => "ratio",
            Self::KaplanMeierP50 => "km_p50",
        }
    }

    /// Whether it is the headline of its metric: the value that has an interval, a band and a verdict.
    pub fn is_headline(self) -> bool {
        matches!(self, Self::Rate | Self::P50 | Self::Ratio)
    }
}

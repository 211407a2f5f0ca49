//! How some durations are distributed.

use crate::domain::unit::Interval;

/// The distribution of some durations, seconds, linearly interpolated between order statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// Mean.
    pub mean: f64,
}

/// The distribution of some durations; there is at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Durations {
    /// How many.
    pub n: u64,
    /// Median, linearly interpolated, seconds.
    pub p50: f64,
    /// 75th percentile, seconds.
    pub p75: f64,
    /// 90th percentile, seconds.
    pub p90: f64,
    /// Mean, seconds.
    pub mean: f64,
    /// Order-statistic 95 % interval of the median; none below n = 6.
    pub ci95: Option<Interval>,
}

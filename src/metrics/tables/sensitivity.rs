//! Change failure rate and recovery time under another attribution.

use crate::domain::settings::Policy;
use crate::domain::unit::Seconds;

/// The figures of a group over the period, attributed in one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// The policy.
    pub policy: Policy,
    /// The longest age of a link by the clock.
    pub window: Seconds,
    /// Whether a rollback fails the deployment that it replaced.
    pub count_rollbacks: bool,
    /// Deployments that failed.
    pub failed: u64,
    /// Counted deployments.
    pub deployments: u64,
    /// Those that failed over all; none without deployments.
    pub ratio: Option<f64>,
    /// Median recovery time in seconds; none where no attributed incident was resolved.
    pub recovery_p50: Option<f64>,
    /// How many were.
    pub recovery_n: u64,
}

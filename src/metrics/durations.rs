//! The distribution of some durations.

use super::statistics::{median_interval, quantile};
use super::tables::Durations;

/// The distribution of some durations in seconds; none without durations.
pub(super) fn durations(mut seconds: Vec<f64>) -> Option<Durations> {
    seconds.sort_unstable_by(f64::total_cmp);
    Some(Durations {
        n: seconds.len() as u64,
        p50: quantile(&seconds, 0.5)?,
        p75: quantile(&seconds, 0.75)?,
        p90: quantile(&seconds, 0.9)?,
        mean: seconds.iter().sum::<f64>() / seconds.len() as f64,
        ci95: median_interval(&seconds),
    })
}

//! One row per day and group: the columns of `daily.csv`.

use chrono::NaiveDate;

use super::metric::Metric;
use crate::domain::band::Band;

/// The rolling figures of the window that ends with one day. Empty where the window was not wholly read.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyRow {
    /// The day.
    pub date: NaiveDate,
    /// Whether `as_of` cuts the day short.
    pub partial: bool,
    /// Whether every repo of the group was read over the whole window.
    pub window_complete: bool,
    /// The day's own deployments; `None` only where the day itself was not read.
    pub deployments_on_day: Option<u32>,
    /// Counted deployments in the window.
    pub deployments: Option<u32>,
    /// Those over the window's days.
    pub deployments_per_day: Option<f64>,
    /// Median lead time, seconds.
    pub lead_time_p50: Option<f64>,
    /// 90th percentile, seconds.
    pub lead_time_p90: Option<f64>,
    /// Deployments with a lead time.
    pub lead_time_n: Option<u32>,
    /// Deployments of the window known on the day to have failed.
    pub failed_deployments: Option<u32>,
    /// Those over the deployments.
    pub change_failure_rate: Option<f64>,
    /// Incidents opened in the window.
    pub incidents_opened: Option<u32>,
    /// Incidents resolved in the window.
    pub incidents_resolved: Option<u32>,
    /// Incidents open at the window's end.
    pub incidents_open: Option<u32>,
    /// Median time to restore of the resolved, seconds.
    pub time_to_restore_p50: Option<f64>,
    /// 90th percentile, seconds.
    pub time_to_restore_p90: Option<f64>,
    /// Median time to restore of the attributed, seconds.
    pub recovery_time_p50: Option<f64>,
    /// Deployments of the window known on the day to be rework.
    pub rework_deployments: Option<u32>,
    /// Those over the deployments.
    pub rework_rate: Option<f64>,
    /// Band of the frequency.
    pub deployment_frequency_band: Option<Band>,
    /// Band of the median lead time.
    pub lead_time_band: Option<Band>,
    /// Band of the change failure rate.
    pub change_failure_rate_band: Option<Band>,
    /// Band of the median time to restore.
    pub time_to_restore_band: Option<Band>,
}

impl DailyRow {
    /// The rolling value of a metric, in its unit.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::DeploymentFrequency => self.deployments_per_day,
            Metric::LeadTime => self.lead_time_p50,
            Metric::ChangeFailureRate => self.change_failure_rate,
            Metric::TimeToRestore => self.time_to_restore_p50,
            Metric::RecoveryTime => self.recovery_time_p50,
            Metric::ReworkRate => self.rework_rate,
        }
    }
}

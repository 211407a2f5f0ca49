//! What each metric is in SQL: its statements, and the columns that they give. What it needs and which statistics it has
//! its descriptor says.

use crate::metrics::descriptor::Needs;
use crate::metrics::tables::Metric;

/// One metric's SQL.
#[derive(Debug)]
pub(super) struct Sql {
    /// The statements, one view each.
    pub(super) statements: &'static str,
    /// The views, which are also their aliases. Percentiles come from the last one, and are called after it.
    pub(super) views: &'static [&'static str],
    /// Columns before the percentiles: name and value.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// Columns after the percentiles.
    pub(super) last: &'static [(&'static str, &'static str)],
}

/// The column of `complete.sql` that says whether what a figure needs was read.
pub(super) fn is_read(needs: Needs) -> &'static str {
    match needs {
        Needs::Deployments => "has_deployments",
        Needs::Incidents => "has_incidents",
        Needs::Both => "has_failures",
    }
}

/// The SQL of a metric.
pub(super) fn of(metric: Metric) -> Sql {
    match metric {
        Metric::DeploymentFrequency => Sql {
            statements: include_str!("deployment_frequency.sql"),
            views: &["deployment_frequency"],
            columns: &[
                ("deployments", "coalesce(deployment_frequency.deployments, 0)"),
                ("deployments_per_day", "coalesce(deployment_frequency.deployments, 0) / CAST(c.days AS DOUBLE)"),
            ],
            last: &[],
        },
        Metric::LeadTime => Sql {
            statements: include_str!("lead_time.sql"),
            views: &["lead_time"],
            columns: &[],
            last: &[("lead_time_n", "coalesce(lead_time.n, 0)")],
        },
        Metric::ChangeFailureRate => Sql {
            statements: include_str!("change_failure_rate.sql"),
            views: &["change_failure_rate"],
            columns: &[
                ("failed_deployments", "coalesce(change_failure_rate.failed_deployments, 0)"),
                (
                    "change_failure_rate",
                    "CAST(coalesce(change_failure_rate.failed_deployments, 0) AS DOUBLE)\n         \
                     / nullif(CAST(deployment_frequency.deployments AS DOUBLE), 0)",
                ),
            ],
            last: &[],
        },
        Metric::TimeToRestore => Sql {
            statements: include_str!("time_to_restore.sql"),
            views: &["incidents_opened", "incidents_open", "time_to_restore"],
            columns: &[
                ("incidents_opened", "coalesce(incidents_opened.incidents_opened, 0)"),
                ("incidents_resolved", "coalesce(time_to_restore.incidents_resolved, 0)"),
                ("incidents_open", "coalesce(incidents_open.incidents_open, 0)"),
            ],
            last: &[("time_to_restore_n", "coalesce(time_to_restore.n, 0)")],
        },
        Metric::RecoveryTime => Sql {
            statements: include_str!("recovery_time.sql"),
            views: &["recovery_time"],
            columns: &[],
            last: &[("recovery_time_n", "coalesce(recovery_time.n, 0)")],
        },
        Metric::ReworkRate => Sql {
            statements: include_str!("rework_rate.sql"),
            views: &["rework_rate"],
            columns: &[
                ("rework_deployments", "coalesce(rework_rate.rework_deployments, 0)"),
                (
                    "rework_rate",
                    "CAST(coalesce(rework_rate.rework_deployments, 0) AS DOUBLE)\n         \
                     / nullif(CAST(deployment_frequency.deployments AS DOUBLE), 0)",
                ),
            ],
            last: &[],
        },
    }
}

//! What each metric is in SQL: its statement, and the columns that it gives.

/// What a figure needs to have been read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Needs {
    Deployments,
    Incidents,
    Failures,
}

impl Needs {
    /// The column of `complete.sql` that says so.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Deployments => "has_deployments",
            Self::Incidents => "has_incidents",
            Self::Failures => "has_failures",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub(super) struct Sql {
    /// The statements, one view each.
    pub(super) statements: &'static str,
    /// The views, which are also their aliases; a percentile comes from the last one, and is called after it.
    pub(super) views: &'static [&'static str],
    pub(super) needs: Needs,
    /// Columns of both spans: name and value.
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// Whether there are percentiles.
    pub(super) is_duration: bool,
    /// Columns after the percentiles.
    pub(super) last: &'static [(&'static str, &'static str)],
}

/// All metrics, in the order of the columns of `daily.csv`.
pub(super) const ALL: [Sql; 5] = [
    Sql {
        statements: include_str!("deployment_frequency.sql"),
        views: &["deployment_frequency"],
        needs: Needs::Deployments,
        columns: &[
            ("deployments", "coalesce(deployment_frequency.deployments, 0)"),
            ("deployments_per_day", "coalesce(deployment_frequency.deployments, 0) / CAST(c.days AS DOUBLE)"),
        ],
        is_duration: false,
        last: &[],
    },
    Sql {
        statements: include_str!("lead_time.sql"),
        views: &["lead_time"],
        needs: Needs::Deployments,
        columns: &[],
        is_duration: true,
        last: &[("lead_time_n", "coalesce(lead_time.n, 0)")],
    },
    Sql {
        statements: include_str!("change_failure_rate.sql"),
        views: &["change_failure_rate"],
        needs: Needs::Failures,
        columns: &[
            ("failed_deployments", "coalesce(change_failure_rate.failed_deployments, 0)"),
            (
                "change_failure_rate",
                "CAST(coalesce(change_failure_rate.failed_deployments, 0) AS DOUBLE) \
                 / nullif(CAST(deployment_frequency.deployments AS DOUBLE), 0)",
            ),
        ],
        is_duration: false,
        last: &[],
    },
    Sql {
        statements: include_str!("time_to_restore.sql"),
        views: &["incidents_opened", "incidents_open", "time_to_restore"],
        needs: Needs::Incidents,
        columns: &[
            ("incidents_opened", "coalesce(incidents_opened.incidents_opened, 0)"),
            ("incidents_resolved", "coalesce(time_to_restore.incidents_resolved, 0)"),
            ("incidents_open", "coalesce(incidents_open.incidents_open, 0)"),
        ],
        is_duration: true,
        last: &[("time_to_restore_n", "coalesce(time_to_restore.n, 0)")],
    },
    Sql {
        statements: include_str!("recovery_time.sql"),
        views: &["recovery_time"],
        needs: Needs::Failures,
        columns: &[],
        is_duration: true,
        last: &[("recovery_time_n", "coalesce(recovery_time.n, 0)")],
    },
];

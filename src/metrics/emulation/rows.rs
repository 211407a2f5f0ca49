//! The table of emulated metrics: for each tool and metric, its formula in words and the function that computes it.

use super::{Counted, Emulator};
use crate::metrics::tables::{Metric, Tool};

/// One formula: tool, metric, function, and description.
pub(super) struct Row(
    pub(super) Tool,
    pub(super) Metric,
    pub(super) fn(&Emulator<'_>) -> Counted,
    pub(super) &'static str,
);

/// All of them, by tool.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the methods are of one lifetime, the table is of any")]
pub(super) const ROWS: &[Row] = &[
    Row(Tool::Dora, Metric::DeploymentFrequency, |it| it.per_day(), "deployments ÷ days"),
    Row(
        Tool::Dora,
        Metric::LeadTime,
        |it| it.changes(),
        "median over changes (each pull request, each commit without one): first commit → deployed",
    ),
    Row(Tool::Dora, Metric::ChangeFailureRate, |it| it.failed(), "failed deployments ÷ deployments"),
    Row(
        Tool::Dora,
        Metric::RecoveryTime,
        |it| it.recovery(),
        "median of resolved − opened over incidents that a deployment caused",
    ),
    Row(
        Tool::FourKeys,
        Metric::DeploymentFrequency,
        |it| it.days_a_week_from_sunday(),
        "median over weeks (from Sunday) of days with a deployment",
    ),
    Row(
        Tool::FourKeys,
        Metric::LeadTime,
        |it| it.commit_minutes(),
        "median over commits of deployed − committed, whole minutes, those of 0 or less left out",
    ),
    Row(
        Tool::FourKeys,
        Metric::ChangeFailureRate,
        |it| it.links(),
        "links of incidents to deployments ÷ deployments: two incidents of one deployment count twice",
    ),
    Row(
        Tool::FourKeys,
        Metric::TimeToRestore,
        |it| it.hours_since_deployment(),
        "median, in whole hours, of resolved − the linked deployment (else opened), over incidents opened in the period",
    ),
    Row(
        Tool::DevLake2021,
        Metric::DeploymentFrequency,
        |it| it.days_a_week_from_monday(),
        "lower median over weeks (from Monday) of days with a deployment",
    ),
    Row(
        Tool::DevLake2023,
        Metric::DeploymentFrequency,
        |it| it.days_a_week_from_monday(),
        "lower median over weeks (from Monday) of days with a deployment",
    ),
    Row(
        Tool::DevLake2021,
        Metric::LeadTime,
        |it| it.pull_request_minutes(),
        "lower median over pull requests of coding + review + deploy time, each rounded up to minutes; commits without one left out",
    ),
    Row(
        Tool::DevLake2023,
        Metric::LeadTime,
        |it| it.pull_request_minutes(),
        "lower median over pull requests of coding + review + deploy time, each rounded up to minutes; commits without one left out",
    ),
    Row(
        Tool::DevLake2021,
        Metric::ChangeFailureRate,
        |it| it.latest_before(),
        "deployments that are the latest before any incident, however long before ÷ deployments",
    ),
    Row(
        Tool::DevLake2023,
        Metric::ChangeFailureRate,
        |it| it.latest_before(),
        "deployments that are the latest before any incident, however long before ÷ deployments",
    ),
    Row(
        Tool::DevLake2021,
        Metric::TimeToRestore,
        |it| it.minutes_of_opened(),
        "lower median, in whole minutes, of resolved − opened over incidents opened in the period",
    ),
    Row(
        Tool::DevLake2023,
        Metric::TimeToRestore,
        |it| it.minutes_since_deployment(),
        "lower median, in whole minutes, of resolved − the latest deployment before the incident",
    ),
    Row(Tool::GitLab, Metric::DeploymentFrequency, |it| it.per_day(), "deployments ÷ days"),
    Row(
        Tool::GitLab,
        Metric::LeadTime,
        |it| it.daily_medians_of_merges(),
        "median over days of the day's median of deployed − merged: no coding and no review",
    ),
    Row(
        Tool::GitLab,
        Metric::ChangeFailureRate,
        |it| it.incidents_over_deployments(),
        "incidents opened ÷ deployments, linked or not; may exceed 100 %",
    ),
    Row(
        Tool::GitLab,
        Metric::TimeToRestore,
        |it| it.daily_medians_of_restores(),
        "median over days of the day's median of resolved − opened",
    ),
    Row(Tool::Sleuth, Metric::DeploymentFrequency, |it| it.per_day(), "deployments ÷ days"),
    Row(Tool::Sleuth, Metric::LeadTime, |it| it.mean_lead_time(), "mean over deployments of first commit → deployed"),
    Row(
        Tool::Sleuth,
        Metric::TimeToRestore,
        |it| it.mean_restore(),
        "mean of resolved − opened over incidents opened in the period",
    ),
    Row(Tool::LinearB, Metric::DeploymentFrequency, |it| it.per_day(), "deployments ÷ days"),
    Row(
        Tool::LinearB,
        Metric::LeadTime,
        |it| it.sum_of_phase_means(),
        "mean coding + mean pickup + mean review + mean deploy time of pull requests",
    ),
    Row(
        Tool::LinearB,
        Metric::ChangeFailureRate,
        |it| it.incidents_over_deployments(),
        "incidents opened ÷ deployments; may exceed 100 %",
    ),
];

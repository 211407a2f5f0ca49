//! The plain tables that the metrics produce: figures by group and day, and the events behind them.
//!
//! A figure that cannot be known names the reason (`missing`), a number is a `None`, never 0 and never NaN. Durations
//! of statistics are real seconds, rates are per calendar day, ratios run from 0 to 1.

mod daily;
mod details;
mod distribution;
mod emulation;
mod figure;
mod figures;
mod finding;
mod metric;
mod no_data;
pub(super) mod records;
mod sensitivity;

pub use super::incident_records::IncidentRecords;
pub use super::records::DeploymentRecords;
pub use daily::DailyRow;
pub use details::{Details, FrequencyDetails, LeadTimeDetails, RestoreDetails, StageFigures, VariantFigure};
pub use distribution::{Durations, Quantiles};
pub use emulation::{EmulatedValue, Emulation, Tool};
pub use figure::{BandReading, Figure, Progress, SurveyShare, Trend, Verdict};
pub use figures::{Figures, MonthlyFailures, PastPeriod, SurvivalStep};
pub use finding::{Counts, EnvironmentCounts, Fault, Finding, IncidentFilter, Numbers, Observation, Severity};
pub use metric::{Better, Metric, Statistic, Unit};
pub use no_data::NoData;
pub use records::{Cause, DeploymentEvent, DeploymentRecord, IncidentEvent, IncidentRecord, Link};
pub use sensitivity::Sensitivity;

pub use crate::facts::inputs::InputSummary;
pub use crate::facts::rework::ReworkRule;
pub use crate::facts::words::{Kind, LeadTimeReason, Rule, Stages, Start, Variant};

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::group::{Group, GroupKind, TeamName};
use crate::domain::period::Period;
use crate::domain::settings::Settings;
use crate::domain::time::{Span, Timestamp};

/// Everything that a report is made of.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// What the figures depend on besides the events.
    pub settings: Settings,
    /// The instant of the report; nothing at or after it is known.
    pub as_of: Timestamp,
    /// The period reported.
    pub period: Period,
    /// The instants of the period that are known: its end is cut at `as_of`.
    pub known: Span,
    /// The period compared with.
    pub previous: Option<Period>,
    /// The `--service` pattern in force.
    pub service_filter: Option<String>,
    /// The `--team` pattern in force.
    pub team_filter: Option<String>,
    /// All, teams, services; by kind, then name.
    pub groups: Vec<GroupReport>,
    /// Deployments from the start of the period's first window to its known end, by time, source, id.
    pub deployments: DeploymentRecords,
    /// Incidents that touch the same span, by opening, source, id.
    pub incidents: IncidentRecords,
    /// What was read completely.
    pub coverage: Vec<Coverage>,
    /// The same, joined over sources, of each repo of the report and each incident source; only what a figure depends
    /// on.
    pub history: Vec<HistoryRecord>,
    /// The whole period under other settings, for findings that compare two ways of counting.
    pub alternatives: Vec<Alternative>,
    /// What a reader should know about the figures.
    pub findings: Vec<Finding>,
    /// The rows of each table of the dataset.
    pub inputs: Vec<InputSummary>,
}

/// The figures of group `all` over the period under other settings.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// What is different.
    pub variation: Variation,
    /// The figures; a lead time only where the environments differ.
    pub numbers: Numbers,
}

/// A way in which an alternative differs from the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variation {
    /// Each roll-out counts once, however many records it left.
    RolloutsOnce,
    /// These environments, which do not look like production, do not count; with their deployments.
    WithoutEnvironments(BTreeMap<String, u64>),
    /// These, which look like production, count too.
    WithEnvironments(BTreeMap<String, u64>),
    /// No incident is left out by priority, urgency or tag.
    WithoutFilters,
}

impl Analysis {
    /// The counted incidents of the report's own services, and without a filter those of none; an incident of another
    /// service is listed where a deployment of one of these caused it.
    pub fn own_incidents(&self) -> impl Iterator<Item = IncidentRecord<'_>> {
        let is_part = self.service_filter.is_some() || self.team_filter.is_some();
        let services: BTreeSet<&str> = self
            .groups
            .iter()
            .filter(|report| report.group.kind == GroupKind::Service)
            .map(|report| report.group.name.as_str())
            .collect();
        let is_own = move |it: &IncidentRecord<'_>| {
            it.counted && (!is_part || it.services.iter().any(|name| services.contains(name.0.as_str())))
        };
        self.incidents.iter().filter(is_own)
    }

    /// Those of them that are open at the end of what is known.
    pub fn open_incidents(&self) -> impl Iterator<Item = IncidentRecord<'_>> {
        self.own_incidents().filter(IncidentRecord::is_open)
    }

    /// Whether the period has at least one figure.
    pub fn has_figures(&self) -> bool {
        self.groups.iter().any(|group| group.figures.has_any())
    }
}

/// What was read completely of one repo's deployments or one source's incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRecord {
    /// Of which table.
    pub table: Table,
    /// The repo, or the incident source.
    pub name: String,
    /// Joined, sorted spans; empty where nothing was.
    pub spans: Vec<Span>,
}

/// The figures of one group.
#[derive(Debug, Clone)]
pub struct GroupReport {
    /// Whose they are.
    pub group: Group,
    /// The team of a service.
    pub team: Option<TeamName>,
    /// How many services are pooled in it.
    pub services: usize,
    /// The period's, each with its figure of the period compared with, its verdict and its trend.
    pub figures: Figures,
    /// The seven periods of the same kind before the reported one, oldest first; empty where only tables are computed.
    pub earlier: Vec<PastPeriod>,
    /// Change failure rate and recovery time under other attributions; empty where failures cannot be told.
    pub sensitivity: Vec<Sensitivity>,
    /// Failures of the last three windows of 30 days that end with the period, the newest first.
    pub recent: Vec<Figure>,
    /// The same data as other tools count them.
    pub emulations: Vec<Emulation>,
    /// One row per day of the period up to `as_of`, oldest first.
    pub daily: Vec<DailyRow>,
    /// Failures by calendar month of the period.
    pub months: Vec<MonthlyFailures>,
    /// Kaplan-Meier curve of the period's times to restore, from (0, 1) downward; empty without incidents.
    pub survival: Vec<SurvivalStep>,
}

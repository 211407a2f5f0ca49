//! One group of `report.json`: its five metrics, its failures by month, its survival curve.

use chrono::NaiveDate;
use serde::Serialize;

use super::lead_time::LeadTimeView;
use super::metric::{ChangeFailureView, FrequencyView, NoDataView, RestoreView};
use crate::domain::band::Band;
use crate::domain::group::TeamName;
use crate::domain::time::Zone;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    BandReading, EmulatedValue, Emulation, GroupReport, MonthlyFailures, SurvivalStep, Trend, Trends,
};

#[derive(Serialize)]
pub(super) struct GroupView<'a> {
    kind: &'static str,
    name: &'a str,
    team: Option<&'a TeamName>,
    services: usize,
    metrics: Metrics,
    trends: TrendsView,
    emulations: Vec<EmulationView>,
    months: Vec<MonthView>,
    survival: Vec<StepView>,
}

#[derive(Serialize)]
struct Metrics {
    deployment_frequency: FrequencyView,
    lead_time: LeadTimeView,
    change_failure_rate: ChangeFailureView,
    time_to_restore: RestoreView,
    recovery_time: RestoreView,
}

/// Which way each metric went over the weeks of the period.
#[derive(Serialize)]
struct TrendsView {
    deployment_frequency: TrendView,
    lead_time: TrendView,
    change_failure_rate: TrendView,
    time_to_restore: TrendView,
    recovery_time: TrendView,
}

#[derive(Serialize)]
struct TrendView {
    weeks: u32,
    slope_per_week: Option<f64>,
    p: Option<f64>,
    verdict: &'static str,
}

impl TrendsView {
    fn new(trends: &Trends) -> Self {
        let view = |trend: Trend| TrendView {
            weeks: trend.weeks,
            slope_per_week: trend.slope_per_week,
            p: trend.p,
            verdict: trend.verdict.as_str(),
        };
        Self {
            deployment_frequency: view(trends.frequency),
            lead_time: view(trends.lead_time),
            change_failure_rate: view(trends.change_failure),
            time_to_restore: view(trends.restore),
            recovery_time: view(trends.recovery),
        }
    }
}

/// A metric as another tool counts it.
#[derive(Serialize)]
struct EmulationView {
    tool: &'static str,
    metric: &'static str,
    value: Option<f64>,
    unit: Option<&'static str>,
    n: u64,
    formula: &'static str,
}

impl EmulationView {
    fn new(it: &Emulation) -> Self {
        let (value, unit) = match it.value {
            Some(EmulatedValue::PerDay(value)) => (Some(value), Some("per_day")),
            Some(EmulatedValue::DaysPerWeek(value)) => (Some(value), Some("days_per_week")),
            Some(EmulatedValue::Seconds(value)) => (Some(value), Some("seconds")),
            Some(EmulatedValue::Ratio(value)) => (Some(value), Some("ratio")),
            None => (None, None),
        };
        let (tool, metric) = (it.tool.as_str(), it.metric.as_str());
        Self { tool, metric, value, unit, n: it.n, formula: it.formula }
    }
}

#[derive(Serialize)]
struct MonthView {
    from: NaiveDate,
    ratio: Option<f64>,
    failed: Option<u64>,
    deployments: Option<u64>,
    ci95: Option<Interval>,
    band: Option<Band>,
    no_data: Option<NoDataView>,
}

#[derive(Serialize)]
struct StepView {
    seconds: f64,
    unresolved: f64,
}

impl<'a> GroupView<'a> {
    pub(super) fn new(report: &'a GroupReport, zone: Zone) -> Self {
        let (now, before, verdicts) = (&report.figures, report.previous.as_ref(), report.verdicts);
        let restore_band = now.restore.as_ref().map(|it| it.band).unwrap_or_default();
        let metrics = Metrics {
            deployment_frequency: FrequencyView::new(
                &now.frequency,
                before.map(|it| &it.frequency),
                verdicts.frequency,
                zone,
            ),
            lead_time: LeadTimeView::new(&now.lead_time, before.map(|it| &it.lead_time), verdicts.lead_time, zone),
            change_failure_rate: ChangeFailureView::new(
                &now.change_failure,
                before.map(|it| &it.change_failure),
                verdicts.change_failure,
                zone,
            ),
            time_to_restore: RestoreView::new(
                &now.restore,
                restore_band,
                before.map(|it| &it.restore),
                verdicts.restore,
                zone,
            ),
            // No edition has thresholds for it.
            recovery_time: RestoreView::new(
                &now.recovery,
                BandReading::default(),
                before.map(|it| &it.recovery),
                verdicts.recovery,
                zone,
            ),
        };
        Self {
            kind: report.group.kind.as_str(),
            name: &report.group.name,
            team: report.team.as_ref(),
            services: report.services,
            metrics,
            trends: TrendsView::new(&report.trends),
            emulations: report.emulations.iter().map(EmulationView::new).collect(),
            months: report.months.iter().map(|month| MonthView::new(month, zone)).collect(),
            survival: report.survival.iter().map(StepView::new).collect(),
        }
    }
}

impl MonthView {
    fn new(month: &MonthlyFailures, zone: Zone) -> Self {
        let known = month.figure.as_ref().ok();
        Self {
            from: month.from,
            ratio: known.and_then(|it| it.ratio),
            failed: known.map(|it| it.failed),
            deployments: known.map(|it| it.deployments),
            ci95: known.and_then(|it| it.ci95),
            band: known.and_then(|it| it.band.band),
            no_data: NoDataView::of(&month.figure, zone),
        }
    }
}

impl StepView {
    fn new(step: &SurvivalStep) -> Self {
        Self { seconds: step.seconds, unresolved: step.unresolved }
    }
}

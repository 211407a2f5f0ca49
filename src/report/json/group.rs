//! One group of `report.json`: its metrics, its failures by month, its survival curve.

use chrono::NaiveDate;
use serde::Serialize;

use super::fields::{Field, Fields};
use super::metric;
use crate::domain::band::Band;
use crate::domain::group::TeamName;
use crate::domain::period::Period;
use crate::domain::time::Zone;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    EmulatedValue, Emulation, Figure, Figures, GroupReport, Metric, MonthlyFailures, Sensitivity, SurvivalStep,
};

#[derive(Serialize)]
pub(super) struct GroupView<'a> {
    kind: &'static str,
    name: &'a str,
    team: Option<&'a TeamName>,
    services: usize,
    metrics: Fields,
    trends: Fields,
    history: Vec<HistoryView>,
    sensitivity: Vec<Fields>,
    emulations: Vec<EmulationView>,
    months: Vec<MonthView>,
    survival: Vec<StepView>,
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
    no_data: Option<Fields>,
}

#[derive(Serialize)]
struct StepView {
    seconds: f64,
    unresolved: f64,
}

/// The figures of one period of the same kind, as known at its own end.
#[derive(Serialize)]
struct HistoryView {
    label: String,
    from: NaiveDate,
    to: NaiveDate,
    metrics: Fields,
}

impl HistoryView {
    fn new(period: &Period, figures: &Figures, zone: Zone) -> Self {
        let metrics = by_metric(figures, |metric, it| metric::past(metric, it, zone));
        Self { label: period.label.clone(), from: period.from, to: period.to, metrics }
    }
}

/// An object with a key for each metric.
fn by_metric(figures: &Figures, view: impl Fn(Metric, &Figure) -> Fields) -> Fields {
    Fields(figures.iter().map(|(metric, it)| (metric.as_str(), Some(view(metric, it)).into())).collect())
}

/// Change failure rate and recovery time under another attribution.
fn sensitivity(it: &Sensitivity) -> Fields {
    let mut fields = Fields::default();
    fields.push("attribution", Some(it.policy.as_str()));
    fields.push("attribution_window_seconds", u64::try_from(it.window.0).ok());
    fields.push("count_rollbacks", Field::Flag(it.count_rollbacks));
    fields.push("ratio", it.ratio);
    fields.push("failed", Some(it.failed));
    fields.push("deployments", Some(it.deployments));
    fields.push("recovery_p50_seconds", it.recovery_p50);
    fields.push("recovery_n", Some(it.recovery_n));
    fields
}

impl<'a> GroupView<'a> {
    pub(super) fn new(report: &'a GroupReport, period: &Period, zone: Zone) -> Self {
        let past = report.earlier.iter().map(|past| HistoryView::new(&past.period, &past.figures, zone));
        let now = HistoryView::new(period, &report.figures, zone);
        Self {
            kind: report.group.kind.as_str(),
            name: &report.group.name,
            team: report.team.as_ref(),
            services: report.services,
            metrics: by_metric(&report.figures, |metric, it| metric::figure(metric, it, zone)),
            trends: by_metric(&report.figures, |_, it| metric::trend(it.trend)),
            history: past.chain([now]).collect(),
            sensitivity: report.sensitivity.iter().map(sensitivity).collect(),
            emulations: report.emulations.iter().map(EmulationView::new).collect(),
            months: report.months.iter().map(|month| MonthView::new(month, zone)).collect(),
            survival: report.survival.iter().map(StepView::new).collect(),
        }
    }
}

impl MonthView {
    fn new(month: &MonthlyFailures, zone: Zone) -> Self {
        let figure = &month.figure;
        Self {
            from: month.from,
            ratio: figure.value,
            failed: figure.k,
            deployments: figure.known().map(|it| it.n),
            ci95: figure.ci95,
            band: figure.band.band,
            no_data: metric::no_data(figure, zone),
        }
    }
}

impl StepView {
    fn new(step: &SurvivalStep) -> Self {
        Self { seconds: step.seconds, unresolved: step.unresolved }
    }
}

//! The metrics of `report.json`: each with its interval, band, previous value, verdict, or the reason for no data.

use serde::Serialize;

use crate::domain::band::Band;
use crate::domain::time::Zone;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    BandReading, ChangeFailure, Durations, Figure, Frequency, NoData, Restore, Rule, Verdict,
};
use crate::report::words;

/// Why a metric has no figure.
#[derive(Serialize)]
pub(super) struct NoDataView {
    code: &'static str,
    message: String,
}

impl NoDataView {
    pub(super) fn of<T>(figure: &Figure<T>, zone: Zone) -> Option<Self> {
        let reason = figure.as_ref().err()?;
        let code = match reason {
            NoData::NotYet => "not-yet",
            NoData::NoRepos => "no-repos",
            NoData::DeploymentsNotRead { .. } => "deployments-not-read",
            NoData::NothingCounted => "nothing-counted",
            NoData::IncidentsUnmapped => "incidents-unmapped",
            NoData::NoIncidentSource => "no-incident-source",
            NoData::IncidentsNotRead { .. } => "incidents-not-read",
        };
        Some(Self { code, message: words::sentence(reason, zone) })
    }
}

/// What the end of every metric has in common.
#[derive(Serialize)]
pub(super) struct Judgement<P: Serialize> {
    ci95: Option<Interval>,
    band: Option<Band>,
    /// Worse end first, as in "high–elite".
    band_range: Option<String>,
    previous: Option<P>,
    verdict: Option<&'static str>,
    no_data: Option<NoDataView>,
}

impl<P: Serialize> Judgement<P> {
    pub(super) fn new<T>(
        figure: &Figure<T>,
        ci95: Option<Interval>,
        band: BandReading,
        previous: Option<P>,
        verdict: Option<Verdict>,
        zone: Zone,
    ) -> Self {
        Self {
            ci95,
            band: band.band,
            band_range: band.range.map(|(worse, better)| format!("{}–{}", worse.as_str(), better.as_str())),
            previous,
            verdict: verdict.map(Verdict::as_str),
            no_data: NoDataView::of(figure, zone),
        }
    }
}

/// The figure of the period before, where there is one.
pub(super) fn known<T>(previous: Option<&Figure<T>>) -> Option<&T> {
    previous.and_then(|figure| figure.as_ref().ok())
}

#[derive(Serialize)]
pub(super) struct FrequencyView {
    per_day: Option<f64>,
    deployments: Option<u64>,
    days: Option<u32>,
    days_with_deployments: Option<u32>,
    median_days_between: Option<f64>,
    #[serde(flatten)]
    judgement: Judgement<FrequencyBefore>,
}

#[derive(Serialize)]
struct FrequencyBefore {
    per_day: f64,
    deployments: u64,
}

impl FrequencyView {
    pub(super) fn new(
        figure: &Figure<Frequency>,
        previous: Option<&Figure<Frequency>>,
        verdict: Option<Verdict>,
        zone: Zone,
    ) -> Self {
        let now = figure.as_ref().ok();
        let before = known(previous).map(|it| FrequencyBefore { per_day: it.per_day, deployments: it.deployments });
        let band = now.map(|it| it.band).unwrap_or_default();
        Self {
            per_day: now.map(|it| it.per_day),
            deployments: now.map(|it| it.deployments),
            days: now.map(|it| it.days),
            days_with_deployments: now.map(|it| it.days_with_deployments),
            median_days_between: now.and_then(|it| it.median_days_between),
            judgement: Judgement::new(figure, now.map(|it| it.ci95), band, before, verdict, zone),
        }
    }
}

/// Percentiles and mean; with `n` 0 there are none, with `n` null nobody knows.
#[derive(Serialize)]
pub(super) struct DurationsView {
    p50_seconds: Option<f64>,
    p75_seconds: Option<f64>,
    p90_seconds: Option<f64>,
    mean_seconds: Option<f64>,
    n: Option<u64>,
}

impl DurationsView {
    pub(super) fn new(n: Option<u64>, some: Option<Durations>) -> Self {
        Self {
            p50_seconds: some.map(|it| it.p50),
            p75_seconds: some.map(|it| it.p75),
            p90_seconds: some.map(|it| it.p90),
            mean_seconds: some.map(|it| it.mean),
            n,
        }
    }
}

/// How many; without a distribution there were none.
pub(super) fn count_of(durations: Option<Durations>) -> u64 {
    durations.map_or(0, |it| it.n)
}

#[derive(Serialize)]
pub(super) struct DurationsBefore {
    p50_seconds: Option<f64>,
    n: u64,
}

impl DurationsBefore {
    pub(super) fn new(durations: Option<Durations>) -> Self {
        Self { p50_seconds: durations.map(|it| it.p50), n: count_of(durations) }
    }
}

#[derive(Serialize)]
pub(super) struct ChangeFailureView {
    ratio: Option<f64>,
    failed: Option<u64>,
    deployments: Option<u64>,
    by_rule: Option<RulesView>,
    #[serde(flatten)]
    judgement: Judgement<ChangeFailureBefore>,
}

#[derive(Serialize)]
struct ChangeFailureBefore {
    ratio: Option<f64>,
    failed: u64,
    deployments: u64,
}

#[derive(Serialize)]
struct RulesView {
    explicit: u64,
    window: u64,
    rollback: u64,
}

impl ChangeFailureView {
    pub(super) fn new(
        figure: &Figure<ChangeFailure>,
        previous: Option<&Figure<ChangeFailure>>,
        verdict: Option<Verdict>,
        zone: Zone,
    ) -> Self {
        let now = figure.as_ref().ok();
        let before = known(previous).map(|it| ChangeFailureBefore {
            ratio: it.ratio,
            failed: it.failed,
            deployments: it.deployments,
        });
        let band = now.map(|it| it.band).unwrap_or_default();
        Self {
            ratio: now.and_then(|it| it.ratio),
            failed: now.map(|it| it.failed),
            deployments: now.map(|it| it.deployments),
            by_rule: now.map(|it| {
                let count = |rule| it.by_rule.get(&rule).copied().unwrap_or(0);
                RulesView {
                    explicit: count(Rule::Explicit),
                    window: count(Rule::Window),
                    rollback: count(Rule::Rollback),
                }
            }),
            judgement: Judgement::new(figure, now.and_then(|it| it.ci95), band, before, verdict, zone),
        }
    }
}

#[derive(Serialize)]
pub(super) struct RestoreView {
    #[serde(flatten)]
    durations: DurationsView,
    opened: Option<u64>,
    open: Option<u64>,
    km_p50_seconds: Option<f64>,
    km_beyond_seconds: Option<f64>,
    #[serde(flatten)]
    judgement: Judgement<DurationsBefore>,
}

impl RestoreView {
    pub(super) fn new(
        figure: &Figure<Restore>,
        band: BandReading,
        previous: Option<&Figure<Restore>>,
        verdict: Option<Verdict>,
        zone: Zone,
    ) -> Self {
        let now = figure.as_ref().ok();
        let before = known(previous).map(|it| DurationsBefore::new(it.durations));
        let ci95 = now.and_then(|it| it.durations).and_then(|it| it.ci95);
        Self {
            durations: DurationsView::new(now.map(|it| count_of(it.durations)), now.and_then(|it| it.durations)),
            opened: now.map(|it| it.opened),
            open: now.map(|it| it.open),
            km_p50_seconds: now.and_then(|it| it.km_p50),
            km_beyond_seconds: now.and_then(|it| it.km_beyond),
            judgement: Judgement::new(figure, ci95, band, before, verdict, zone),
        }
    }
}

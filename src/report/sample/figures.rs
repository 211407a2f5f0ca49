//! Figures of one period: complete, quiet, unknown.

use std::collections::BTreeMap;

use super::at;
use crate::domain::band::Band;
use crate::domain::time::Span;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    BandReading, Details, Durations, Figure, Figures, FrequencyDetails, LeadTimeDetails, LeadTimeReason, Metric,
    NoData, RestoreDetails, ReworkRule, Rule, StageFigures, Variant, VariantFigure,
};

fn durations(n: u64, p50: f64) -> Durations {
    let ci95 = (n >= 6).then_some(Interval { low: p50 / 2.0, high: p50 * 3.0 });
    Durations { n, p50, p75: p50 * 2.0, p90: p50 * 4.0, mean: p50 * 1.5, ci95 }
}

fn reading(band: Band, range: Option<(Band, Band)>) -> BandReading {
    BandReading { band: Some(band), range }
}

fn frequency(n: u64, days_with_deployments: u32, ci95: Interval, band: BandReading) -> Figure {
    let median_days_between = (n > 0).then_some(1.0);
    Figure {
        value: Some(n as f64 / 92.0),
        n,
        ci95: Some(ci95),
        band,
        details: Details::Frequency(FrequencyDetails { days: 92, days_with_deployments, median_days_between }),
        ..Figure::default()
    }
}

fn lead_time() -> Figure {
    let details = LeadTimeDetails {
        pull_requests: 0,
        stages: StageFigures {
            coding: Some(durations(40, 3_600.0)),
            pickup: Some(durations(40, 1_800.0)),
            review: None,
            deploy: Some(durations(40, 600.25)),
        },
        variants: vec![
            VariantFigure { variant: Variant::Deployment, p50: Some(17_833.5), n: 55, negative: 1 },
            VariantFigure { variant: Variant::Change, p50: Some(20_000.0), n: 120, negative: 0 },
            VariantFigure { variant: Variant::Commit, p50: Some(9_000.0), n: 300, negative: 2 },
            VariantFigure { variant: Variant::PullRequestOpened, p50: None, n: 0, negative: 0 },
        ],
        reasons: BTreeMap::from([(LeadTimeReason::FirstDeployment, 2), (LeadTimeReason::Redeploy, 3)]),
    };
    Figure {
        band: reading(Band::High, None),
        ..Figure::of_durations(Some(durations(55, 17_833.5)), Details::LeadTime(Box::new(details)))
    }
}

fn restore(durations: Durations, details: RestoreDetails, band: BandReading) -> Figure {
    Figure { band, ..Figure::of_durations(Some(durations), Details::Restore(details)) }
}

/// Figures without a hole.
pub(crate) fn figures() -> Figures {
    Figures::new(|metric| match metric {
        Metric::DeploymentFrequency => {
            frequency(60, 41, Interval { low: 0.4977, high: 0.8395 }, reading(Band::High, None))
        }
        Metric::LeadTime => lead_time(),
        Metric::ChangeFailureRate => Figure {
            value: Some(5.0 / 60.0),
            n: 60,
            k: Some(5),
            ci95: Some(Interval { low: 0.0361, high: 0.1807 }),
            band: reading(Band::High, Some((Band::Low, Band::Elite))),
            details: Details::Failures(BTreeMap::from([(Rule::Explicit, 3), (Rule::Window, 2)])),
            ..Figure::default()
        },
        Metric::ReworkRate => Figure {
            value: Some(4.0 / 60.0),
            n: 60,
            k: Some(4),
            ci95: Some(Interval { low: 0.0262, high: 0.1593 }),
            details: Details::Rework(BTreeMap::from([(ReworkRule::Fix, 3), (ReworkRule::Rollback, 1)])),
            ..Figure::default()
        },
        Metric::TimeToRestore => restore(
            durations(7, 5_400.0),
            RestoreDetails { opened: 9, open: 2, km_p50: Some(6_000.0), km_beyond: None },
            reading(Band::High, None),
        ),
        Metric::RecoveryTime => restore(
            durations(3, 74_350.0),
            RestoreDetails { opened: 3, open: 2, km_p50: None, km_beyond: Some(90_000.0) },
            BandReading::default(),
        ),
    })
}

/// Nothing happened, and that is known.
pub(crate) fn quiet() -> Figures {
    Figures::new(|metric| match metric {
        Metric::DeploymentFrequency => {
            let band = reading(Band::Low, Some((Band::Low, Band::High)));
            frequency(0, 0, Interval { low: 0.0, high: 0.0401 }, band)
        }
        Metric::LeadTime => Figure::of_durations(None, Details::LeadTime(Box::default())),
        Metric::ChangeFailureRate => {
            Figure { k: Some(0), details: Details::Failures(BTreeMap::new()), ..Figure::default() }
        }
        Metric::ReworkRate => Figure { k: Some(0), details: Details::Rework(BTreeMap::new()), ..Figure::default() },
        Metric::TimeToRestore | Metric::RecoveryTime => Figure::missing(NoData::NoIncidentSource),
    })
}

/// Nothing is known.
pub(crate) fn unread() -> Figures {
    Figures::new(|metric| match metric {
        Metric::TimeToRestore | Metric::RecoveryTime => {
            Figure::missing(NoData::IncidentsNotRead { sources: vec!["pagerduty".into()], read: None })
        }
        _ => Figure::missing(NoData::DeploymentsNotRead {
            repos: vec!["acme/web".into(), "acme/<script>|@all".into()],
            read: Some(Span { from: at("2026-08-01T00:00:00Z"), to: at("2026-09-01T00:00:00Z") }),
        }),
    })
}

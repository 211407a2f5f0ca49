//! Figures of one period: complete, quiet, unknown.

use std::collections::BTreeMap;

use super::at;
use crate::domain::band::Band;
use crate::domain::time::Span;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    BandReading, ChangeFailure, Durations, Frequency, LeadTime, LeadTimeReason, NoData, PeriodFigures, Restore, Rule,
    StageFigures, Variant, VariantFigure,
};

fn durations(n: u64, p50: f64) -> Durations {
    let ci95 = (n >= 6).then_some(Interval { low: p50 / 2.0, high: p50 * 3.0 });
    Durations { n, p50, p75: p50 * 2.0, p90: p50 * 4.0, mean: p50 * 1.5, ci95 }
}

fn reading(band: Band, range: Option<(Band, Band)>) -> BandReading {
    BandReading { band: Some(band), range }
}

fn lead_time() -> LeadTime {
    LeadTime {
        pull_requests: 0,
        durations: Some(durations(55, 17_833.5)),
        band: reading(Band::High, None),
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
    }
}

/// Figures without a hole.
pub(crate) fn figures() -> PeriodFigures {
    PeriodFigures {
        frequency: Ok(Frequency {
            deployments: 60,
            days: 92,
            per_day: 60.0 / 92.0,
            days_with_deployments: 41,
            median_days_between: Some(1.0),
            ci95: Interval { low: 0.4977, high: 0.8395 },
            band: reading(Band::High, None),
        }),
        lead_time: Ok(lead_time()),
        change_failure: Ok(ChangeFailure {
            deployments: 60,
            failed: 5,
            ratio: Some(5.0 / 60.0),
            ci95: Some(Interval { low: 0.0361, high: 0.1807 }),
            by_rule: BTreeMap::from([(Rule::Explicit, 3), (Rule::Window, 2)]),
            band: reading(Band::High, Some((Band::Low, Band::Elite))),
        }),
        restore: Ok(Restore {
            opened: 9,
            durations: Some(durations(7, 5_400.0)),
            open: 2,
            km_p50: Some(6_000.0),
            km_beyond: None,
            band: reading(Band::High, None),
        }),
        recovery: Ok(Restore {
            opened: 3,
            durations: Some(durations(3, 74_350.0)),
            open: 2,
            km_p50: None,
            km_beyond: Some(90_000.0),
            band: BandReading::default(),
        }),
    }
}

/// Nothing happened, and that is known.
pub(crate) fn quiet() -> PeriodFigures {
    PeriodFigures {
        frequency: Ok(Frequency {
            deployments: 0,
            days: 92,
            per_day: 0.0,
            days_with_deployments: 0,
            median_days_between: None,
            ci95: Interval { low: 0.0, high: 0.0401 },
            band: reading(Band::Low, Some((Band::Low, Band::High))),
        }),
        lead_time: Ok(LeadTime {
            pull_requests: 0,
            durations: None,
            band: BandReading::default(),
            stages: StageFigures::default(),
            variants: Vec::new(),
            reasons: BTreeMap::new(),
        }),
        change_failure: Ok(ChangeFailure {
            deployments: 0,
            failed: 0,
            ratio: None,
            ci95: None,
            by_rule: BTreeMap::new(),
            band: BandReading::default(),
        }),
        restore: Err(NoData::NoIncidentSource),
        recovery: Err(NoData::NoIncidentSource),
    }
}

/// Nothing is known.
pub(crate) fn unread() -> PeriodFigures {
    let deployments = NoData::DeploymentsNotRead {
        repos: vec!["acme/web".into(), "acme/<script>|@all".into()],
        read: Some(Span { from: at("2026-08-01T00:00:00Z"), to: at("2026-09-01T00:00:00Z") }),
    };
    let incidents = NoData::IncidentsNotRead { sources: vec!["pagerduty".into()], read: None };
    PeriodFigures {
        frequency: Err(deployments.clone()),
        lead_time: Err(deployments.clone()),
        change_failure: Err(deployments),
        restore: Err(incidents.clone()),
        recovery: Err(incidents),
    }
}

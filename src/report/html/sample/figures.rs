//! The figures of the made-up year, counted by plain loops; intervals are rough.
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "made-up counts are small")]

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::day;
use crate::domain::band::{Bands, Thresholds};
use crate::domain::group::{Group, TeamName};
use crate::domain::time::Span;
use crate::domain::unit::{Interval, Seconds};
use crate::metrics::tables::*;

/// The events of one group inside a span.
struct Inside<'a> {
    deployments: Vec<DeploymentRecord<'a>>,
    incidents: Vec<IncidentRecord<'a>>,
}

pub(super) fn report(analysis: &Analysis, group: Group, team: Option<TeamName>, services: usize) -> GroupReport {
    let mine = Inside {
        deployments: analysis
            .deployments
            .iter()
            .filter(|record| record.left_out.is_none() && group.has(record.service.as_deref(), record.team.as_deref()))
            .collect(),
        incidents: analysis.incidents.iter().filter(|record| group.has_any(&record.services, &record.teams)).collect(),
    };
    let (zone, bands) = (analysis.settings.zone, &analysis.settings.bands);
    let mut figures = period_figures(&mine, analysis.known, 365, bands);
    let half = Span { from: analysis.known.from, to: zone.midnight(day("2025-07-01")) };
    let before = period_figures(&mine, half, 181, bands);
    for (metric, figure) in figures.iter_mut() {
        figure.previous = Some(Box::new(before[metric].clone()));
        figure.verdict = Some(match metric {
            Metric::DeploymentFrequency => Verdict::Better,
            Metric::ChangeFailureRate => Verdict::TooFewData,
            Metric::TimeToRestore => Verdict::Worse,
            _ => Verdict::WithinNoise,
        });
    }
    let months = (1..=12).filter_map(|month| {
        let from = NaiveDate::from_ymd_opt(2025, month, 1)?;
        let to = from.checked_add_months(chrono::Months::new(1))?;
        let figure = period_figures(&mine, zone.span(from, to), 30, bands)[Metric::ChangeFailureRate].clone();
        Some(MonthlyFailures {
            from,
            figure: if month == 1 && group == Group::all() { Figure::missing(NoData::NotYet) } else { figure },
        })
    });
    let mut times: Vec<f64> =
        mine.incidents.iter().filter_map(|record| Some(record.time_to_restore?.as_f64())).collect();
    times.sort_by(f64::total_cmp);
    let mut survival = vec![SurvivalStep { seconds: 0.0, unresolved: 1.0 }];
    survival.extend(times.iter().enumerate().map(|(at, seconds)| SurvivalStep {
        seconds: *seconds,
        unresolved: 1.0 - (at + 1) as f64 / (times.len() + 4) as f64,
    }));
    GroupReport {
        earlier: Vec::new(),
        sensitivity: Vec::new(),
        recent: Vec::new(),
        emulations: Vec::new(),
        daily: daily(&mine, analysis, bands),
        months: months.collect(),
        survival,
        figures,
        group,
        team,
        services,
    }
}

fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let at = p * (sorted.len().checked_sub(1)? as f64);
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

fn durations(mut values: Vec<f64>) -> Option<Durations> {
    values.sort_by(f64::total_cmp);
    Some(Durations {
        n: values.len() as u64,
        p50: quantile(&values, 0.5)?,
        p75: quantile(&values, 0.75)?,
        p90: quantile(&values, 0.9)?,
        mean: values.iter().sum::<f64>() / values.len() as f64,
        ci95: (values.len() >= 6).then(|| Interval {
            low: quantile(&values, 0.42).unwrap_or_default(),
            high: quantile(&values, 0.58).unwrap_or_default(),
        }),
    })
}

fn band(thresholds: &Thresholds, value: f64, interval: Option<Interval>) -> BandReading {
    let ends = interval.and_then(|it| Some((thresholds.classify(it.low)?, thresholds.classify(it.high)?)));
    let range = ends.map(|(a, b)| (a.max(b), a.min(b))).filter(|(worse, better)| worse != better);
    BandReading { band: thresholds.classify(value), range }
}

fn period_figures(mine: &Inside<'_>, span: Span, days: u32, bands: &Bands) -> Figures {
    let inside: Vec<_> =
        mine.deployments.iter().filter(|record| record.event.finished_at.is_some_and(|at| span.contains(at))).collect();
    let n = inside.len() as f64;
    let rate = n / f64::from(days);
    let ci95 = Interval {
        low: (n - 1.96 * n.sqrt()).max(0.0) / f64::from(days),
        high: (n + 2.0 + 1.96 * n.sqrt()) / f64::from(days),
    };
    let stage = |of: fn(&Stages) -> Option<Seconds>| {
        durations(inside.iter().filter_map(|record| Some(of(&record.stages)?.as_f64())).collect())
    };
    let lead = durations(inside.iter().filter_map(|record| Some(record.lead_time?.as_f64())).collect());
    let variant = |variant, share: f64| VariantFigure {
        variant,
        p50: lead.map(|it| it.p50 * share),
        n: inside.len() as u64,
        negative: 0,
    };
    let failed = inside.iter().filter(|record| record.failed == Some(true)).count();
    let rework = inside.iter().filter(|record| record.rework == Some(true)).count();
    let ratio = (!inside.is_empty()).then(|| failed as f64 / n);
    let wilson = ratio.map(|p| {
        let z2 = 3.841_46;
        let (centre, half) = (
            (p + z2 / (2.0 * n)) / (1.0 + z2 / n),
            (z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n),
        );
        Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
    });
    let opened: Vec<_> = mine.incidents.iter().filter(|record| span.contains(record.event.opened_at)).collect();
    let restored = durations(opened.iter().filter_map(|record| Some(record.time_to_restore?.as_f64())).collect());
    let restore = Figure {
        band: restored.map(|it| band(&bands.time_to_restore, it.p50, it.ci95)).unwrap_or_default(),
        ..Figure::of_durations(
            restored,
            Details::Restore(RestoreDetails {
                opened: opened.len() as u64,
                open: opened.iter().filter(|record| record.time_to_restore.is_none()).count() as u64,
                km_p50: restored.map(|it| it.p50 * 1.1),
                km_beyond: None,
            }),
        )
    };
    let lead_time = LeadTimeDetails {
        pull_requests: 0,
        stages: StageFigures {
            coding: stage(|it| it.coding),
            pickup: stage(|it| it.pickup),
            review: stage(|it| it.review),
            deploy: stage(|it| it.deploy),
        },
        variants: vec![
            variant(Variant::Deployment, 1.0),
            variant(Variant::Change, 0.9),
            variant(Variant::Commit, 0.6),
            variant(Variant::PullRequestOpened, 0.4),
        ],
        reasons: BTreeMap::from([(LeadTimeReason::Redeploy, 3), (LeadTimeReason::UnknownCommits, 2)]),
    };
    Figures::new(|metric| match metric {
        Metric::DeploymentFrequency => Figure {
            value: Some(rate),
            n: inside.len() as u64,
            ci95: Some(ci95),
            band: band(&bands.deployment_frequency, rate, Some(ci95)),
            details: Details::Frequency(FrequencyDetails {
                days,
                days_with_deployments: days / 2,
                median_days_between: (inside.len() > 1).then_some(0.7),
            }),
            ..Figure::default()
        },
        Metric::LeadTime => Figure {
            band: lead.map(|it| band(&bands.lead_time, it.p50, it.ci95)).unwrap_or_default(),
            ..Figure::of_durations(lead, Details::LeadTime(Box::new(lead_time.clone())))
        },
        Metric::ChangeFailureRate => Figure {
            value: ratio,
            n: inside.len() as u64,
            k: Some(failed as u64),
            ci95: wilson,
            band: ratio.map(|it| band(&bands.change_failure_rate, it, wilson)).unwrap_or_default(),
            details: Details::Failures(BTreeMap::from([
                (Rule::Explicit, failed as u64 / 2),
                (Rule::Window, failed as u64 - failed as u64 / 2),
            ])),
            ..Figure::default()
        },
        Metric::ReworkRate => Figure {
            value: (!inside.is_empty()).then(|| rework as f64 / n),
            n: inside.len() as u64,
            k: Some(rework as u64),
            details: Details::Rework(BTreeMap::from([(ReworkRule::Fix, rework as u64)])),
            ..Figure::default()
        },
        Metric::TimeToRestore | Metric::RecoveryTime => restore.clone(),
    })
}

fn daily(mine: &Inside<'_>, analysis: &Analysis, bands: &Bands) -> Vec<DailyRow> {
    let zone = analysis.settings.zone;
    let rows = analysis.period.days().map(|date| {
        let from = date.checked_sub_days(Days::new(29)).expect("a day");
        let to = date.checked_add_days(Days::new(1)).expect("a day");
        let end = zone.midnight(to).min(analysis.as_of);
        let window = Span { from: zone.midnight(from), to: end };
        let today = zone.midnight(date);
        let figures = period_figures(mine, window, 30, bands);
        let [frequency, lead, failure, restore, rework] = [
            Metric::DeploymentFrequency,
            Metric::LeadTime,
            Metric::ChangeFailureRate,
            Metric::TimeToRestore,
            Metric::ReworkRate,
        ]
        .map(|metric| figures[metric].clone());
        // Some weeks in spring were not read.
        let read = !(date.month() == 4 && date.day() < 20);
        let count = |value: u64| read.then_some(value as u32);
        DailyRow {
            date,
            partial: end < zone.midnight(to),
            window_complete: read,
            deployments_on_day: read.then(|| {
                let inside =
                    |record: &&DeploymentRecord<'_>| record.event.finished_at.is_some_and(|at| at >= today && at < end);
                mine.deployments.iter().filter(inside).count() as u32
            }),
            deployments: count(frequency.n),
            deployments_per_day: frequency.value.filter(|_| read),
            lead_time_p50: lead.value.filter(|_| read),
            lead_time_p90: lead.quantiles.filter(|_| read).map(|it| it.p90),
            lead_time_n: count(lead.n),
            failed_deployments: count(failure.k.unwrap_or(0)),
            change_failure_rate: failure.value.filter(|_| read),
            incidents_opened: count(restore.restore().map_or(0, |it| it.opened)),
            incidents_resolved: count(restore.n),
            incidents_open: count(restore.restore().map_or(0, |it| it.open)),
            time_to_restore_p50: restore.value.filter(|_| read),
            time_to_restore_p90: restore.quantiles.filter(|_| read).map(|it| it.p90),
            recovery_time_p50: restore.value.filter(|_| read),
            rework_deployments: count(rework.k.unwrap_or(0)),
            rework_rate: rework.value.filter(|_| read),
            deployment_frequency_band: None,
            lead_time_band: None,
            change_failure_rate_band: None,
            time_to_restore_band: None,
        }
    });
    rows.collect()
}

//! Oracle: the figures of a day's window and of a period.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use dora_report::domain::band::Thresholds;
use dora_report::domain::event::Incident;
use dora_report::domain::group::{Group, GroupKind};
use dora_report::domain::period::Period;
use dora_report::domain::time::Span;
use dora_report::domain::unit::{Interval, Seconds};
use dora_report::metrics::tables::{
    Details, Durations, Figure, FrequencyDetails, LeadTimeDetails, Metric, Quantiles, RestoreDetails, StageFigures,
    Stages, Variant, VariantFigure,
};
use num_rational::Ratio;

use super::World;
use super::history::Change;
use super::incidents::is_over;
use super::statistics::{durations, garwood, percentile, reading, survival, survival_median, wilson};

/// A figure, or every reason that keeps it away.
pub(crate) type Known = Result<Figure, Vec<Missing>>;

/// One reason why there is no figure; names in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    NotYet,
    NoRepos,
    Repos(Vec<String>),
    NothingCounted,
    IncidentsUnmapped,
    NoSource,
    Sources(Vec<String>),
}

impl World {
    /// A metric of a group over the window that ends with a day.
    pub(crate) fn rolling(&self, metric: Metric, group: &Group, day: NaiveDate) -> Known {
        self.over(metric, group, self.window(day), self.settings.window_days)
    }

    /// How many deployments a group has on one day; `None` where that day was not read.
    pub(crate) fn on_day(&self, group: &Group, day: NaiveDate) -> Option<u64> {
        let day = self.known(day, day + Days::new(1));
        self.missing_deployments(group, day).is_empty().then(|| self.finished_in(group, day).len() as u64)
    }

    /// Whether a day is not over yet.
    pub(crate) fn is_partial(&self, day: NaiveDate) -> bool {
        self.midnight(day + Days::new(1)) > self.as_of
    }

    /// A metric of a group over a period.
    pub(crate) fn figure(&self, metric: Metric, group: &Group, period: &Period) -> Known {
        if self.midnight(period.from) >= self.as_of {
            return Err(vec![Missing::NotYet]);
        }
        self.over(metric, group, self.known(period.from, period.to), count(self.days(period).len()))
    }

    /// A metric of a group over a span of so many days.
    fn over(&self, metric: Metric, group: &Group, span: Span, days: u32) -> Known {
        let missing = match metric {
            Metric::DeploymentFrequency | Metric::LeadTime => self.missing_deployments(group, span),
            Metric::TimeToRestore => self.missing_incidents(group, span),
            Metric::ChangeFailureRate | Metric::RecoveryTime | Metric::ReworkRate => self.missing_failures(group, span),
        };
        if !missing.is_empty() {
            return Err(missing);
        }
        let changes = self.finished_in(group, span);
        Ok(match metric {
            Metric::DeploymentFrequency => self.frequency(&changes, days),
            Metric::LeadTime => self.lead_time(&changes),
            Metric::ChangeFailureRate => {
                let failures = self.failures(span.to);
                let first_of = |place: usize| failures.iter().filter(|it| it.place == place).map(|it| it.rule).min();
                let first = changes.iter().filter_map(|change| first_of(change.place));
                let figure = share(first, changes.len(), Details::Failures);
                let band = reading(&self.settings.bands.change_failure_rate, figure.value, figure.ci95);
                Figure { band, ..figure }
            }
            Metric::ReworkRate => {
                let rules = changes.iter().map(|change| self.rework_rules(change.place, span.to));
                share(rules.filter_map(|rules| rules.first().copied()), changes.len(), Details::Rework)
            }
            Metric::TimeToRestore => self.restore(group, span, false),
            Metric::RecoveryTime => self.restore(group, span, true),
        })
    }

    /// The parts of the period in each calendar month that have begun, with their failures.
    pub(crate) fn months(&self, group: &Group, period: &Period) -> Vec<(NaiveDate, Known)> {
        let month = |day: &NaiveDate| (day.year(), day.month());
        let mut firsts: Vec<NaiveDate> = self.days(period);
        firsts.dedup_by_key(|day| month(day));
        let known = |first: &NaiveDate| {
            let last = period.days().filter(|day| month(day) == month(first)).last().expect("its first day");
            let days = self.days(period).iter().filter(|day| month(day) == month(first)).count();
            self.over(Metric::ChangeFailureRate, group, self.known(*first, last + Days::new(1)), count(days))
        };
        firsts.into_iter().map(|first| (first, known(&first))).collect()
    }

    /// The survival curve of the period's times to restore, at every time that occurs.
    pub(crate) fn survival(&self, group: &Group, period: &Period) -> Vec<(i64, Ratio<u128>)> {
        let restoring = self.restoring(group, self.known(period.from, period.to), false);
        survival(&restoring.resolved, &restoring.open)
    }

    fn missing_deployments(&self, group: &Group, span: Span) -> Vec<Missing> {
        let unread = self.unread_repos(group, span);
        let mut reasons: Vec<Missing> = self.repos(group).is_empty().then_some(Missing::NoRepos).into_iter().collect();
        reasons.extend((!unread.is_empty()).then_some(Missing::Repos(unread)));
        reasons.extend(self.nothing_counted(group).then_some(Missing::NothingCounted));
        reasons
    }

    pub(super) fn missing_incidents(&self, group: &Group, span: Span) -> Vec<Missing> {
        let (sources, unread) = self.incident_sources(span);
        let mut reasons: Vec<Missing> = sources.is_empty().then_some(Missing::NoSource).into_iter().collect();
        reasons.extend((!unread.is_empty()).then_some(Missing::Sources(unread)));
        let unmapped = group.kind != GroupKind::All && self.incidents_are_unmapped();
        reasons.extend(unmapped.then_some(Missing::IncidentsUnmapped));
        reasons
    }

    fn missing_failures(&self, group: &Group, span: Span) -> Vec<Missing> {
        let mut reasons = [self.missing_deployments(group, span), self.missing_incidents(group, span)].concat();
        reasons.extend(self.incidents_are_unmapped().then_some(Missing::IncidentsUnmapped));
        reasons
    }

    fn frequency(&self, changes: &[&Change], days: u32) -> Figure {
        let mut dates: Vec<NaiveDate> =
            changes.iter().map(|change| self.settings.zone.day_of(change.finished)).collect();
        dates.dedup();
        let mut gaps: Vec<f64> =
            changes.windows(2).map(|pair| (pair[1].finished.0 - pair[0].finished.0) as f64 / 86_400_000.0).collect();
        gaps.sort_by(f64::total_cmp);
        let mean = garwood(changes.len());
        let value = Some(changes.len() as f64 / f64::from(days));
        let ci95 = Some(Interval { low: mean.low / f64::from(days), high: mean.high / f64::from(days) });
        Figure {
            value,
            n: changes.len() as u64,
            ci95,
            band: reading(&self.settings.bands.deployment_frequency, value, ci95),
            details: Details::Frequency(FrequencyDetails {
                days,
                days_with_deployments: count(dates.len()),
                median_days_between: (!gaps.is_empty()).then(|| percentile(&gaps, 0.5)),
            }),
            ..Figure::default()
        }
    }

    fn lead_time(&self, changes: &[&Change]) -> Figure {
        let mut reasons = BTreeMap::new();
        for reason in changes.iter().filter_map(|change| change.lead.time.err()) {
            *reasons.entry(reason).or_default() += 1;
        }
        let stage = |which: fn(&Stages) -> Option<Seconds>| {
            durations(
                &changes
                    .iter()
                    .filter_map(|change| which(&change.lead.stages))
                    .map(|length| length.0)
                    .collect::<Vec<_>>(),
            )
        };
        let variants = [Variant::Deployment, Variant::Change, Variant::Commit, Variant::PullRequestOpened];
        let variants = variants.map(|variant| {
            let spans = changes.iter().flat_map(|change| &change.lead.spans).filter(|(of, _)| *of == variant);
            let (kept, negative): (Vec<i64>, Vec<i64>) =
                spans.map(|(_, length)| length.0).partition(|&length| length >= 0);
            let kept = durations(&kept);
            let (p50, n) = (kept.map(|kept| kept.p50), kept.map_or(0, |kept| kept.n));
            VariantFigure { variant, p50, n, negative: negative.len() as u64 }
        });
        let details = LeadTimeDetails {
            stages: StageFigures {
                coding: stage(|stages| stages.coding),
                pickup: stage(|stages| stages.pickup),
                review: stage(|stages| stages.review),
                deploy: stage(|stages| stages.deploy),
            },
            variants: variants.to_vec(),
            pull_requests: 0,
            reasons,
        };
        median(durations(&lead_times(changes)), &self.settings.bands.lead_time, Details::LeadTime(Box::new(details)))
    }

    fn restore(&self, group: &Group, span: Span, attributed: bool) -> Figure {
        let restoring = self.restoring(group, span, attributed);
        let (km_p50, km_beyond) = survival_median(&restoring.resolved, &restoring.open);
        let (opened, open) = (restoring.opened as u64, restoring.open.len() as u64);
        let bands = &self.settings.bands;
        let thresholds = if attributed { &bands.recovery_time } else { &bands.time_to_restore };
        let details = RestoreDetails { opened, open, km_p50, km_beyond };
        median(durations(&restoring.resolved), thresholds, Details::Restore(details))
    }

    fn restoring(&self, group: &Group, span: Span, attributed: bool) -> Restoring {
        let mut restoring = Restoring::default();
        let end = span.to;
        for incident in &self.events.incidents {
            let failed = self.link(incident, end).map(|(place, _)| &self.changes[place].service);
            let is_own = if attributed {
                failed.is_some_and(|service| self.holds(group, service))
            } else {
                self.pools(group, incident)
            };
            if !is_own || incident.opened_at >= end {
                continue;
            }
            if span.contains(incident.opened_at) {
                restoring.opened += 1;
            }
            match incident.resolved_at {
                Some(resolved) if resolved < end => {
                    if span.contains(resolved) {
                        restoring.resolved.push(resolved.since(incident.opened_at).0);
                    }
                }
                None if is_over(incident) => {}
                _ => restoring.open.push(end.since(incident.opened_at).0),
            }
        }
        restoring
    }

    /// Whether an incident counts in a group.
    fn pools(&self, group: &Group, incident: &Incident) -> bool {
        self.left_out(incident).is_none()
            && (group.kind == GroupKind::All || self.mapped(incident).iter().any(|service| self.holds(group, service)))
    }
}

/// Incidents of a span, as known at its end; seconds.
#[derive(Default)]
struct Restoring {
    opened: usize,
    resolved: Vec<i64>,
    open: Vec<i64>,
}

/// The median of some durations as a figure.
fn median(all: Option<Durations>, thresholds: &Thresholds, details: Details) -> Figure {
    let (value, ci95) = (all.map(|all| all.p50), all.and_then(|all| all.ci95));
    Figure {
        value,
        n: all.map_or(0, |all| all.n),
        quantiles: all.map(|all| Quantiles { p50: all.p50, p75: all.p75, p90: all.p90, mean: all.mean }),
        ci95,
        band: reading(thresholds, value, ci95),
        details,
        ..Figure::default()
    }
}

/// The share of `n` deployments for which some rule holds, by the first rule of each.
fn share<R: Ord>(rules: impl Iterator<Item = R>, n: usize, details: fn(BTreeMap<R, u64>) -> Details) -> Figure {
    let (mut k, mut by_rule) = (0, BTreeMap::new());
    for rule in rules {
        k += 1;
        *by_rule.entry(rule).or_default() += 1;
    }
    Figure {
        value: (n > 0).then(|| k as f64 / n as f64),
        n: n as u64,
        k: Some(k as u64),
        ci95: (n > 0).then(|| wilson(k, n)),
        details: details(by_rule),
        ..Figure::default()
    }
}

fn lead_times(changes: &[&Change]) -> Vec<i64> {
    changes.iter().filter_map(|change| change.lead.time.ok()).map(|time| time.0).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("few")
}

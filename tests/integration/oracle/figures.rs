//! Oracle: the figures of a day's window and of a period.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use dora_report::domain::band::Thresholds;
use dora_report::domain::event::Incident;
use dora_report::domain::group::{Group, GroupKind};
use dora_report::domain::period::Period;
use dora_report::domain::time::{Span, Timestamp};
use dora_report::domain::unit::{Interval, Seconds};
use dora_report::metrics::tables::{
    DailyRow, Details, Durations, Figure, FrequencyDetails, LeadTimeDetails, Metric, Quantiles, RestoreDetails,
    ReworkRule, Rule, StageFigures, Stages, Variant, VariantFigure,
};

use super::World;
use super::history::Change;
use super::incidents::is_over;
use super::statistics::{Fraction, durations, garwood, percentile, reading, survival, survival_median, wilson};

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
    pub(crate) fn daily(&self, group: &Group, day: NaiveDate) -> DailyRow {
        let window = self.window(day);
        let recognised = !self.nothing_counted(group);
        let unmapped = self.incidents_are_unmapped();
        let complete = recognised && self.deployments_read(group, window);
        let incidents = self.incidents_read(window) && (!unmapped || group.kind == GroupKind::All);
        let failures = complete && incidents && !unmapped;
        let own = Span { from: self.midnight(day), to: self.end_before(day + Days::new(1)) };
        let changes = self.finished_in(group, window);
        let times = lead_times(&changes);
        let lead = durations(&times).filter(|_| complete);
        let failed = self.failed(&changes, window.to).len();
        let ratio = (failures && !changes.is_empty()).then(|| failed as f64 / changes.len() as f64);
        let per_day = complete.then(|| changes.len() as f64 / f64::from(self.settings.window_days));
        let rework = self.rework(&changes, window.to).len();
        let rework_rate = (failures && !changes.is_empty()).then(|| rework as f64 / changes.len() as f64);
        let restore = self.restoring(group, window, false);
        let restored = durations(&restore.resolved).filter(|_| incidents);
        let recovered = durations(&self.restoring(group, window, true).resolved).filter(|_| failures);
        let bands = &self.settings.bands;
        DailyRow {
            date: day,
            partial: self.midnight(day + Days::new(1)) > self.as_of,
            window_complete: complete,
            deployments_on_day: (recognised && self.deployments_read(group, own))
                .then(|| count(self.finished_in(group, own).len())),
            deployments: complete.then(|| count(changes.len())),
            deployments_per_day: per_day,
            lead_time_p50: lead.map(|lead| lead.p50),
            lead_time_p90: lead.map(|lead| lead.p90),
            lead_time_n: complete.then(|| count(times.len())),
            failed_deployments: failures.then(|| count(failed)),
            change_failure_rate: ratio,
            incidents_opened: incidents.then(|| count(restore.opened)),
            incidents_resolved: incidents.then(|| count(restore.resolved.len())),
            incidents_open: incidents.then(|| count(restore.open.len())),
            time_to_restore_p50: restored.map(|restored| restored.p50),
            time_to_restore_p90: restored.map(|restored| restored.p90),
            recovery_time_p50: recovered.map(|recovered| recovered.p50),
            rework_deployments: failures.then(|| count(rework)),
            rework_rate,
            deployment_frequency_band: per_day.and_then(|value| bands.deployment_frequency.classify(value)),
            lead_time_band: lead.and_then(|lead| bands.lead_time.classify(lead.p50)),
            change_failure_rate_band: ratio.and_then(|value| bands.change_failure_rate.classify(value)),
            time_to_restore_band: restored.and_then(|restored| bands.time_to_restore.classify(restored.p50)),
        }
    }

    /// A metric of a group over a period.
    pub(crate) fn figure(&self, metric: Metric, group: &Group, period: &Period) -> Known {
        let span = self.known(period.from, period.to);
        let reasons = match metric {
            Metric::DeploymentFrequency | Metric::LeadTime => self.missing_deployments(group, span),
            Metric::TimeToRestore => self.missing_incidents(group, span),
            Metric::ChangeFailureRate | Metric::RecoveryTime | Metric::ReworkRate => self.missing_failures(group, span),
        };
        if self.midnight(period.from) >= self.as_of {
            return Err(vec![Missing::NotYet]);
        }
        given(&reasons, || match metric {
            Metric::DeploymentFrequency => self.frequency(&self.finished_in(group, span), self.days(period).len()),
            Metric::LeadTime => self.lead_time(&self.finished_in(group, span)),
            Metric::ChangeFailureRate => self.change_failure(&self.finished_in(group, span), span.to),
            Metric::ReworkRate => self.rework_rate(&self.finished_in(group, span), span.to),
            Metric::TimeToRestore => self.restore(group, span, false),
            Metric::RecoveryTime => self.restore(group, span, true),
        })
    }

    /// The parts of the period in each calendar month that have begun, with their failures.
    pub(crate) fn months(&self, group: &Group, period: &Period) -> Vec<(NaiveDate, Known)> {
        let mut firsts: Vec<NaiveDate> = self.days(period);
        firsts.dedup_by_key(|day| (day.year(), day.month()));
        let mut months = Vec::new();
        for (i, &first) in firsts.iter().enumerate() {
            let next = firsts.get(i + 1).copied();
            let to = next.unwrap_or_else(|| {
                let same = |day: &NaiveDate| (day.year(), day.month()) == (first.year(), first.month());
                period.days().filter(same).last().expect("its first day") + Days::new(1)
            });
            let span = self.known(first, to);
            let missing = self.missing_failures(group, span);
            months.push((first, given(&missing, || self.change_failure(&self.finished_in(group, span), span.to))));
        }
        months
    }

    /// The survival curve of the period's times to restore, at every time that occurs.
    pub(crate) fn survival(&self, group: &Group, period: &Period) -> Vec<(i64, Fraction)> {
        let restoring = self.restoring(group, self.known(period.from, period.to), false);
        survival(&restoring.resolved, &restoring.open)
    }

    pub(super) fn known(&self, from: NaiveDate, to: NaiveDate) -> Span {
        Span { from: self.midnight(from), to: self.end_before(to) }
    }

    fn missing_deployments(&self, group: &Group, span: Span) -> Vec<Missing> {
        let unread = self.unread_repos(group, span);
        let mut reasons = match (self.repos(group).is_empty(), unread.is_empty()) {
            (true, _) => vec![Missing::NoRepos],
            (false, true) => Vec::new(),
            (false, false) => vec![Missing::Repos(unread)],
        };
        reasons.extend(self.nothing_counted(group).then_some(Missing::NothingCounted));
        reasons
    }

    fn missing_incidents(&self, group: &Group, span: Span) -> Vec<Missing> {
        let unread = self.unread_sources(span);
        let mut reasons = match (self.incident_sources().is_empty(), unread.is_empty()) {
            (true, _) => vec![Missing::NoSource],
            (false, true) => Vec::new(),
            (false, false) => vec![Missing::Sources(unread)],
        };
        let unmapped = group.kind != GroupKind::All && self.incidents_are_unmapped();
        reasons.extend(unmapped.then_some(Missing::IncidentsUnmapped));
        reasons
    }

    fn missing_failures(&self, group: &Group, span: Span) -> Vec<Missing> {
        let mut reasons = [self.missing_deployments(group, span), self.missing_incidents(group, span)].concat();
        reasons.extend(self.incidents_are_unmapped().then_some(Missing::IncidentsUnmapped));
        reasons
    }

    fn frequency(&self, changes: &[&Change], days: usize) -> Figure {
        let mut dates: Vec<NaiveDate> =
            changes.iter().map(|change| self.settings.zone.day_of(change.finished)).collect();
        dates.dedup();
        let mut gaps: Vec<f64> =
            changes.windows(2).map(|pair| (pair[1].finished.0 - pair[0].finished.0) as f64 / 86_400_000.0).collect();
        gaps.sort_by(f64::total_cmp);
        let mean = garwood(changes.len());
        let value = Some(changes.len() as f64 / days as f64);
        let ci95 = Some(Interval { low: mean.low / days as f64, high: mean.high / days as f64 });
        Figure {
            value,
            n: changes.len() as u64,
            ci95,
            band: reading(&self.settings.bands.deployment_frequency, value, ci95),
            details: Details::Frequency(FrequencyDetails {
                days: count(days),
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

    fn change_failure(&self, changes: &[&Change], end: Timestamp) -> Figure {
        let failed = self.failed(changes, end);
        let mut by_rule = BTreeMap::new();
        for rule in &failed {
            *by_rule.entry(*rule).or_default() += 1;
        }
        let value = (!changes.is_empty()).then(|| failed.len() as f64 / changes.len() as f64);
        let ci95 = (!changes.is_empty()).then(|| wilson(failed.len(), changes.len()));
        Figure {
            value,
            n: changes.len() as u64,
            k: Some(failed.len() as u64),
            ci95,
            band: reading(&self.settings.bands.change_failure_rate, value, ci95),
            details: Details::Failures(by_rule),
            ..Figure::default()
        }
    }

    fn rework_rate(&self, changes: &[&Change], end: Timestamp) -> Figure {
        let rework = self.rework(changes, end);
        let mut by_rule = BTreeMap::new();
        for rule in &rework {
            *by_rule.entry(*rule).or_default() += 1;
        }
        Figure {
            value: (!changes.is_empty()).then(|| rework.len() as f64 / changes.len() as f64),
            n: changes.len() as u64,
            k: Some(rework.len() as u64),
            ci95: (!changes.is_empty()).then(|| wilson(rework.len(), changes.len())),
            details: Details::Rework(by_rule),
            ..Figure::default()
        }
    }

    /// The first rule of each of the deployments that is rework as known at `end`.
    fn rework(&self, changes: &[&Change], end: Timestamp) -> Vec<ReworkRule> {
        let mut rules = Vec::new();
        for change in changes {
            let place = self.changes.iter().position(|other| std::ptr::eq(other, *change)).expect("one of them");
            rules.extend(self.rework_rules(place, end).first());
        }
        rules
    }

    /// The first rule of each of the deployments that is failed as known at `end`.
    fn failed(&self, changes: &[&Change], end: Timestamp) -> Vec<Rule> {
        let failures = self.failures(end);
        let mut rules = Vec::new();
        for change in changes {
            let own = failures.iter().filter(|failure| std::ptr::eq(&raw const self.changes[failure.place], *change));
            rules.extend(own.map(|failure| failure.rule).min());
        }
        rules
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

fn given(missing: &[Missing], figure: impl FnOnce() -> Figure) -> Known {
    if missing.is_empty() { Ok(figure()) } else { Err(missing.to_vec()) }
}

fn lead_times(changes: &[&Change]) -> Vec<i64> {
    changes.iter().filter_map(|change| change.lead.time.ok()).map(|time| time.0).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("few")
}

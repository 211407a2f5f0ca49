//! The rolling figures of each day: 30 calendar days that end with it, as known at its end.
//!
//! Every day of the period up to `as_of` has one row per group, quiet days included. Counts are looked up in sorted
//! instants, percentiles slide; nothing is copied into the days that an event belongs to.

use chrono::{Days, NaiveDate};

use super::pool::Pool;
use super::read_spans::ReadSpans;
use super::sliding::{Item, percentiles};
use super::tables::DailyRow;
use crate::domain::band::Bands;
use crate::domain::period::Period;
use crate::domain::time::{Span, Timestamp, Zone};
use crate::facts::Facts;
use crate::facts::validity::Validity;

impl DayWindow {
    /// Whether it is not cut short.
    pub fn is_whole(&self, zone: Zone) -> bool {
        self.date.succ_opt().is_some_and(|next| self.day.to >= zone.midnight(next))
    }
}

/// A day and the window that ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayWindow {
    /// The day.
    pub date: NaiveDate,
    /// The day's own instants.
    pub day: Span,
    /// The window's.
    pub window: Span,
    /// Whether `as_of` cuts the day short.
    pub partial: bool,
}

/// The days of a period that have begun by `as_of`, with their windows.
pub fn day_windows(period: &Period, zone: Zone, window_days: u32, as_of: Timestamp) -> Vec<DayWindow> {
    period
        .days()
        .map_while(|date| {
            let day = zone.span(date, date.checked_add_days(Days::new(1))?);
            if day.from >= as_of {
                return None;
            }
            let first = date.checked_sub_days(Days::new(u64::from(window_days.saturating_sub(1))))?;
            let end = day.to.min(as_of);
            Some(DayWindow {
                date,
                day: Span { from: day.from, to: end },
                window: Span { from: zone.midnight(first), to: end },
                partial: as_of < day.to,
            })
        })
        .collect()
}

/// A value that is in the windows of some days.
fn item(enter: usize, leave: usize, value: f64) -> Item {
    let day = |day: usize| u32::try_from(day).unwrap_or(u32::MAX);
    Item { enter: day(enter), leave: day(leave), value }
}

/// The days whose window holds an instant and at whose end something is known, as a range of indices.
fn days_of(days: &[DayWindow], at: Timestamp, Validity { from, until }: Validity) -> (usize, usize) {
    let after = at.max(from);
    let enter = days.partition_point(|day| day.window.to <= after);
    let leave = days.partition_point(|day| day.window.from <= at && until.is_none_or(|until| day.window.to <= until));
    (enter, leave)
}

/// How many of the ranges hold each day: +1 where one begins, −1 where it ends, summed up.
fn count_by_day(ranges: impl Iterator<Item = (usize, usize)>, days: usize) -> Vec<u32> {
    let mut steps = vec![0i64; days + 1];
    for (enter, leave) in ranges {
        let leave = leave.min(days);
        if enter < leave {
            steps[enter] += 1;
            steps[leave] -= 1;
        }
    }
    let mut sum = 0;
    steps
        .iter()
        .take(days)
        .map(|step| {
            sum += step;
            u32::try_from(sum).unwrap_or(0)
        })
        .collect()
}

/// Joins ranges of days that touch or overlap, so that an event counts once a day.
fn join_ranges(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.retain(|(enter, leave)| enter < leave);
    ranges.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (enter, leave) in ranges {
        match joined.last_mut() {
            Some(last) if enter <= last.1 => last.1 = last.1.max(leave),
            _ => joined.push((enter, leave)),
        }
    }
    joined
}

/// The rows of one group.
pub fn daily(
    pool: &Pool,
    facts: &Facts,
    read_spans: &ReadSpans,
    days: &[DayWindow],
    window_days: u32,
    bands: &Bands,
) -> Vec<DailyRow> {
    let DeploymentDays { lead, failed, rework } = DeploymentDays::new(pool, facts, days);
    let incidents = IncidentDays::new(pool, facts, days);
    let finished = |span: Span| u32::try_from(pool.finished(facts, span).len()).unwrap_or(u32::MAX);
    days.iter()
        .enumerate()
        .map(|(at, day)| {
            let read = read_spans.has_deployments(day.window);
            let incidents_read = read_spans.has_incidents(day.window);
            let failures_read = read_spans.has_failures(day.window);
            let deployments = read.then(|| finished(day.window));
            let per_day = deployments.map(|n| f64::from(n) / f64::from(window_days));
            let failed = deployments.filter(|_| failures_read).map(|_| failed[at]);
            let share = |part: Option<u32>| {
                part.zip(deployments).filter(|(_, n)| *n > 0).map(|(k, n)| f64::from(k) / f64::from(n))
            };
            let rate = share(failed);
            let rework = deployments.filter(|_| failures_read).map(|_| rework[at]);
            let lead_at = lead[at].at.filter(|_| read);
            let restore_at = incidents.restore[at].at.filter(|_| incidents_read);
            DailyRow {
                date: day.date,
                partial: day.partial,
                window_complete: read,
                deployments_on_day: read_spans.has_deployments(day.day).then(|| finished(day.day)),
                deployments,
                deployments_per_day: per_day,
                lead_time_p50: lead_at.map(|[p50, _]| p50),
                lead_time_p90: lead_at.map(|[_, p90]| p90),
                lead_time_n: read.then_some(lead[at].n),
                failed_deployments: failed,
                change_failure_rate: rate,
                incidents_opened: incidents_read.then_some(incidents.opened[at]),
                incidents_resolved: incidents_read.then_some(incidents.resolved[at]),
                incidents_open: incidents_read.then_some(incidents.open[at]),
                time_to_restore_p50: restore_at.map(|[p50, _]| p50),
                time_to_restore_p90: restore_at.map(|[_, p90]| p90),
                recovery_time_p50: incidents.recovery[at].filter(|_| failures_read),
                rework_deployments: rework,
                rework_rate: share(rework),
                deployment_frequency_band: per_day.and_then(|value| bands.deployment_frequency.classify(value)),
                lead_time_band: lead_at.and_then(|[p50, _]| bands.lead_time.classify(p50)),
                change_failure_rate_band: rate.and_then(|value| bands.change_failure_rate.classify(value)),
                time_to_restore_band: restore_at.and_then(|[p50, _]| bands.time_to_restore.classify(p50)),
            }
        })
        .collect()
}

/// The deployment figures of each day, read or not.
struct DeploymentDays {
    lead: Vec<super::sliding::DayPercentiles<2>>,
    failed: Vec<u32>,
    rework: Vec<u32>,
}

impl DeploymentDays {
    fn new(pool: &Pool, facts: &Facts, days: &[DayWindow]) -> Self {
        let count = days.len();
        let (mut lead_items, mut failed, mut rework) = (Vec::new(), Vec::new(), Vec::new());
        // Deployments come in order of finish, so `enter` and `leave` only grow; no search is needed.
        let (mut enter, mut leave) = (0, 0);
        for (at, index) in pool.deployments(facts) {
            while days.get(enter).is_some_and(|day| day.window.to <= at) {
                enter += 1;
            }
            while days.get(leave).is_some_and(|day| day.window.from <= at) {
                leave += 1;
            }
            if let Some(Ok(seconds)) = facts.lead_time(index) {
                lead_items.push(item(enter, leave, seconds.as_f64()));
            }
            let known = |validity| days_of(days, at, validity);
            failed.extend(join_ranges(facts.failures(index).iter().map(|it| known(it.validity)).collect()));
            rework.extend(join_ranges(facts.rework(index).iter().map(|it| known(it.validity)).collect()));
        }
        Self {
            lead: percentiles(&mut lead_items, count, [0.5, 0.9]),
            failed: count_by_day(failed.into_iter(), count),
            rework: count_by_day(rework.into_iter(), count),
        }
    }
}

/// The incident figures of each day, read or not.
struct IncidentDays {
    opened: Vec<u32>,
    resolved: Vec<u32>,
    open: Vec<u32>,
    restore: Vec<super::sliding::DayPercentiles<2>>,
    recovery: Vec<Option<f64>>,
}

impl IncidentDays {
    fn new(pool: &Pool, facts: &Facts, days: &[DayWindow]) -> Self {
        let count = days.len();
        let mut opened = Vec::new();
        let mut resolved = Vec::new();
        let mut open = Vec::new();
        let (mut restores, mut recoveries) = (Vec::new(), Vec::new());
        for index in pool.incidents() {
            let opened_at = facts.opened_at(index);
            opened.push(days_of(days, opened_at, Validity::since(opened_at)));
            let from = days.partition_point(|day| day.window.to <= opened_at);
            let Some(at) = facts.resolved_at(index) else {
                // Over at an unknown time: neither open nor resolved.
                if !facts.is_over_without_an_end(index) {
                    open.push((from, count));
                }
                continue;
            };
            open.push((from, days.partition_point(|day| day.window.to <= at)));
            let (enter, leave) = days_of(days, at, Validity::since(opened_at));
            resolved.push((enter, leave));
            let value = at.since(opened_at).as_f64();
            // An incident resolved before it was opened has no duration.
            if value < 0.0 {
                continue;
            }
            restores.push(item(enter, leave, value));
        }
        for (index, links) in pool.attributed(facts) {
            let Some(at) = facts.resolved_at(index) else { continue };
            let value = at.since(facts.opened_at(index)).as_f64();
            if value < 0.0 {
                continue;
            }
            let linked = links.map(|link| days_of(days, at, link.validity)).collect();
            recoveries.extend(join_ranges(linked).into_iter().map(|(enter, leave)| item(enter, leave, value)));
        }
        Self {
            opened: count_by_day(opened.into_iter(), count),
            resolved: count_by_day(resolved.into_iter(), count),
            open: count_by_day(open.into_iter(), count),
            restore: percentiles(&mut restores, count, [0.5, 0.9]),
            recovery: percentiles(&mut recoveries, count, [0.5])
                .into_iter()
                .map(|day| day.at.map(|[p50]| p50))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_that_the_report_cuts_is_not_whole() {
        let zone = Zone::parse("UTC").expect("a zone");
        let period = Period::parse("2026-07", NaiveDate::MIN).expect("a period");
        let as_of = Timestamp::parse("2026-07-02T12:00:00Z").expect("an instant");
        let days = day_windows(&period, zone, 30, as_of);
        let whole: Vec<(bool, bool)> = days.iter().map(|day| (day.is_whole(zone), day.partial)).collect();
        assert_eq!(whole, [(true, false), (false, true)]);
    }

    #[test]
    fn ranges_of_days_that_touch_or_overlap_are_one_and_others_stay_apart() {
        let joined = join_ranges(vec![(5, 7), (3, 4), (1, 3), (9, 9), (2, 3)]);
        assert_eq!(joined, [(1, 4), (5, 7)]);
        assert_eq!(count_by_day(joined.into_iter(), 6), [0, 1, 1, 1, 0, 1]);
    }
}

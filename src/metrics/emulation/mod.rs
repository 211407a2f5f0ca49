//! The same data as other tools count them: one formula for each tool and metric, over our counted deployments, merged
//! pull requests and counted incidents.
//!
//! For all of them: coverage as for our own figures; a tool's own window is the report's period, its days and weeks are
//! in the report's zone; an empty sample is no data, even where the tool prints 0; a deployment without a known batch
//! (the first of its place, a redeploy, a rollback) has no changes. If a tool does not document its formula, there is
//! no row. Sources: DORA's guide to its metrics; the SQL of Four Keys; the Go and SQL of `DevLake`; the Ruby of
//! `GitLab`'s metrics; the help pages of Sleuth and `LinearB`.

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};

use self::rows::{ROWS, Row};
use super::pool::Pool;
use super::statistics::quantile;
use super::tables::EmulatedValue::{DaysPerWeek, PerDay, Ratio, Seconds as InSeconds};
use super::tables::{EmulatedValue, Emulation, Figures, Metric, Variant};
use crate::domain::time::{Span, Timestamp, Zone};
use crate::domain::unit::Seconds;
use crate::facts::Facts;
use crate::facts::ownership::ServiceIndex;
use crate::facts::requests::PullRequestTimes;

/// A group over a period, as every formula takes it.
pub(super) struct Emulator<'a> {
    pub(super) pool: &'a Pool,
    pub(super) facts: &'a Facts,
    pub(super) span: Span,
    /// First and one past the last day of the period that has begun.
    pub(super) days: (NaiveDate, NaiveDate),
    pub(super) zone: Zone,
    /// The counted deployments of each service.
    pub(super) by_service: &'a ByService,
    pub(super) figures: &'a Figures,
}

/// Finish, place in the order of finish, id, source, and index of each service's counted deployments.
pub(super) type ByService = Vec<Vec<(Timestamp, usize, usize)>>;

/// Sorts the counted deployments by service, once for all groups.
pub(super) fn by_service(facts: &Facts) -> ByService {
    let mut lists: ByService = vec![Vec::new(); facts.ownership.services.len()];
    for (place, index) in facts.counted().enumerate() {
        let list = facts.placement(index).counted().and_then(|service| lists.get_mut(service));
        if let (Some(list), Some(at)) = (list, facts.finished_at(index)) {
            list.push((at, place, index));
        }
    }
    lists
}

/// A value, and how many things are in it.
type Counted = Option<(EmulatedValue, usize)>;

impl Emulator<'_> {
    /// Every row, by tool, then metric.
    pub(super) fn all(&self) -> Vec<Emulation> {
        let row = |Row(tool, metric, count, formula): &Row| {
            let missing = self.figures[*metric].missing.is_some();
            let counted = if missing { None } else { count(self) };
            let (value, n) = (counted.map(|(value, _)| value), counted.map_or(0, |(_, n)| n as u64));
            Emulation { tool: *tool, metric: *metric, value, n, formula }
        };
        let mut rows: Vec<Emulation> = ROWS.iter().map(row).collect();
        rows.sort_by_key(|row| (row.tool, row.metric));
        rows
    }

    fn days_a_week_from_sunday(&self) -> Counted {
        self.days_a_week(chrono::Weekday::Sun, median)
    }

    fn days_a_week_from_monday(&self) -> Counted {
        self.days_a_week(chrono::Weekday::Mon, lower_median)
    }

    fn finished(&self) -> impl ExactSizeIterator<Item = (Timestamp, usize)> + Clone {
        self.pool.finished(self.facts, self.span)
    }

    fn requests(&self, deployment: usize) -> impl Iterator<Item = (u32, PullRequestTimes)> {
        let merged = self.facts.merged(deployment).iter();
        merged.filter_map(|&index| Some((index, self.facts.requests().get(index)?)))
    }

    /// Incidents that count and were opened by the end.
    fn incidents(&self) -> impl Iterator<Item = usize> {
        self.pool.incidents().filter(|&index| self.facts.opened_at(index) < self.span.to)
    }

    fn opened(&self) -> impl Iterator<Item = usize> {
        self.incidents().filter(|&index| self.facts.opened_at(index) >= self.span.from)
    }

    /// When an incident was resolved, as known at the end.
    fn resolved(&self, index: usize) -> Option<Timestamp> {
        self.facts.resolved_at(index).filter(|at| *at < self.span.to)
    }

    /// The deployment of this group that an incident is linked to, by the report's own rules.
    fn linked(&self, index: usize) -> Option<usize> {
        let links = self.facts.incidents.get(index)?.attributions;
        links.iter().find(|link| link.validity.holds_at(self.span.to)).map(|link| link.deployment)
    }

    fn per_day(&self) -> Counted {
        let days = (self.days.1 - self.days.0).num_days();
        let n = self.finished().len();
        (days > 0).then(|| (PerDay(n as f64 / days as f64), n))
    }

    fn days_a_week(&self, first: chrono::Weekday, middle: fn(Vec<f64>) -> Option<f64>) -> Counted {
        let week = |day: NaiveDate| {
            let back = u64::from(day.weekday().days_since(first));
            day.checked_sub_days(Days::new(back)).unwrap_or(day)
        };
        let mut weeks: BTreeMap<NaiveDate, BTreeSet<NaiveDate>> = BTreeMap::new();
        let mut day = self.days.0;
        while day < self.days.1 {
            weeks.entry(week(day)).or_default();
            day = day.succ_opt()?;
        }
        for (at, _) in self.finished() {
            let day = self.zone.day_of(at);
            weeks.entry(week(day)).or_default().insert(day);
        }
        let counts: Vec<f64> = weeks.values().map(|days| days.len() as f64).collect();
        Some((DaysPerWeek(middle(counts)?), self.finished().len()))
    }

    fn changes(&self) -> Counted {
        let change =
            self.figures[Metric::LeadTime].lead_time()?.variants.iter().find(|it| it.variant == Variant::Change)?;
        Some((InSeconds(change.p50?), usize::try_from(change.n).ok()?))
    }

    fn failed(&self) -> Counted {
        Some((Ratio(self.figures[Metric::ChangeFailureRate].value?), self.finished().len()))
    }

    fn recovery(&self) -> Counted {
        let figure = &self.figures[Metric::RecoveryTime];
        Some((InSeconds(figure.value?), usize::try_from(figure.n).ok()?))
    }

    fn commit_minutes(&self) -> Counted {
        let mut minutes: Vec<f64> = Vec::new();
        for (_, index) in self.finished() {
            self.facts.each_variant(index, |span| {
                let whole = span.span.0.div_euclid(60);
                if span.variant == Variant::Commit && whole > 0 {
                    minutes.push(whole as f64);
                }
            });
        }
        let n = minutes.len();
        Some((InSeconds(median(minutes)? * 60.0), n))
    }

    fn links(&self) -> Counted {
        let inside: BTreeSet<usize> = self.finished().map(|(_, index)| index).collect();
        let links = self.incidents().filter_map(|index| self.linked(index)).filter(|it| inside.contains(it)).count();
        (!inside.is_empty()).then(|| (Ratio(links as f64 / inside.len() as f64), inside.len()))
    }

    fn hours_since_deployment(&self) -> Counted {
        let hours: Vec<f64> = self
            .opened()
            .filter_map(|index| {
                let opened = self.facts.opened_at(index);
                let deployed = self.linked(index).and_then(|it| self.facts.finished_at(it));
                let start = deployed.map_or(opened, |at| at.min(opened));
                Some(self.resolved(index)?.since(start).0.div_euclid(3_600) as f64)
            })
            .collect();
        let n = hours.len();
        Some((InSeconds(median(hours)? * 3_600.0), n))
    }

    fn pull_request_minutes(&self) -> Counted {
        let mut seen = BTreeSet::new();
        let mut minutes = Vec::new();
        for (at, deployment) in self.finished() {
            for (index, request) in self.requests(deployment) {
                let (Some(merged), true) = (request.merged_at, seen.insert(index)) else { continue };
                let up = |from: Timestamp, to: Timestamp| {
                    (to.0 - from.0).div_euclid(60_000) + i64::from((to.0 - from.0).rem_euclid(60_000) > 0)
                };
                let coding = request.first_commit_at.map_or(0, |first| up(first, request.opened_at)).max(0);
                let deploy = up(merged, at);
                if deploy >= 0 {
                    minutes.push((coding + up(request.opened_at, merged).max(0) + deploy) as f64);
                }
            }
        }
        let n = minutes.len();
        Some((InSeconds(lower_median(minutes)? * 60.0), n))
    }

    /// The affected services' latest counted deployment strictly before an incident.
    fn before(&self, index: usize) -> Option<usize> {
        let opened = self.facts.opened_at(index);
        let latest = |service: &ServiceIndex| {
            let finished = self.by_service.get(*service)?;
            finished.get(finished.partition_point(|(at, ..)| *at < opened).checked_sub(1)?)
        };
        let latest = self.facts.incidents.get(index)?.services.iter().filter_map(latest).max();
        latest.map(|(.., deployment)| *deployment)
    }

    fn latest_before(&self) -> Counted {
        let inside: BTreeSet<usize> = self.finished().map(|(_, index)| index).collect();
        let failed: BTreeSet<usize> =
            self.incidents().filter_map(|index| self.before(index)).filter(|it| inside.contains(it)).collect();
        (!inside.is_empty()).then(|| (Ratio(failed.len() as f64 / inside.len() as f64), inside.len()))
    }

    fn minutes_of_opened(&self) -> Counted {
        let minutes: Vec<f64> = self
            .opened()
            .filter_map(|index| {
                let restored = self.resolved(index)?.since(self.facts.opened_at(index));
                Some(restored.0.div_euclid(60) as f64)
            })
            .collect();
        let n = minutes.len();
        Some((InSeconds(lower_median(minutes)? * 60.0), n))
    }

    fn minutes_since_deployment(&self) -> Counted {
        let minutes: Vec<f64> = self
            .incidents()
            .filter_map(|index| {
                let resolved = self.resolved(index).filter(|at| *at >= self.span.from)?;
                let deployed = self.facts.finished_at(self.before(index)?)?;
                Some(resolved.since(deployed).0.div_euclid(60) as f64)
            })
            .collect();
        let n = minutes.len();
        Some((InSeconds(lower_median(minutes)? * 60.0), n))
    }

    fn daily_medians_of_merges(&self) -> Counted {
        let mut days: BTreeMap<(Option<String>, Option<String>, NaiveDate), Vec<f64>> = BTreeMap::new();
        let events = self.facts.deployments();
        for (at, deployment) in self.finished() {
            let key = (
                events.repo.get(deployment).map(str::to_lowercase),
                events.environment.get(deployment).map(str::to_lowercase),
                self.zone.day_of(at),
            );
            let spans =
                self.requests(deployment).filter_map(|(_, request)| Some(at.since(request.merged_at?).0.max(0) as f64));
            let spans: Vec<f64> = spans.collect();
            if !spans.is_empty() {
                days.entry(key).or_default().extend(spans);
            }
        }
        let n = days.values().map(Vec::len).sum();
        Some((InSeconds(median(days.into_values().filter_map(median).collect())?), n))
    }

    fn incidents_over_deployments(&self) -> Counted {
        let deployments = self.finished().len();
        (deployments > 0).then(|| (Ratio(self.opened().count() as f64 / deployments as f64), deployments))
    }

    fn restored(&self, index: usize) -> Option<(Timestamp, f64)> {
        let resolved = self.resolved(index)?;
        let seconds = resolved.since(self.facts.opened_at(index)).as_f64();
        (seconds >= 0.0).then_some((resolved, seconds))
    }

    fn daily_medians_of_restores(&self) -> Counted {
        let mut days: BTreeMap<(Option<&usize>, NaiveDate), Vec<f64>> = BTreeMap::new();
        for index in self.incidents() {
            if let Some((at, seconds)) = self.restored(index).filter(|(at, _)| *at >= self.span.from) {
                let service = self.facts.incidents.get(index).and_then(|fact| fact.services.first());
                let key = (service, self.zone.day_of(at));
                days.entry(key).or_default().push(seconds);
            }
        }
        let n = days.values().map(Vec::len).sum();
        Some((InSeconds(median(days.into_values().filter_map(median).collect())?), n))
    }

    fn mean_lead_time(&self) -> Counted {
        let figure = &self.figures[Metric::LeadTime];
        Some((InSeconds(figure.quantiles?.mean), usize::try_from(figure.n).ok()?))
    }

    fn mean_restore(&self) -> Counted {
        let seconds: Vec<f64> = self.opened().filter_map(|index| Some(self.restored(index)?.1)).collect();
        Some((InSeconds(mean(&seconds)?), seconds.len()))
    }

    fn sum_of_phase_means(&self) -> Counted {
        let mut phases: [Vec<f64>; 4] = Default::default();
        let mut n = 0;
        for (at, deployment) in self.finished() {
            for (_, request) in self.requests(deployment) {
                let Some(merged) = request.merged_at else { continue };
                n += 1;
                let opened = request.opened_at;
                let picked = request.first_review_at.unwrap_or(merged);
                let spans = [
                    request.first_commit_at.map(|first| opened.since(first)),
                    Some(picked.since(opened)),
                    Some(merged.since(picked)),
                    Some(at.since(merged)),
                ];
                for (phase, span) in phases.iter_mut().zip(spans) {
                    phase.extend(span.map(Seconds::as_f64).filter(|seconds| *seconds >= 0.0));
                }
            }
        }
        let means: Vec<f64> = phases.iter().filter_map(|phase| mean(phase)).collect();
        (!means.is_empty()).then(|| (InSeconds(means.iter().sum()), n))
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// The middle value, of two the lower: what `percent_rank <= 0.5` leaves.
fn lower_median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

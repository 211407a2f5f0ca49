//! Computes figures from the facts, as plain tables.
//!
//! Each metric is a file of its own with a descriptor, and `catalogue` is the table of them. Figures count over pools of
//! events: those of a period in the metrics' files, those of each day in `window`. No I/O of its own, no clock, no rendering, no Polars.

mod alternatives;
mod catalogue;
mod change_failure_rate;
pub mod compare;
pub mod covered;
mod deployment_frequency;
pub mod descriptor;
mod durations;
mod emulation;
mod error;
pub mod filter;
pub mod findings;
mod group_span;
mod incident_records;
mod incident_times;
mod lead_time;
mod pairs;
pub mod pool;
pub mod read_spans;
mod recognised;
mod records;
mod recovery_time;
mod rework_rate;
mod sensitivity;
mod shares;
pub mod sliding;
pub mod statistics;
pub mod tables;
mod time_to_restore;
mod trend;
pub mod window;

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

pub use error::MetricsError;

use self::alternatives::{Basis, Planned};
use self::descriptor::Needs;
use self::filter::Filter;
use self::findings::Tally;
use self::group_span::GroupSpan;
use self::pool::{Pool, pools};
use self::read_spans::{History, ReadSpans};
use self::recognised::Recognised;
use self::tables::{
    Analysis, DeploymentRecords, Figure, Figures, GroupReport, IncidentRecords, Metric, MonthlyFailures, PastPeriod,
};
use self::window::{DayWindow, daily, day_windows};
use crate::domain::glob::Glob;
use crate::domain::group::GroupKind;
use crate::domain::period::Period;
use crate::domain::settings::Settings;
use crate::domain::time::{Span, Timestamp};
use crate::facts::commit_reader::CommitReader;
use crate::facts::parallel::{both, in_parallel};
use crate::facts::scan::Events;
use crate::facts::{Facts, LeadTimes};
use crate::store::Dataset;

/// How much of a report is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// What the tables hold, and what Prometheus is sent.
    Tables,
    /// The tables, and what only the page and `report.json` show: trends, months, stages and variants of the lead time,
    /// days with deployments, survival curves, other attributions, how other tools count.
    #[default]
    Whole,
}

/// What is asked of the metrics.
#[derive(Debug, Clone)]
pub struct Request {
    /// What the figures depend on besides the events.
    pub settings: Settings,
    /// Nothing at or after this instant is known.
    pub as_of: Timestamp,
    /// The period to report.
    pub period: Period,
    /// The period to compare with.
    pub previous: Option<Period>,
    /// Restrict the report to services of this name.
    pub service: Option<Glob>,
    /// Restrict the report to services of this team.
    pub team: Option<Glob>,
    /// How much is computed.
    pub depth: Depth,
}

/// Computes everything that a report is made of.
///
/// # Errors
/// The dataset cannot be read, or the filters leave no service.
pub fn analyse(dataset: &Dataset, request: &Request) -> Result<Analysis, MetricsError> {
    let settings = &request.settings;
    let (events, mut commits) = Events::read(dataset, &settings.rework)?;
    let lead_times = match request.depth {
        Depth::Tables => LeadTimes::Measured,
        Depth::Whole => LeadTimes::InEveryWay,
    };
    let events = Arc::new(events);
    let facts = Arc::new(Facts::new(&events, &commits, settings, lead_times)?);
    let filter = Filter { service: request.service.clone(), team: request.team.clone() };
    if !filter.is_open() && filter.services(&facts.ownership).is_empty() {
        return Err(MetricsError::nothing_left(&filter, &facts.ownership));
    }
    let history = History::of_facts(dataset.coverage(), &facts, settings).until(request.as_of);
    let recognised = Recognised::new(&facts);
    let days = day_windows(&request.period, settings.zone, settings.window_days, request.as_of);
    let now = Known::new(&request.period, request);
    let before = request.previous.as_ref().map(|period| Known::new(period, request));
    let earlier = earlier(request);
    let known = now.span;
    let back = Days::new(u64::from(settings.window_days.saturating_sub(1)));
    let first = request.period.from.checked_sub_days(back).map_or(known.from, |day| settings.zone.midnight(day));
    let cut = records::RecordBounds { listed: Span { from: first, to: known.to }, period: known };
    let basis = Basis { facts: &facts, coverage: dataset.coverage(), filter: &filter, known: now };
    let mut planned = alternatives::of_deployments(settings, &basis);
    // Commits in memory are a third of it, and most alternatives need none.
    if !planned.iter().any(Planned::needs_commits) {
        commits = CommitReader::default();
    }
    let incidents = IncidentRecords::new(&facts, &filter, cut);
    planned.extend(alternatives::without_filters(settings, &incidents));
    // The groups are counted after the alternatives, so that the two are not in memory at once; their pools (four
    // bytes for each deployment and group) and the list of deployments (four bytes each) are small.
    let list = |read_spans: &ReadSpans| DeploymentRecords::new(&facts, &filter, read_spans, cut);
    let read_spans = |pool: &Pool| history.of(pool, &facts.ownership, recognised.unusable(pool));
    let (alternatives, (pools, whole, deployments)) = both(
        || alternatives::alternatives(planned, &basis, &commits),
        || {
            let pools = pools(&facts, &filter);
            let whole = pools.first().map(read_spans);
            let deployments = whole.as_ref().map(list).unwrap_or_default();
            (pools, whole, deployments)
        },
    );
    let alternatives = alternatives?;
    drop(commits);
    let by_service = match request.depth {
        Depth::Tables => Vec::new(),
        Depth::Whole => emulation::by_service(&facts),
    };
    let attributed = match request.depth {
        Depth::Tables => Vec::new(),
        Depth::Whole => sensitivity::by_service(&facts, known),
    };
    let report = |pool: &Pool| {
        let scope = Scope {
            pool,
            read_spans: &read_spans(pool),
            facts: &facts,
            settings,
            by_service: &by_service,
            attributed: &attributed,
            depth: request.depth,
        };
        scope.report(&days, now, before, &earlier)
    };
    let groups = in_parallel(&pools, report);
    drop(pools);
    let mut analysis = Analysis {
        settings: settings.clone(),
        as_of: request.as_of,
        period: request.period.clone(),
        known,
        previous: request.previous.clone(),
        service_filter: request.service.as_ref().map(|glob| glob.as_str().to_owned()),
        team_filter: request.team.as_ref().map(|glob| glob.as_str().to_owned()),
        groups,
        deployments,
        incidents,
        coverage: dataset.coverage().to_vec(),
        history: whole.as_ref().map(ReadSpans::history).unwrap_or_default(),
        alternatives,
        findings: Vec::new(),
        inputs: events.inputs.clone(),
    };
    let tally = Tally::of(&analysis);
    analysis.findings = findings::findings(&analysis, &tally);
    Ok(analysis)
}

/// Periods of the same kind before the reported one, oldest first, that the report shows beside it.
const EARLIER: usize = 7;

fn earlier(request: &Request) -> Vec<(Period, Known)> {
    let mut periods: Vec<_> = std::iter::successors(request.period.previous(), Period::previous)
        .take(EARLIER)
        .map(|period| (period.clone(), Known::new(&period, request)))
        .collect();
    periods.reverse();
    periods
}

/// What is known of a period, the same for all groups.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Its instants.
    span: Span,
    /// Its calendar days that have begun.
    days: u32,
}

impl Known {
    fn new(period: &Period, request: &Request) -> Self {
        let zone = request.settings.zone;
        let span = zone.span(period.from, period.to);
        let begun = period.days().take_while(|&day| zone.midnight(day) < request.as_of).count();
        Self {
            span: Span { from: span.from, to: span.to.min(request.as_of) },
            days: u32::try_from(begun).unwrap_or(u32::MAX),
        }
    }
}

/// One group, ready to be counted.
struct Scope<'a> {
    pool: &'a Pool,
    read_spans: &'a ReadSpans,
    facts: &'a Facts,
    settings: &'a Settings,
    by_service: &'a emulation::ByService,
    attributed: &'a [sensitivity::Attributed],
    depth: Depth,
}

impl Scope<'_> {
    fn report(
        &self,
        days: &[DayWindow],
        now: Known,
        before: Option<Known>,
        earlier: &[(Period, Known)],
    ) -> GroupReport {
        let settings = self.settings;
        // They distinguish a recovery from an improvement, so the group `all` has them wherever its figures are
        // compared.
        let is_wanted = self.depth == Depth::Whole || (self.pool.group.kind == GroupKind::All && before.is_some());
        let earlier: Vec<PastPeriod> = earlier
            .iter()
            .filter(|_| is_wanted)
            .map(|(period, known)| PastPeriod { period: period.clone(), figures: self.figures(*known) })
            .collect();
        let mut figures = self.figures(now);
        // Without days there are no weeks and no months.
        let for_the_page = if self.depth == Depth::Whole { days } else { &[] };
        let emulations = self.emulations(for_the_page, now.span, &figures);
        let weeks = self.weeks(for_the_page);
        for (metric, figure) in figures.iter_mut() {
            figure.trend = trend::trend_of(metric, &weeks);
            if let Some(before) = before {
                let previous = self.figure(metric, before);
                figure.verdict = compare::verdict(metric, figure, &previous);
                let older =
                    earlier.iter().rev().filter(|past| settings.zone.midnight(past.period.to) <= before.span.from);
                figure.progress = compare::progress(metric, figure, &previous, older);
                figure.previous = Some(Box::new(previous));
            }
        }
        GroupReport {
            earlier,
            group: self.pool.group.clone(),
            team: self.pool.team.clone(),
            services: self.pool.services.len(),
            sensitivity: match figures[Metric::ChangeFailureRate].known() {
                Some(failures) if self.depth == Depth::Whole => {
                    sensitivity::of_group(self.pool, self.attributed, failures.n)
                }
                _ => Vec::new(),
            },
            recent: self.recent(now.span.to),
            emulations,
            daily: daily(self.pool, self.facts, self.read_spans, days, settings.window_days, &settings.bands),
            months: self.months(for_the_page),
            survival: match self.read_spans.missing_incidents(now.span) {
                None if self.depth == Depth::Whole => time_to_restore::survival(&self.over(now)),
                _ => Vec::new(),
            },
            figures,
        }
    }

    fn over(&self, Known { span, days }: Known) -> GroupSpan<'_> {
        GroupSpan { pool: self.pool, facts: self.facts, span, days, zone: self.settings.zone, depth: self.depth }
    }

    /// One metric over a span, without a comparison.
    fn figure(&self, metric: Metric, known: Known) -> Figure {
        let descriptor = metric.descriptor();
        let missing = match descriptor.needs {
            Needs::Deployments => self.read_spans.missing_deployments(known.span),
            Needs::Incidents => self.read_spans.missing_incidents(known.span),
            Needs::Both => self.read_spans.missing_failures(known.span),
        };
        if let Some(why) = missing {
            return Figure::missing(why);
        }
        let mut figure = (descriptor.measure)(&self.over(known));
        figure.band = descriptor.reading(&self.settings.bands, &figure);
        figure.surpassed = descriptor.surpassed(&self.settings.bands, &figure);
        figure
    }

    fn figures(&self, known: Known) -> Figures {
        Figures::new(|metric| self.figure(metric, known))
    }

    /// The whole weeks of the period, oldest first, counted back from its last whole day.
    fn weeks(&self, days: &[DayWindow]) -> Vec<Figures> {
        let whole: Vec<&DayWindow> = days.iter().filter(|day| day.is_whole(self.settings.zone)).collect();
        let mut weeks: Vec<Figures> = whole
            .rchunks_exact(7)
            .filter_map(|week| {
                let span = Span { from: week.first()?.day.from, to: week.last()?.day.to };
                Some(self.figures(Known { span, days: 7 }))
            })
            .collect();
        weeks.reverse();
        weeks
    }

    /// The failures of the last three windows of 30 days before an instant, the newest first.
    fn recent(&self, end: Timestamp) -> Vec<Figure> {
        let zone = self.settings.zone;
        // The day that the instant ends or cuts.
        let last = zone.day_of(Timestamp(end.0 - 1)).succ_opt();
        let window = |nth: u64| {
            let (from, to) =
                (last?.checked_sub_days(Days::new(30 * (nth + 1)))?, last?.checked_sub_days(Days::new(30 * nth))?);
            let span = zone.span(from, to);
            Some(Span { from: span.from, to: span.to.min(end) })
        };
        // The rate does not depend on the days.
        let figure = |span: Span| self.figure(Metric::ChangeFailureRate, Known { span, days: 30 });
        (0..3).filter_map(window).map(figure).collect()
    }

    fn emulations(&self, days: &[DayWindow], span: Span, figures: &Figures) -> Vec<tables::Emulation> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
        let end = last.date.succ_opt().unwrap_or(last.date);
        let Self { pool, facts, settings, by_service, .. } = *self;
        emulation::Emulator { pool, facts, span, days: (first.date, end), zone: settings.zone, by_service, figures }
            .all()
    }

    /// The calendar months of the period, each as known at its own end.
    fn months(&self, days: &[DayWindow]) -> Vec<MonthlyFailures> {
        let month = |date: NaiveDate| (date.year(), date.month());
        days.chunk_by(|a, b| month(a.date) == month(b.date))
            .filter_map(|chunk| {
                let (first, last) = (chunk.first()?, chunk.last()?);
                let span = Span { from: first.day.from, to: last.day.to };
                let days = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
                let figure = self.figure(Metric::ChangeFailureRate, Known { span, days });
                Some(MonthlyFailures { from: first.date, figure })
            })
            .collect()
    }
}

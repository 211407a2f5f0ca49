//! The figures of one group over one period, and why there may be none.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::band::Band;
use crate::domain::time::Span;
use crate::domain::unit::Interval;
use crate::facts::words::{LeadTimeReason, Rule, Variant};

/// A figure, or why there is none.
pub type Figure<T> = Result<T, NoData>;

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoData {
    /// The period lies after `as_of`.
    NotYet,
    /// No repo belongs to the group.
    NoRepos,
    /// Not every repo of the group was read over the whole period.
    DeploymentsNotRead {
        /// Repos with a gap, sorted.
        repos: Vec<String>,
        /// The span in which all of them were read, if there is any, nearest to the period.
        read: Option<Span>,
    },
    /// Deployments were read, and none of them went to an environment that counts with a status that is known.
    NothingCounted,
    /// Incidents were read, and none of them belongs to a service.
    IncidentsUnmapped,
    /// There is no incident source at all.
    NoIncidentSource,
    /// Not every incident source was read over the whole period.
    IncidentsNotRead {
        /// Sources with a gap, sorted.
        sources: Vec<String>,
        /// The span in which all of them were read, if there is any, nearest to the period.
        read: Option<Span>,
    },
}

/// A point's band, and the bands of its interval's two ends where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BandReading {
    /// The point's.
    pub band: Option<Band>,
    /// Worse end, better end; only where they differ.
    pub range: Option<(Band, Band)>,
}

/// The figures of one group over one period.
#[derive(Debug, Clone)]
pub struct PeriodFigures {
    /// Deployment frequency.
    pub frequency: Figure<Frequency>,
    /// Lead time for changes.
    pub lead_time: Figure<LeadTime>,
    /// Change failure rate.
    pub change_failure: Figure<ChangeFailure>,
    /// Time to restore service.
    pub restore: Figure<Restore>,
    /// Failed deployment recovery time: the same over attributed incidents alone.
    pub recovery: Figure<Restore>,
}

impl PeriodFigures {
    /// Whether at least one metric is not missing.
    pub fn has_any(&self) -> bool {
        self.frequency.is_ok()
            || self.lead_time.is_ok()
            || self.change_failure.is_ok()
            || self.restore.is_ok()
            || self.recovery.is_ok()
    }
}

/// Deployment frequency over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Frequency {
    /// Counted deployments.
    pub deployments: u64,
    /// Calendar days of the period that have begun by `as_of`.
    pub days: u32,
    /// Deployments per day.
    pub per_day: f64,
    /// Days with at least one deployment.
    pub days_with_deployments: u32,
    /// Median of the days between one deployment and the next; none below two deployments.
    pub median_days_between: Option<f64>,
    /// Exact Poisson (Garwood) 95 % interval of the daily rate.
    pub ci95: Interval,
    /// Its band.
    pub band: BandReading,
}

/// The distribution of some durations; there is at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Durations {
    /// How many.
    pub n: u64,
    /// Median, linearly interpolated, seconds.
    pub p50: f64,
    /// 75th percentile, seconds.
    pub p75: f64,
    /// 90th percentile, seconds.
    pub p90: f64,
    /// Mean, seconds.
    pub mean: f64,
    /// Order-statistic 95 % interval of the median; none below n = 6.
    pub ci95: Option<Interval>,
}

/// Lead time for changes over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadTime {
    /// The headline, of deployments that have one; `None` where none has.
    pub durations: Option<Durations>,
    /// The band of its median.
    pub band: BandReading,
    /// Stages of the deployments that have them.
    pub stages: StageFigures,
    /// The same period counted in other ways: `deployment`, `change`, `commit`, `pull-request-opened`.
    pub variants: Vec<VariantFigure>,
    /// Pull requests merged in the deployments, each once however many environments it reached.
    pub pull_requests: u64,
    /// Deployments without a lead time, by reason.
    pub reasons: BTreeMap<LeadTimeReason, u64>,
}

/// The four stages of a lead time; each over the deployments that have that stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StageFigures {
    /// First commit to opened.
    pub coding: Option<Durations>,
    /// Opened to first review.
    pub pickup: Option<Durations>,
    /// First review to merged.
    pub review: Option<Durations>,
    /// Merged to deployed.
    pub deploy: Option<Durations>,
}

/// One variant of the lead time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VariantFigure {
    /// Which.
    pub variant: Variant,
    /// Median in seconds; none at n = 0.
    pub p50: Option<f64>,
    /// How many spans.
    pub n: u64,
    /// How many were negative and left out.
    pub negative: u64,
}

/// Change failure rate over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeFailure {
    /// Counted deployments.
    pub deployments: u64,
    /// Those known to have failed.
    pub failed: u64,
    /// Failed over counted; none without deployments.
    pub ratio: Option<f64>,
    /// Wilson 95 % interval; none without deployments.
    pub ci95: Option<Interval>,
    /// Each failed deployment under the first of its rules (explicit, window, rollback).
    pub by_rule: BTreeMap<Rule, u64>,
    /// Its band.
    pub band: BandReading,
}

/// Time to restore over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Restore {
    /// Incidents opened in the period.
    pub opened: u64,
    /// Those resolved in the period; `None` where none was.
    pub durations: Option<Durations>,
    /// Incidents open at the period's known end, whenever they were opened.
    pub open: u64,
    /// Kaplan-Meier median in seconds, with the open ones censored.
    pub km_p50: Option<f64>,
    /// Where the curve never reaches a half: the longest time seen, seconds. The median is greater.
    pub km_beyond: Option<f64>,
    /// The band of the median of the resolved.
    pub band: BandReading,
}

/// One step of a survival curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalStep {
    /// Time since opening, seconds.
    pub seconds: f64,
    /// Share not yet restored after it, 0 to 1.
    pub unresolved: f64,
}

/// Failures of one calendar month, or of the part of it inside the period.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthlyFailures {
    /// Its first day inside the period.
    pub from: NaiveDate,
    /// The figures, as known at its end.
    pub figure: Figure<ChangeFailure>,
}

/// What may be said of the difference between two periods, at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Better, beyond noise.
    Better,
    /// Worse, beyond noise.
    Worse,
    /// The difference may be chance.
    WithinNoise,
    /// Too little to say anything.
    TooFewData,
}

impl Verdict {
    /// As written in the outputs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::WithinNoise => "within noise",
            Self::TooFewData => "too few data",
        }
    }
}

/// Which way a metric went over the weeks of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Weeks that have a figure.
    pub weeks: u32,
    /// Theil-Sen slope, in the unit of the figure per week; none below ten weeks.
    pub slope_per_week: Option<f64>,
    /// Two-sided p-value of the Mann-Kendall test; none below ten weeks or where all are equal.
    pub p: Option<f64>,
    /// What may be said of it.
    pub verdict: Verdict,
}

impl Default for Trend {
    fn default() -> Self {
        Self { weeks: 0, slope_per_week: None, p: None, verdict: Verdict::TooFewData }
    }
}

/// The trend of each metric.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trends {
    /// Of deployment frequency.
    pub frequency: Trend,
    /// Of lead time.
    pub lead_time: Trend,
    /// Of the change failure rate.
    pub change_failure: Trend,
    /// Of time to restore.
    pub restore: Trend,
    /// Of recovery time.
    pub recovery: Trend,
}

/// The verdict on each metric; all `None` where no period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdicts {
    /// On deployment frequency.
    pub frequency: Option<Verdict>,
    /// On lead time.
    pub lead_time: Option<Verdict>,
    /// On the change failure rate.
    pub change_failure: Option<Verdict>,
    /// On time to restore.
    pub restore: Option<Verdict>,
    /// On recovery time.
    pub recovery: Option<Verdict>,
}

//! One figure: a metric of one group over one period, whichever metric it is.
//!
//! The value is in the metric's own unit. What only one metric has lies in [`Details`].

use std::collections::BTreeMap;

use super::details::{Details, FrequencyDetails, LeadTimeDetails, RestoreDetails};
use super::distribution::{Durations, Quantiles};
use super::metric::Statistic;
use super::no_data::NoData;
use crate::domain::band::Band;
use crate::domain::period::Period;
use crate::domain::unit::Interval;
use crate::facts::rework::ReworkRule;
use crate::facts::words::Rule;

/// A metric of one group over one period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figure {
    /// Why nothing is known; then everything else about the period is empty.
    pub missing: Option<NoData>,
    /// The headline in the metric's unit; none where there was nothing to count.
    pub value: Option<f64>,
    /// How many events the value rests on.
    pub n: u64,
    /// Of a share: how many of them are in it.
    pub k: Option<u64>,
    /// Of durations, where there are any: the rest of their distribution.
    pub quantiles: Option<Quantiles>,
    /// The 95 % interval of the value.
    pub ci95: Option<Interval>,
    /// The band of the value and of the interval's ends.
    pub band: BandReading,
    /// What only this metric has.
    pub details: Details,
    /// The same over the period compared with; none where there is no such period.
    pub previous: Option<Box<Figure>>,
    /// Whether the difference is more than chance.
    pub verdict: Option<Verdict>,
    /// The verdict in view of the periods before the one compared with.
    pub progress: Option<Progress>,
    /// How many respondents of a survey it surpasses, where the edition of the bands has published their answers.
    pub surpassed: Option<SurveyShare>,
    /// The trend of the metric over the weeks of the period.
    pub trend: Trend,
}

impl Figure {
    /// A figure that cannot be known.
    pub fn missing(why: NoData) -> Self {
        Self { missing: Some(why), ..Self::default() }
    }

    /// The median of some durations.
    pub fn of_durations(durations: Option<Durations>, details: Details) -> Self {
        Self {
            value: durations.map(|it| it.p50),
            n: durations.map_or(0, |it| it.n),
            quantiles: durations.map(|it| Quantiles { p50: it.p50, p75: it.p75, p90: it.p90, mean: it.mean }),
            ci95: durations.and_then(|it| it.ci95),
            details,
            ..Self::default()
        }
    }

    /// The figure, unless it cannot be known.
    pub fn known(&self) -> Option<&Self> {
        self.missing.is_none().then_some(self)
    }

    /// One of its numbers.
    pub fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::Rate | Statistic::P50 | Statistic::Ratio => self.value,
            Statistic::P75 => self.quantiles.map(|it| it.p75),
            Statistic::P90 => self.quantiles.map(|it| it.p90),
            Statistic::Mean => self.quantiles.map(|it| it.mean),
            Statistic::KaplanMeierP50 => self.restore()?.km_p50,
        }
    }

    /// What only a frequency has.
    pub fn frequency(&self) -> Option<&FrequencyDetails> {
        if let Details::Frequency(details) = &self.details { Some(details) } else { None }
    }

    /// What only a lead time has.
    pub fn lead_time(&self) -> Option<&LeadTimeDetails> {
        if let Details::LeadTime(details) = &self.details { Some(details) } else { None }
    }

    /// Failed deployments under the first of their rules.
    pub fn failures(&self) -> Option<&BTreeMap<Rule, u64>> {
        if let Details::Failures(by_rule) = &self.details { Some(by_rule) } else { None }
    }

    /// Rework deployments under the first of their rules.
    pub fn rework(&self) -> Option<&BTreeMap<ReworkRule, u64>> {
        if let Details::Rework(by_rule) = &self.details { Some(by_rule) } else { None }
    }

    /// What only a time to restore has.
    pub fn restore(&self) -> Option<&RestoreDetails> {
        if let Details::Restore(details) = &self.details { Some(details) } else { None }
    }
}

/// A point's band, and the bands of its interval's two ends where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BandReading {
    /// The point's.
    pub band: Option<Band>,
    /// Worse end, better end; only where they differ.
    pub range: Option<(Band, Band)>,
}

/// Whether two periods differ by more than chance, at 95 %.
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

/// How a figure changed against the period compared with, in view of the periods before that one: an improvement after
/// a dip is a recovery, not a new best level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Better, and not the end of a dip.
    Better,
    /// Better, after a dip, and back at the level of this period.
    RecoveredTo(Period),
    /// Better, after a dip, and still worse than in this period.
    RecoveredInPart(Period),
    /// Worse, and not the end of a peak.
    Worse,
    /// Worse, after a peak, and back at the level of this period.
    FellBackTo(Period),
    /// No change beyond chance.
    Unchanged,
    /// Too little to say anything.
    TooFewData,
    /// The period compared with has no figure.
    NoFigureBefore,
}

impl Progress {
    /// As written in the outputs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::RecoveredTo(_) => "recovered",
            Self::RecoveredInPart(_) => "recovered in part",
            Self::Worse => "worse",
            Self::FellBackTo(_) => "worse again",
            Self::Unchanged => "unchanged",
            Self::TooFewData => "too few data",
            Self::NoFigureBefore => "no figure before",
        }
    }

    /// The earlier period whose level it is measured against.
    pub fn level_of(&self) -> Option<&Period> {
        match self {
            Self::RecoveredTo(period) | Self::RecoveredInPart(period) | Self::FellBackTo(period) => Some(period),
            Self::Better | Self::Worse | Self::Unchanged | Self::TooFewData | Self::NoFigureBefore => None,
        }
    }
}

/// The shares of a survey's respondents whose answers are worse than a figure, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurveyShare {
    /// By the value.
    pub value: f64,
    /// By the worse and the better end of its interval.
    pub ends: Option<(f64, f64)>,
}

/// The trend of a metric over the weeks of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Weeks that have a figure.
    pub weeks: u32,
    /// Theil-Sen slope, in the unit of the figure per week; none below ten weeks.
    pub slope_per_week: Option<f64>,
    /// Two-sided p-value of the Mann-Kendall test; none below ten weeks or where all are equal.
    pub p: Option<f64>,
    /// Whether it is more than chance.
    pub verdict: Verdict,
}

impl Default for Trend {
    fn default() -> Self {
        Self { weeks: 0, slope_per_week: None, p: None, verdict: Verdict::TooFewData }
    }
}

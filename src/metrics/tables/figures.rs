//! The figures of one group over one period by metric, and its failures by month and over time.

use std::ops::{Index, IndexMut};

use chrono::NaiveDate;

use super::figure::Figure;
use super::metric::Metric;
use crate::domain::period::Period;

/// A figure for each metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures([Figure; Metric::ALL.len()]);

impl Figures {
    /// The figures that `of` gives.
    pub fn new(of: impl FnMut(Metric) -> Figure) -> Self {
        Self(Metric::ALL.map(of))
    }

    /// Every metric with its figure, in the order of the outputs.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &Figure)> {
        Metric::ALL.into_iter().zip(&self.0)
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Metric, &mut Figure)> {
        Metric::ALL.into_iter().zip(&mut self.0)
    }

    /// Whether at least one metric is not missing.
    pub fn has_any(&self) -> bool {
        self.0.iter().any(|figure| figure.missing.is_none())
    }
}

impl Index<Metric> for Figures {
    type Output = Figure;

    fn index(&self, metric: Metric) -> &Figure {
        &self.0[metric as usize]
    }
}

impl IndexMut<Metric> for Figures {
    fn index_mut(&mut self, metric: Metric) -> &mut Figure {
        &mut self.0[metric as usize]
    }
}

/// The figures of an earlier period of the same kind, as known at its own end.
#[derive(Debug, Clone, PartialEq)]
pub struct PastPeriod {
    /// Which.
    pub period: Period,
    /// Its figures, without comparisons.
    pub figures: Figures,
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
    /// The figure, as known at its end.
    pub figure: Figure,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_finds_its_own_figure() {
        let figures = Figures::new(|metric| Figure { n: metric as u64, ..Figure::default() });
        for (place, metric) in Metric::ALL.into_iter().enumerate() {
            assert_eq!(figures[metric].n, place as u64);
        }
        assert!(figures.has_any());
    }
}

//! What only one metric has besides its value: days of a frequency, stages of a lead time, open incidents.

use std::collections::BTreeMap;

use super::distribution::Durations;
use crate::facts::rework::ReworkRule;
use crate::facts::words::{LeadTimeReason, Rule, Variant};

/// What only one metric has.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Details {
    /// Nothing; also of a figure that is missing.
    #[default]
    None,
    /// Of a frequency.
    Frequency(FrequencyDetails),
    /// Of a lead time.
    LeadTime(Box<LeadTimeDetails>),
    /// Of a share that failed: each failed deployment under the first of its rules (explicit, window, rollback).
    Failures(BTreeMap<Rule, u64>),
    /// Of a share that is rework: each such deployment under the first of its rules (rework, fix, rollback).
    Rework(BTreeMap<ReworkRule, u64>),
    /// Of a time to restore.
    Restore(RestoreDetails),
}

/// What only a frequency has.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrequencyDetails {
    /// Calendar days of the period that have begun by `as_of`.
    pub days: u32,
    /// Days with at least one deployment; 0 at `Depth::Tables`.
    pub days_with_deployments: u32,
    /// Median of the days between one deployment and the next; none below two deployments, and at `Depth::Tables`.
    pub median_days_between: Option<f64>,
}

/// What only a lead time has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadTimeDetails {
    /// Stages of the deployments that have them; none at `Depth::Tables`.
    pub stages: StageFigures,
    /// The same period counted in other ways: `deployment`, `change`, `commit`, `pull-request-opened`; only the last one
    /// at `Depth::Tables`.
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

/// What only a time to restore has.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RestoreDetails {
    /// Incidents opened in the period.
    pub opened: u64,
    /// Incidents open at the period's known end, whenever they were opened.
    pub open: u64,
    /// Kaplan-Meier median in seconds, with the open ones censored.
    pub km_p50: Option<f64>,
    /// Where the curve never reaches a half: the longest time seen, seconds. The median is greater.
    pub km_beyond: Option<f64>,
}
